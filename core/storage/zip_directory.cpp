#include "core/storage/zip_directory.h"

#include "core/base/byte_order.h"
#include "core/storage/zip_input.h"
#include "core/storage/zip_names.h"
#include "core/storage/zip_time.h"

#include <quazip/quazip.h>
#include <quazip/unzip.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::storage {
namespace {

// APPNOTE.TXT 4.3: the parts of an archive, by their first four bytes.
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint32_t kRecordMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;

constexpr std::size_t kMarkBytes = 4;
constexpr std::size_t kRecordBytes = 46;
constexpr std::size_t kOffsetInRecord = 42;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kCommentSizeInEnd = 20;
constexpr std::size_t kEnd64SizeBytes = 12;  // Mark and size, which counts what follows them.
constexpr std::size_t kEnd64LocatorBytes = 20;

constexpr std::uint32_t kInZip64Field = 0xffffffff;
constexpr std::uint16_t kZip64Tag = 1;

constexpr std::uint16_t kEncrypted = 1 << 0;
constexpr std::uint16_t kSizesBehind = 1 << 3;
constexpr std::uint16_t kStronglyEncrypted = 1 << 6;
constexpr std::uint16_t kMasked = 1 << 13;

constexpr std::uint32_t kFileType = 0170000;
constexpr std::uint32_t kRegular = 0100000;
constexpr std::uint32_t kDirectory = 0040000;

Error unsupported(Message what)
{
    return {.code = ErrorCode::Unsupported,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("storage",
                                   "Unpack the archive into a folder and use that, or export "
                                   "again.")}};
}

Error contradicts(const std::string& archive)
{
    return damagedZip(
        {TIDEMARK_TEXT("storage", "The table of contents of %1 contradicts itself."), {archive}});
}

/// What is said of a file in which QuaZip finds no table of contents, and which is not just empty
/// of entries.
Result<ZipIndex> noArchive(const File& file, std::uint64_t sizeBytes, const std::string& archive)
{
    if (sizeBytes == 0) {
        return damagedZip({TIDEMARK_TEXT("storage", "%1 is empty."), {archive}});
    }
    std::array<std::byte, kMarkBytes> start{};
    TIDEMARK_TRY(const std::size_t got, file.readAt(start, 0));
    const std::uint32_t mark = got == start.size() ? littleEndianAt<std::uint32_t>(start, 0) : 0;
    if (mark == kEndMark && sizeBytes == kEndBytes) {
        return ZipIndex();
    }
    if (mark == kLocalMark) {
        return damagedZip({TIDEMARK_TEXT("storage",
                                         "%1 is cut off or damaged: its table of contents, which "
                                         "belongs at its end, cannot be read."),
                           {archive}});
    }
    return damagedZip({TIDEMARK_TEXT("storage", "%1 is no zip archive."), {archive}});
}

/// Some bytes that have to be there.
Result<std::vector<std::byte>> bytesAt(const File& file, std::uint64_t offset, std::size_t count,
                                       const std::string& archive)
{
    std::vector<std::byte> bytes(count);
    TIDEMARK_TRY(const std::size_t got, file.readAt(bytes, offset));
    return got == count ? Result(std::move(bytes))
                        : Result<std::vector<std::byte>>(contradicts(archive));
}

/// The offset in the zip64 field, behind those of the sizes that are there, too.
std::optional<std::uint64_t> zip64Offset(std::span<const std::byte> extra, std::size_t skipped)
{
    constexpr std::size_t kTagBytes = 4;
    while (extra.size() >= kTagBytes) {
        const std::size_t size = littleEndianAt<std::uint16_t>(extra, 2);
        if (size > extra.size() - kTagBytes) {
            return {};
        }
        if (littleEndianAt<std::uint16_t>(extra, 0) == kZip64Tag) {
            const bool isThere = size >= skipped + sizeof(std::uint64_t);
            return isThere
                       ? std::optional(littleEndianAt<std::uint64_t>(extra, kTagBytes + skipped))
                       : std::nullopt;
        }
        extra = extra.subspan(kTagBytes + size);
    }
    return {};
}

