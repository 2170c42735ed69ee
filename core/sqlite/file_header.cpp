#include "core/sqlite/file_header.h"

#include "core/base/byte_order.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tidemark::sqlite {
namespace {

constexpr char kMagic[16] = "SQLite format 3";
constexpr std::uint8_t kRollback = 1;
constexpr std::uint8_t kWal = 2;
constexpr std::uint8_t kWal2 = 3;  // Of a branch of SQLite: https://www.sqlite.org/cgi/src/doc/wal2
constexpr std::uint32_t kNewestSchemaFormat = 4;
constexpr std::uint32_t kLastTextEncoding = 3;

/// The field holds 1 for 65536, which does not fit.
std::uint32_t pageSizeOf(std::span<const std::byte, 2> bytes)
{
    const auto field = loadBigEndian<std::uint16_t>(bytes);
    return field == 1 ? 65536U : field;
}

/// Fields of which each database has the same, or one of a few values.
bool hasFixedFields(std::span<const std::byte, kFileHeaderSize> bytes)
{
    return bytes[21] == std::byte{64} && bytes[22] == std::byte{32} && bytes[23] == std::byte{32} &&
           loadBigEndian<std::uint32_t>(bytes.subspan<44, 4>()) <= kNewestSchemaFormat &&
           loadBigEndian<std::uint32_t>(bytes.subspan<56, 4>()) <= kLastTextEncoding;
}

Error unknownJournal(const std::string& path, std::uint8_t version)
{
    if (version == kWal2) {
        return {.code = ErrorCode::Unsupported,
                .what = {TIDEMARK_TEXT("sqlite",
                                       "%1 is in wal2 mode, which only a branch of SQLite knows."),
                         {path}},
                .next = {TIDEMARK_TEXT("sqlite", "Switch it to WAL mode in its application.")}};
    }
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "%1 uses a journal of version %2, which SQLite itself does not "
                                   "know."),
                     {path, std::to_string(version)}},
            .next = {TIDEMARK_TEXT("sqlite", "Switch it to WAL mode in its application.")}};
}

}  // namespace

bool startsLikeDatabase(std::span<const std::byte, 16> bytes)
{
    return std::memcmp(bytes.data(), kMagic, sizeof kMagic) == 0;
}

Error notADatabase(const std::string& path)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite", "%1 is not an SQLite database, or it is encrypted."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Choose another file; encrypted databases cannot be "
                                   "protected.")}};
}

Error encrypted(const std::string& path)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "%1 is encrypted (SQLCipher, SEE or another), or its first page "
                                   "is damaged."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Encrypted databases cannot be protected. A damaged one has to "
                                   "be restored first.")}};
}

Result<FileHeader> decodeFileHeader(std::span<const std::byte, kFileHeaderSize> bytes,
                                    const std::string& path)
{
    if (!startsLikeDatabase(bytes.first<16>())) {
        return notADatabase(path);
    }
    FileHeader header;
    header.pageSizeBytes = pageSizeOf(bytes.subspan<16, 2>());
    if (!std::has_single_bit(header.pageSizeBytes) || header.pageSizeBytes < 512) {
        return Error{.code = ErrorCode::Damaged,
                     .what = {TIDEMARK_TEXT("sqlite", "%1 says that its pages have %2 bytes."),
                              {path, std::to_string(header.pageSizeBytes)}},
                     .next = {TIDEMARK_TEXT("sqlite", "The file is damaged; restore it first.")}};
    }
    const auto writeVersion = std::to_integer<std::uint8_t>(bytes[18]);
    const auto readVersion = std::to_integer<std::uint8_t>(bytes[19]);
    header.isWal = readVersion == kWal && writeVersion == kWal;
    if (!header.isWal && (readVersion != kRollback || writeVersion != kRollback)) {
        return unknownJournal(path, std::max(readVersion, writeVersion));
    }
    if (!hasFixedFields(bytes)) {
        return encrypted(path);
    }
    // Valid only when written together with the change counter.
    if (loadBigEndian<std::uint32_t>(bytes.subspan<24, 4>()) ==
        loadBigEndian<std::uint32_t>(bytes.subspan<92, 4>())) {
        header.pageCount = loadBigEndian<std::uint32_t>(bytes.subspan<28, 4>());
    }
    return header;
}

}  // namespace tidemark::sqlite
