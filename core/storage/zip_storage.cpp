#include "core/storage/zip_storage.h"

#include "core/storage/storage_address.h"
#include "core/storage/zip_crc.h"
#include "core/storage/zip_directory.h"
#include "core/storage/zip_names.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {
namespace {

ObjectEntry objectOf(const ZipEntry& entry)
{
    return {.name = entry.name, .sizeBytes = entry.sizeBytes, .modified = entry.modified};
}

Error notThere(const std::string& path)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "There is no archive %1."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look at the path; if it is on a disk that can be unplugged, "
                                   "connect it.")}};
}

Error changed(const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 was changed while it was in use."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Wait until whoever writes it has finished, and open it "
                                   "again.")}};
}

Error vanished(const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 is not there any more."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Connect its disk, or put the archive back, and open it "
                                   "again.")}};
}

Error wrongChecksum(const std::string& path, const std::string& name)
{
    return damagedZip({TIDEMARK_TEXT("storage",
                                     "The bytes of the entry \"%2\" of %1 are not those that were "
                                     "written: their checksum is another one."),
                       {path, shownZipName(name)}});
}

}  // namespace

/// A piece of the archive or of what was unpacked from it.
class ZipStorage::Reader final : public ByteReader {
public:
    /// Where it reads; `crc` is that of all the bytes, where those are all of an entry.
    struct Piece {
        const File& file;
        std::uint64_t offset = 0;
        std::uint64_t rest = 0;
        std::optional<std::uint32_t> crc = {};
    };

    Reader(const ZipStorage& storage, const FileFacts& facts, std::string name, Piece piece,
           std::stop_token stop)
        : m_storage(storage),
          m_facts(facts),
          m_name(std::move(name)),
          m_piece(piece),
          m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), m_piece.rest));
        if (wanted == 0) {
            return 0;
        }
        TIDEMARK_TRY(const std::size_t got,
                     m_piece.file.readAt(into.first(wanted), m_piece.offset));
        if (got < wanted) {
            return changed(m_storage.m_path);
        }
        m_piece.offset += got;
        m_piece.rest -= got;
        if (m_piece.crc) {
            m_crc.update(into.first(got));
        }
        if (m_piece.rest == 0) {
            // Somebody may have written into it all the while.
            TIDEMARK_TRY_STATUS(m_storage.checkUnchanged(m_facts));
            if (m_piece.crc && m_crc.value() != *m_piece.crc) {
                return wrongChecksum(m_storage.m_path, m_name);
            }
        }
        return got;
    }

private:
    const ZipStorage& m_storage;
    const FileFacts& m_facts;
    std::string m_name;
    Piece m_piece;
    ZipCrc m_crc;
    std::stop_token m_stop;
};

ZipStorage::ZipStorage(FileSystem& files, Random& random, std::string path, std::string cache)
    : m_files(files), m_random(random), m_path(std::move(path)), m_cache(std::move(cache))
{
}

std::string ZipStorage::describe() const
{
    return describeAddress({.kind = StorageKind::Zip, .path = m_path});
}

Status ZipStorage::checkUnchanged(const FileFacts& facts) const
{
    TIDEMARK_TRY(const auto now, m_files.stat(m_path));
    if (!now) {
        return vanished(m_path);
    }
    const bool isTheSame = now->device == facts.device && now->inode == facts.inode &&
                           now->sizeBytes == facts.sizeBytes && now->modifiedNs == facts.modifiedNs;
    return isTheSame ? Status() : Status(changed(m_path));
}

Result<std::unique_ptr<ZipStorage::Opened>> ZipStorage::open(const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto facts, m_files.stat(m_path));
    if (!facts) {
        return notThere(m_path);
    }
    if (facts->kind != FileKind::Regular) {
        return damagedZip({TIDEMARK_TEXT("storage", "%1 is no file."), {m_path}});
    }
    auto opened = std::make_unique<Opened>();
    opened->facts = *facts;
    TIDEMARK_TRY(opened->file, m_files.open(m_path, OpenFor::Reading, kPrivateFile));
    auto index = readZipDirectory(*opened->file, m_path, stop);
    // What is said of an archive that is just being copied here is that.
    TIDEMARK_TRY_STATUS(checkUnchanged(*facts));
    TIDEMARK_TRY(opened->index, std::move(index));
    opened->unpacked =
        std::make_unique<UnpackedEntries>(m_files, m_random, m_cache, *opened->file, m_path);
    return opened;
}