Status checkKind(const unz_file_info64& info, const ZipEntry& entry, const std::string& archive)
{
    const std::vector<std::string> words{archive, shownZipName(entry.name)};
    if ((entry.flags & (kEncrypted | kStronglyEncrypted | kMasked)) != 0) {
        return unsupported(
            {TIDEMARK_TEXT("storage", "%1 is encrypted (its entry \"%2\")."), words});
    }
    const std::uint32_t type = (static_cast<std::uint32_t>(info.external_fa) >> 16) & kFileType;
    if (type != 0 && type != kRegular && type != kDirectory) {
        return unsupported({TIDEMARK_TEXT("storage",
                                          "The entry \"%2\" of %1 is a link or a device, and no "
                                          "file. None of the archive is used."),
                            words});
    }
    if (entry.method != ZipMethod::Stored && entry.method != ZipMethod::Deflated) {
        return unsupported({TIDEMARK_TEXT("storage",
                                          "The entry \"%2\" of %1 is compressed in a way that "
                                          "this version cannot read."),
                            words});
    }
    if (info.disk_num_start != 0) {
        return unsupported(
            {TIDEMARK_TEXT("storage", "%1 is a part of an archive of several files."), {archive}});
    }
    return {};
}

/// Walks the directory with QuaZip, which does not tell where an entry's local header is: that is
/// read from the same record. That the record is found there proves, too, that all offsets count
/// from the start of the file.
class DirectoryWalk {
public:
    DirectoryWalk(const File& file, std::uint64_t sizeBytes, std::string archive, unzFile zip)
        : m_file(file), m_sizeBytes(sizeBytes), m_archive(std::move(archive)), m_zip(zip)
    {
    }

    /// Reads all entries.
    [[nodiscard]] Status run(const std::stop_token& stop)
    {
        for (int found = unzGoToFirstFile(m_zip);; found = unzGoToNextFile(m_zip)) {
            if (m_entries.size() % kZipEntriesBetweenStops == 0 && stop.stop_requested()) {
                return cancelled();
            }
            if (m_entries.size() >= kMaxZipEntries) {
                return tooMany();
            }
            if (found != UNZ_OK) {
                return contradicts(m_archive);
            }
            TIDEMARK_TRY_STATUS(takeEntry());
            TIDEMARK_TRY(const bool isLast, endsAt(m_next));
            if (isLast) {
                return {};
            }
        }
    }

    [[nodiscard]] std::uint64_t directoryOffset() const
    {
        return m_entries.front().directoryOffset;
    }
    [[nodiscard]] std::vector<ZipEntry>& entries() { return m_entries; }

private:
    [[nodiscard]] Status takeEntry()
    {
        std::array<char, kMaxZipNameBytes + 1> name{};
        unz_file_info64 info{};
        if (unzGetCurrentFileInfo64(m_zip, &info, name.data(), name.size(), m_extra.data(),
                                    m_extra.size(), nullptr, 0) != UNZ_OK) {
            return contradicts(m_archive);
        }
        ZipEntry entry{.name = std::string(name.data(),
                                           std::min<std::size_t>(info.size_filename, name.size())),
                       .sizeBytes = info.uncompressed_size,
                       .packedBytes = info.compressed_size,
                       .directoryOffset = unzGetOffset64(m_zip),
                       .crc = static_cast<std::uint32_t>(info.crc),
                       .flags = static_cast<std::uint16_t>(info.flag),
                       .method = ZipMethod{static_cast<std::uint16_t>(info.compression_method)}};
        TIDEMARK_TRY_STATUS(checkKind(info, entry, m_archive));
        const std::span fields = std::span(std::as_const(m_extra)).first(info.size_file_extra);
        entry.modified = zipTimeOf(fields, static_cast<std::uint32_t>(info.dosDate));
        TIDEMARK_TRY(entry.headerOffset, headerOffset(entry, fields));
        m_next = entry.directoryOffset + kRecordBytes + info.size_filename + info.size_file_extra +
                 info.size_file_comment;
        m_entries.push_back(std::move(entry));
        return {};
    }

    [[nodiscard]] Result<std::uint64_t> headerOffset(const ZipEntry& entry,
                                                     std::span<const std::byte> fields) const
    {
        TIDEMARK_TRY(const auto record,
                     bytesAt(m_file, entry.directoryOffset, kRecordBytes, m_archive));
        if (littleEndianAt<std::uint32_t>(record, 0) != kRecordMark) {
            return contradicts(m_archive);
        }
        const auto offset = littleEndianAt<std::uint32_t>(record, kOffsetInRecord);
        if (offset != kInZip64Field) {
            return std::uint64_t{offset};
        }
        constexpr std::size_t kPackedInRecord = 20;
        constexpr std::size_t kSizeInRecord = 24;
        std::size_t skipped = 0;
        for (const std::size_t size : {kPackedInRecord, kSizeInRecord}) {
            skipped += littleEndianAt<std::uint32_t>(record, size) == kInZip64Field
                           ? sizeof(std::uint64_t)
                           : 0;
        }
        const auto far = zip64Offset(fields, skipped);
        return far ? Result(*far) : Result<std::uint64_t>(contradicts(m_archive));
    }

