#include "core/storage/zip_unpacked.h"

#include "core/storage/zip_input.h"
#include "core/storage/zip_names.h"

#include <quazip/quazip.h>
#include <quazip/unzip.h>

#include <utility>
#include <vector>

namespace tidemark::storage {
namespace {

constexpr std::string_view kStem = "unzipped-";

constexpr std::size_t kInflatedAtOnceBytes = 256 << 10;

/// Left free for everybody else.
constexpr std::uint64_t kSpareBytes = 64 << 20;

Error notWhatIsSaid(const std::string& archive, const ZipEntry& entry)
{
    return damagedZip({TIDEMARK_TEXT("storage",
                                     "The entry \"%2\" of %1 does not unpack to what the table of "
                                     "contents says of it."),
                       {archive, shownZipName(entry.name)}});
}

}  // namespace

UnpackedEntries::UnpackedEntries(FileSystem& files, Random& random, std::string folder,
                                 const File& file, std::string archive)
    : m_files(files),
      m_random(random),
      m_folder(std::move(folder)),
      m_file(file),
      m_archive(std::move(archive))
{
}

const File& UnpackedEntries::unpacked()
{
    const std::scoped_lock lock(m_mutex);
    return cache();
}

Result<std::uint64_t> UnpackedEntries::offsetOf(const ZipEntry& entry, const std::stop_token& stop)
{
    {
        std::unique_lock lock(m_mutex);
        if (!m_isFree.wait(lock, stop, [this] { return !m_isBusy; })) {
            return cancelled();
        }
        const auto known = m_offsets.find(entry.headerOffset);
        if (known != m_offsets.end()) {
            return known->second;
        }
        m_isBusy = true;
    }
    auto unpacked = unpack(entry, stop);
    {
        const std::scoped_lock lock(m_mutex);
        m_isBusy = false;
        if (unpacked.ok()) {
            m_offsets.emplace(entry.headerOffset, unpacked.value());
            m_endOffset = unpacked.value() + entry.sizeBytes;
        }
    }
    m_isFree.notify_all();
    return unpacked;
}

/// What a failure leaves behind the end is overwritten by the next one.
Result<std::uint64_t> UnpackedEntries::unpack(const ZipEntry& entry, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(prepare(entry));
    TIDEMARK_TRY_STATUS(inflate(entry, m_endOffset, stop));
    return m_endOffset;
}

Status UnpackedEntries::prepare(const ZipEntry& entry)
{
    if (!m_unnamed && !m_temporary) {
        TIDEMARK_TRY_STATUS(m_files.makeDirectories(m_folder));
        auto unnamed = m_files.createUnnamed(m_folder, kPrivateFile);
        if (unnamed.ok()) {
            const std::scoped_lock lock(m_mutex);
            m_unnamed = std::move(unnamed).value();
        } else if (unnamed.error().code != ErrorCode::Unsupported) {
            return std::move(unnamed).error();
        } else {
            TIDEMARK_TRY_STATUS(removeLeftovers(m_files, m_folder, kStem));
            TIDEMARK_TRY(auto temporary, TemporaryFile::make(m_files, m_random,
                                                             m_folder + '/' + std::string(kStem)));
            const std::scoped_lock lock(m_mutex);
            m_temporary.emplace(std::move(temporary));
        }
    }
    TIDEMARK_TRY(const Space space, m_files.space(m_folder));
    if (space.freeBytes < kSpareBytes || space.freeBytes - kSpareBytes < entry.sizeBytes) {
        return Error{
            .code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("storage",
                                   "The entry \"%2\" of %1 has to be unpacked to be read. That "
                                   "needs %3 bytes in %4, whose disk has %5 free."),
                     {m_archive, shownZipName(entry.name), std::to_string(entry.sizeBytes),
                      m_folder, std::to_string(space.freeBytes)}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Free some space, or unpack the archive into a folder on "
                                   "another disk and use that.")}};
    }
    return {};
}

/// QuaZip compares the checksum when all has been read, and never gives more than the directory
/// says; a stream that goes on behind that has another checksum.
Status UnpackedEntries::inflate(const ZipEntry& entry, std::uint64_t to,
                                const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::uint64_t sizeBytes, m_file.sizeBytes());
    ZipInput input(m_file, sizeBytes);
    QuaZip zip(&input);
    zip.setAutoClose(false);
    const bool isOpen = zip.open(QuaZip::mdUnzip) &&
                        unzSetOffset64(zip.getUnzFile(), entry.directoryOffset) == UNZ_OK &&
                        unzOpenCurrentFile(zip.getUnzFile()) == UNZ_OK;
    std::vector<std::byte> piece(kInflatedAtOnceBytes);
    std::uint64_t done = 0;
    bool isWhole = isOpen;
    while (isWhole && done < entry.sizeBytes) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const int got =
            unzReadCurrentFile(zip.getUnzFile(), piece.data(), static_cast<unsigned>(piece.size()));
        isWhole = got > 0 && static_cast<std::uint64_t>(got) <= entry.sizeBytes - done;
        if (isWhole) {
            const auto count = static_cast<std::size_t>(got);
            TIDEMARK_TRY_STATUS(cache().writeAt(std::span(piece).first(count), to + done));
            done += count;
        }
    }
    isWhole = isOpen && unzCloseCurrentFile(zip.getUnzFile()) == UNZ_OK && isWhole;
    if (input.failure()) {
        return *input.failure();
    }
    return isWhole ? Status() : Status(notWhatIsSaid(m_archive, entry));
}

}  // namespace tidemark::storage
