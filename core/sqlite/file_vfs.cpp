#include "core/sqlite/file_vfs.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::sqlite {
namespace {

// Pages that were written one after the other are asked for one after the other: who reads on finds
// them here, at a fraction of the calls.
constexpr std::size_t kAheadBytes = 128 << 10;

/// Reads a file that never changes, ahead as long as it is read in order.
class AheadReader {
public:
    explicit AheadReader(const File& file) : m_file(file) {}

    Result<std::size_t> readAt(std::span<std::byte> into, std::uint64_t offset)
    {
        if (offset != m_next && !holds(offset)) {
            m_next = offset + into.size();
            return m_file.readAt(into, offset);
        }
        if (!holds(offset)) {
            TIDEMARK_TRY_STATUS(readAhead(offset));
        }
        m_next = offset + into.size();
        const auto there = std::span(m_ahead).subspan(static_cast<std::size_t>(offset - m_start));
        if (there.size() < into.size()) {
            return m_file.readAt(into, offset);
        }
        std::ranges::copy(there.first(into.size()), into.begin());
        return into.size();
    }

    [[nodiscard]] Result<std::uint64_t> sizeBytes() const { return m_file.sizeBytes(); }

private:
    /// After a failure nothing is held: SQLite may ask again.
    [[nodiscard]] Status readAhead(std::uint64_t offset)
    {
        m_start = offset;
        m_ahead.resize(kAheadBytes);
        const auto got = m_file.readAt(m_ahead, offset);
        m_ahead.resize(got.ok() ? got.value() : 0);
        return got.ok() ? Status() : Status(got.error());
    }

    [[nodiscard]] bool holds(std::uint64_t offset) const
    {
        return offset >= m_start && offset - m_start < m_ahead.size();
    }

    const File& m_file;
    std::vector<std::byte> m_ahead;
    std::uint64_t m_start = 0;  // Of m_ahead in the file.
    std::uint64_t m_next = 0;   // Behind what was asked for last.
};

/// What SQLite allocates for an open file. It knows the first member only.
struct OpenFile {
    sqlite3_file base = {};
    AheadReader* reader = nullptr;
};

int close(sqlite3_file* opened)
{
    delete std::exchange(reinterpret_cast<OpenFile*>(opened)->reader, nullptr);
    return SQLITE_OK;
}

int read(sqlite3_file* opened, void* into, int size, sqlite3_int64 offset)
{
    const std::span bytes(static_cast<std::byte*>(into), static_cast<std::size_t>(size));
    const auto got = reinterpret_cast<OpenFile*>(opened)->reader->readAt(
        bytes, static_cast<std::uint64_t>(offset));
    if (!got.ok()) {
        return SQLITE_IOERR_READ;
    }
    std::ranges::fill(bytes.subspan(got.value()), std::byte{0});
    return got.value() == bytes.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int fileSize(sqlite3_file* opened, sqlite3_int64* size)
{
    const auto bytes = reinterpret_cast<OpenFile*>(opened)->reader->sizeBytes();
    *size = bytes.ok() ? static_cast<sqlite3_int64>(bytes.value()) : 0;
    return bytes.ok() ? SQLITE_OK : SQLITE_IOERR_FSTAT;
}

int lock(sqlite3_file*, int)
{
    return SQLITE_OK;
}

int checkReservedLock(sqlite3_file*, int* isLocked)
{
    *isLocked = 0;
    return SQLITE_OK;
}

int fileControl(sqlite3_file*, int, void*)
{
    return SQLITE_NOTFOUND;
}

int sectorSize(sqlite3_file*)
{
    return 0;
}

int deviceCharacteristics(sqlite3_file*)
{
    return SQLITE_IOCAP_IMMUTABLE;
}

int refuseWrite(sqlite3_file*, const void*, int, sqlite3_int64)
{
    return SQLITE_READONLY;
}

int refuseTruncate(sqlite3_file*, sqlite3_int64)
{
    return SQLITE_READONLY;
}

int sync(sqlite3_file*, int)
{
    return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods{
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = refuseWrite,
    .xTruncate = refuseTruncate,
    .xSync = sync,
    .xFileSize = fileSize,
    .xLock = lock,
    .xUnlock = lock,
    .xCheckReservedLock = checkReservedLock,
    .xFileControl = fileControl,
    .xSectorSize = sectorSize,
    .xDeviceCharacteristics = deviceCharacteristics,
};

int open(sqlite3_vfs* vfs, const char*, sqlite3_file* into, int flags, int* outFlags)
{
    auto& opened = *reinterpret_cast<OpenFile*>(into);
    opened = OpenFile();
    // Temporary files, if a check wanted one, stay in memory: temp_store says so.
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return SQLITE_CANTOPEN;
    }
    opened.base.pMethods = &kMethods;
    // SQLite owns the memory of `opened` and knows no destructor: close() ends it.
    opened.reader =
        std::make_unique<AheadReader>(*static_cast<const File*>(vfs->pAppData)).release();
    if (outFlags != nullptr) {
        *outFlags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    }
    return SQLITE_OK;
}

int refuseDelete(sqlite3_vfs*, const char*, int)
{
    return SQLITE_READONLY;
}

int nothingThere(sqlite3_vfs*, const char*, int, int* result)
{
    *result = 0;
    return SQLITE_OK;
}

int fullPath(sqlite3_vfs*, const char* name, int size, char* into)
{
    sqlite3_snprintf(size, into, "%s", name);
    return SQLITE_OK;
}

}  // namespace

FileVfs::FileVfs(const File& file)
    // Two that live at once have different addresses, hence names.
    : m_name("tidemark-file-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))
{
    const sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    m_vfs = *system;
    m_vfs.iVersion = 1;
    m_vfs.szOsFile = sizeof(OpenFile);
    m_vfs.pNext = nullptr;
    m_vfs.zName = m_name.c_str();
    m_vfs.pAppData = const_cast<File*>(&file);
    m_vfs.xOpen = open;
    m_vfs.xDelete = refuseDelete;
    m_vfs.xAccess = nothingThere;
    m_vfs.xFullPathname = fullPath;
    sqlite3_vfs_register(&m_vfs, 0);
}

FileVfs::~FileVfs()
{
    sqlite3_vfs_unregister(&m_vfs);
}

}  // namespace tidemark::sqlite