    /// Whether the directory ends there, has as many entries as it says, so that none is hidden,
    /// and the archive ends behind it.
    [[nodiscard]] Result<bool> endsAt(std::uint64_t offset) const
    {
        TIDEMARK_TRY(const auto mark, bytesAt(m_file, offset, kMarkBytes, m_archive));
        if (littleEndianAt<std::uint32_t>(mark, 0) == kRecordMark) {
            return false;
        }
        std::uint64_t end = offset;
        if (littleEndianAt<std::uint32_t>(mark, 0) == kEnd64Mark) {
            TIDEMARK_TRY(const auto far, bytesAt(m_file, offset, kEnd64SizeBytes, m_archive));
            const auto size = littleEndianAt<std::uint64_t>(far, kMarkBytes);
            end += kEnd64SizeBytes + std::min(size, m_sizeBytes) + kEnd64LocatorBytes;
        }
        TIDEMARK_TRY(const auto last, bytesAt(m_file, end, kEndBytes, m_archive));
        unz_global_info64 said{};
        unzGetGlobalInfo64(m_zip, &said);
        if (littleEndianAt<std::uint32_t>(last, 0) != kEndMark ||
            end + kEndBytes + littleEndianAt<std::uint16_t>(last, kCommentSizeInEnd) !=
                m_sizeBytes ||
            said.number_entry != m_entries.size()) {
            return contradicts(m_archive);
        }
        return true;
    }

    [[nodiscard]] Error tooMany() const
    {
        return unsupported({TIDEMARK_TEXT("storage", "%1 has more than %2 entries."),
                            {m_archive, std::to_string(kMaxZipEntries)}});
    }

    const File& m_file;
    std::uint64_t m_sizeBytes = 0;
    std::string m_archive;
    unzFile m_zip;
    std::vector<std::byte> m_extra = std::vector<std::byte>(UINT16_MAX);  // The most that one has.
    std::vector<ZipEntry> m_entries;
    std::uint64_t m_next = 0;  // Behind the last record.
};

}  // namespace

Result<ZipIndex> readZipDirectory(const File& file, const std::string& archive,
                                  const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::uint64_t sizeBytes, file.sizeBytes());
    ZipInput input(file, sizeBytes);
    QuaZip zip(&input);
    zip.setAutoClose(false);
    const bool isOpen = zip.open(QuaZip::mdUnzip);
    if (input.failure()) {
        return *input.failure();
    }
    if (!isOpen) {
        return noArchive(file, sizeBytes, archive);
    }
    DirectoryWalk walk(file, sizeBytes, archive, zip.getUnzFile());
    Status walked = walk.run(stop);
    if (input.failure()) {
        return *input.failure();
    }
    TIDEMARK_TRY_STATUS(std::move(walked));
    const std::uint64_t directory = walk.directoryOffset();
    return ZipIndex::of(std::move(walk.entries()), directory, archive);
}

Result<std::uint64_t> zipBytesOffset(const File& file, const ZipEntry& entry,
                                     const std::string& archive)
{
    TIDEMARK_TRY(const auto header, bytesAt(file, entry.headerOffset,
                                            kZipLocalHeaderBytes + entry.name.size(), archive));
    const std::string_view name(reinterpret_cast<const char*>(header.data()) + kZipLocalHeaderBytes,
                                entry.name.size());
    const auto flags = littleEndianAt<std::uint16_t>(header, 6);
    const auto packed = littleEndianAt<std::uint32_t>(header, 18);
    const auto size = littleEndianAt<std::uint32_t>(header, 22);
    const bool saysSizes = ((flags | entry.flags) & kSizesBehind) == 0;
    const auto differs = [](std::uint32_t said, std::uint64_t known) {
        return said != kInZip64Field && said != known;
    };
    const bool isOther =
        littleEndianAt<std::uint32_t>(header, 0) != kLocalMark || name != entry.name ||
        littleEndianAt<std::uint16_t>(header, 26) != entry.name.size() ||
        littleEndianAt<std::uint16_t>(header, 8) != static_cast<std::uint16_t>(entry.method) ||
        (flags & kEncrypted) != 0 ||
        (saysSizes && (differs(packed, entry.packedBytes) || differs(size, entry.sizeBytes) ||
                       littleEndianAt<std::uint32_t>(header, 14) != entry.crc));
    const std::uint64_t begin =
        entry.headerOffset + header.size() + littleEndianAt<std::uint16_t>(header, 28);
    if (isOther || begin > entry.limitOffset || entry.limitOffset - begin < entry.packedBytes) {
        return damagedZip({TIDEMARK_TEXT("storage",
                                         "What %1 says of its entry \"%2\" in its table of "
                                         "contents is not what lies there."),
                           {archive, shownZipName(entry.name)}});
    }
    return begin;
}

}  // namespace tidemark::storage
