#include "core/sqlite/page_sample.h"

#include "core/sqlite/connection.h"
#include "core/sqlite/file_header.h"
#include "core/sqlite/page_snapshot.h"
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <array>
#include <utility>

namespace tidemark::sqlite {
namespace {

/// The database file alone: in rollback mode nobody writes into it while the shared lock is held,
/// and SQLite has rolled back before what a died writer left.
Result<PageSample> readUnderSharedLock(const std::string& path,
                                       std::span<const std::uint32_t> numbers)
{
    TIDEMARK_TRY(const auto connection, Connection::open(path));
    TIDEMARK_TRY_STATUS(connection->beginRead());
    std::array<std::byte, kFileHeaderSize> bytes = {};
    TIDEMARK_TRY_STATUS(connection->readFile(bytes, 0));
    TIDEMARK_TRY(const FileHeader header, decodeFileHeader(bytes, path));
    if (header.isWal) {
        return sqliteError(nullptr, SQLITE_BUSY, path);  // Switched meanwhile.
    }
    TIDEMARK_TRY(const std::uint64_t sizeBytes, connection->fileSizeBytes());
    PageSample sample{.pageSizeBytes = header.pageSizeBytes};
    for (const std::uint32_t number : numbers) {
        if (std::uint64_t{number} * header.pageSizeBytes <= sizeBytes) {
            std::vector<std::byte>& page = sample.pages[number];
            page.resize(header.pageSizeBytes);
            TIDEMARK_TRY_STATUS(
                connection->readFile(page, std::uint64_t{number - 1} * header.pageSizeBytes));
        }
    }
    return sample;
}

}  // namespace

Result<PageSample> readSample(FileSystem& files, const std::string& path,
                              std::span<const std::uint32_t> numbers)
{
    auto begun = PageSnapshot::begin(files, path);
    if (!begun.ok() && begun.error().code == ErrorCode::NotInWalMode) {
        return readUnderSharedLock(path, numbers);
    }
    TIDEMARK_TRY(const auto snapshot, std::move(begun));
    PageSample sample{.pageSizeBytes = snapshot->pageSizeBytes()};
    for (const std::uint32_t number : numbers) {
        if (number <= snapshot->pageCount()) {
            std::vector<std::byte>& page = sample.pages[number];
            page.resize(snapshot->pageSizeBytes());
            TIDEMARK_TRY_STATUS(snapshot->read(number, 1, page));
        }
    }
    return sample;
}

}  // namespace tidemark::sqlite