Result<const ZipStorage::Opened*> ZipStorage::opened(const std::stop_token& stop) const
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    std::unique_lock lock(m_mutex);
    if (!m_isFree.wait(lock, stop, [this] { return !m_isOpening; })) {
        return cancelled();
    }
    if (m_opened) {
        lock.unlock();
        TIDEMARK_TRY_STATUS(checkUnchanged(m_opened->facts));
        return m_opened.get();
    }
    m_isOpening = true;
    lock.unlock();
    auto made = open(stop);
    lock.lock();
    m_isOpening = false;
    if (made.ok()) {
        m_opened = std::move(made).value();
        m_isFree.notify_all();
        return m_opened.get();
    }
    m_isFree.notify_all();
    return std::move(made).error();
}

Status ZipStorage::list(std::string_view prefix,
                        const std::function<Listing(const ObjectEntry&)>& entry,
                        std::stop_token stop) const
{
    TIDEMARK_TRY(const Opened* const archive, opened(stop));
    const auto& entries = archive->index.entries();
    for (std::size_t i = archive->index.firstFrom(prefix); i < entries.size(); ++i) {
        if (i % kZipEntriesBetweenStops == 0 && stop.stop_requested()) {
            return cancelled();
        }
        if (!entries[i].name.starts_with(prefix) ||
            entry(objectOf(entries[i])) == Listing::Enough) {
            break;
        }
    }
    return {};
}

Result<std::optional<ObjectEntry>> ZipStorage::find(const std::string& name,
                                                    std::stop_token stop) const
{
    TIDEMARK_TRY(const Opened* const archive, opened(stop));
    const ZipEntry* const entry = archive->index.find(name);
    return entry == nullptr ? std::optional<ObjectEntry>() : std::optional(objectOf(*entry));
}

Result<std::unique_ptr<ByteReader>> ZipStorage::read(const std::string& name, std::uint64_t offset,
                                                     std::uint64_t length,
                                                     std::stop_token stop) const
{
    TIDEMARK_TRY(const Opened* const archive, opened(stop));
    const ZipEntry* const entry = archive->index.find(name);
    if (entry == nullptr) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("storage", "There is no entry \"%2\" in %1."),
                              {m_path, shownZipName(name)}}};
    }
    // Also of one that is unpacked already.
    TIDEMARK_TRY(const std::uint64_t begin, zipBytesOffset(*archive->file, *entry, m_path));
    const std::uint64_t from = std::min(offset, entry->sizeBytes);
    Reader::Piece piece{.file = *archive->file,
                        .offset = begin + from,
                        .rest = std::min(length, entry->sizeBytes - from)};
    if (entry->method == ZipMethod::Stored) {
        if (piece.rest == entry->sizeBytes) {
            piece.crc = entry->crc;
        }
        return std::unique_ptr<ByteReader>(
            std::make_unique<Reader>(*this, archive->facts, name, piece, std::move(stop)));
    }
    TIDEMARK_TRY(const std::uint64_t unpacked, archive->unpacked->offsetOf(*entry, stop));
    return std::unique_ptr<ByteReader>(std::make_unique<Reader>(
        *this, archive->facts, name,
        Reader::Piece{
            .file = archive->unpacked->unpacked(), .offset = unpacked + from, .rest = piece.rest},
        std::move(stop)));
}

Result<std::unique_ptr<StagedObject>> ZipStorage::stage(const std::string& /*name*/,
                                                        const ByteSource& /*source*/,
                                                        const ObjectMetadata& /*metadata*/,
                                                        std::stop_token stop)
{
    return stop.stop_requested() ? cancelled() : archiveIsReadOnly(m_path);
}

Result<std::size_t> ZipStorage::publish(std::span<StagedObject* const> /*staged*/,
                                        std::stop_token stop)
{
    return stop.stop_requested() ? cancelled() : archiveIsReadOnly(m_path);
}

Status ZipStorage::remove(std::span<const std::string> /*names*/, std::stop_token stop)
{
    return stop.stop_requested() ? cancelled() : archiveIsReadOnly(m_path);
}

Error archiveIsReadOnly(const std::string& archive)
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage", "%1 is an archive, and an archive is read only."),
                     {archive}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Change the replica that it was exported from, and export "
                                   "again.")}};
}

}  // namespace tidemark::storage
