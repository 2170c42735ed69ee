#include "core/sqlite/page_snapshot.h"

#include "core/base/byte_order.h"
#include "core/sqlite/file_header.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/sqlite_error.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <utility>
#include <vector>

namespace tidemark::sqlite {
namespace {

// As for an anchor: under a flood of commits the first tries mostly do.
constexpr int kTries = 64;

constexpr std::uint64_t kWholeLog = std::numeric_limits<std::uint64_t>::max();

// Databases are copied in pieces of this size.
constexpr std::uint32_t kCopyBytes = std::uint32_t{1} << 20;

Error emptied(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("sqlite", "%1 is empty: there is no database in it."), {path}},
            .next = {TIDEMARK_TEXT("sqlite", "It is read as soon as there is one again.")}};
}

Error strangeLog(const std::string& path)
{
    return {
        .code = ErrorCode::Busy,
        .what = {TIDEMARK_TEXT("sqlite",
                               "%1 is not in WAL mode, and yet a write-ahead log lies beside "
                               "it."),
                 {path}},
        .next = {TIDEMARK_TEXT("sqlite",
                               "Open the database in its application and close it again: SQLite "
                               "then decides what belongs to it, and Tidemark goes on.")}};
}

}  // namespace

struct PageSnapshot::State {
    std::unique_ptr<Connection> connection;
    std::unique_ptr<File> wal;
    std::unique_ptr<File> copy;  ///< Of all pages.
    WalPosition position = {};
    std::uint32_t pageCount = 0;
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t changeCounter = 0;
    std::vector<PageFrame> overlay = {};  ///< By page number: what the log holds.

    [[nodiscard]] std::size_t bytesOf(std::uint32_t pages) const
    {
        return std::size_t{pages} * pageSizeBytes;
    }

    [[nodiscard]] Result<WalIndexHeader> take() const;
    [[nodiscard]] Status takeShared(const FileSystem& files);
    [[nodiscard]] Status checkLog(const FileSystem& files) const;
    [[nodiscard]] Status readLog(FileSystem& files, const WalIndexHeader& end);
    [[nodiscard]] Status readFile(std::uint32_t firstPage, std::uint32_t count,
                                  std::span<std::byte> into) const;
};

/// Begins, and gives the header of which the transaction tells.
Result<WalIndexHeader> PageSnapshot::State::take() const
{
    TIDEMARK_TRY_STATUS(connection->beginRead());
    for (int i = 0; i < kTries; ++i) {
        connection->rollback();
        TIDEMARK_TRY(const WalIndexHeader before, connection->walIndex());
        TIDEMARK_TRY_STATUS(connection->beginRead());
        TIDEMARK_TRY(const WalIndexHeader after, connection->walIndex());
        if (before.sameEnd(after)) {
            return after;
        }
    }
    return noExactPosition(connection->path());
}

/// Where there is a log, the first transaction opens it whatever the header says, and makes a -shm;
/// beside an empty file it removes it. Neither is for us to do.
Status PageSnapshot::State::checkLog(const FileSystem& files) const
{
    TIDEMARK_TRY(const std::uint64_t sizeBytes, connection->fileSizeBytes());
    if (sizeBytes == 0) {
        return emptied(connection->path());
    }
    TIDEMARK_TRY(const auto log, files.stat(walPath(connection->path())));
    if (!log || log->sizeBytes == 0) {
        return {};
    }
    std::array<std::byte, 2> versions = {};
    TIDEMARK_TRY_STATUS(connection->readFile(versions, 18));
    constexpr std::byte kWal{2};
    const bool isWal = versions[0] == kWal && versions[1] == kWal;
    return isWal ? switchedToWal(connection->path()) : strangeLog(connection->path());
}

/// Begins in rollback mode, and takes what the header of the file tells.
Status PageSnapshot::State::takeShared(const FileSystem& files)
{
    TIDEMARK_TRY_STATUS(checkLog(files));
    TIDEMARK_TRY_STATUS(connection->beginRead());
    std::array<std::byte, kFileHeaderSize> bytes = {};
    TIDEMARK_TRY_STATUS(connection->readFile(bytes, 0));
    TIDEMARK_TRY(const FileHeader header, decodeFileHeader(bytes, connection->path()));
    if (header.isWal) {
        return switchedToWal(connection->path());
    }
    TIDEMARK_TRY(const std::uint64_t sizeBytes, connection->fileSizeBytes());
    pageSizeBytes = header.pageSizeBytes;
    // As SQLite has it: what lies behind the size in the header (chunks of an application that lets
    // its file grow so) is no part of the database. It refused one that is shorter at the begin.
    pageCount = header.pageCount != 0
                    ? header.pageCount
                    : static_cast<std::uint32_t>((sizeBytes + pageSizeBytes - 1) / pageSizeBytes);
    changeCounter = loadBigEndian<std::uint32_t>(std::span(bytes).subspan<24, 4>());
    return {};
}

Status PageSnapshot::State::readLog(FileSystem& files, const WalIndexHeader& end)
{
    position = {.salts = end.salts, .frame = end.mxFrame, .checksum = end.checksum};
    pageCount = end.pageCount;
    pageSizeBytes = end.pageSizeBytes;
    // All is in the database file, and nothing more gets there: on slot 0 nothing is backfilled, on
    // another slot nothing behind its mark. The log may be restarted now: it must not be read.
    if (end.backfilled == end.mxFrame) {
        return {};
    }
    // Not all was backfilled at the begin either, which found the same end: so the transaction is
    // on a slot >= 1, the frames stay, and backfilling changes no page that they do not hold.
    TIDEMARK_TRY(wal, files.open(walPath(connection->path()), OpenFor::Reading));
    TIDEMARK_TRY(WalRange log, WalReader(*wal).read({.salts = end.salts}, end, kWholeLog));
    overlay = std::move(log.pages);
    return {};
}

Status PageSnapshot::State::readFile(std::uint32_t firstPage, std::uint32_t count,
                                     std::span<std::byte> into) const
{
    const auto piece = into.first(bytesOf(count));
    const std::uint64_t offset = std::uint64_t{firstPage - 1} * pageSizeBytes;
    if (!copy) {
        return connection->readFile(piece, offset);
    }
    TIDEMARK_TRY(const std::size_t got, copy->readAt(piece, offset));
    if (got != piece.size()) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("sqlite", "A copy of the database ended early.")}};
    }
    return {};
}

Result<std::unique_ptr<PageSnapshot>> PageSnapshot::begin(FileSystem& files,
                                                          const std::string& path)
{
    auto state = std::make_unique<State>();
    TIDEMARK_TRY(state->connection, Connection::open(path));
    TIDEMARK_TRY(const WalIndexHeader end, state->take());
    TIDEMARK_TRY_STATUS(state->readLog(files, end));
    return std::unique_ptr<PageSnapshot>(new PageSnapshot(std::move(state)));
}

Result<std::unique_ptr<PageSnapshot>> PageSnapshot::beginShared(const FileSystem& files,
                                                                const std::string& path)
{
    auto state = std::make_unique<State>();
    TIDEMARK_TRY(state->connection, Connection::openToRead(path));
    TIDEMARK_TRY_STATUS(state->takeShared(files));
    return std::unique_ptr<PageSnapshot>(new PageSnapshot(std::move(state)));
}

PageSnapshot::PageSnapshot(std::unique_ptr<State> state) : m_state(std::move(state)) {}

PageSnapshot::~PageSnapshot() = default;

const WalPosition& PageSnapshot::position() const
{
    return m_state->position;
}

std::uint32_t PageSnapshot::pageCount() const
{
    return m_state->pageCount;
}

std::uint32_t PageSnapshot::pageSizeBytes() const
{
    return m_state->pageSizeBytes;
}

std::uint32_t PageSnapshot::changeCounter() const
{
    return m_state->changeCounter;
}

bool PageSnapshot::isInTheWay() const
{
    return m_state->connection && m_state->connection->isReserved();
}

Status PageSnapshot::copyTo(std::unique_ptr<File> file, const std::stop_token& stop)
{
    State& state = *m_state;
    const std::uint32_t perRead = kCopyBytes / state.pageSizeBytes;
    std::vector<std::byte> buffer(state.bytesOf(perRead));
    for (std::uint32_t first = 1; first <= state.pageCount;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const std::uint32_t count = std::min(perRead, state.pageCount - first + 1);
        const auto bytes = std::span(buffer).first(state.bytesOf(count));
        TIDEMARK_TRY_STATUS(read(first, count, bytes));
        TIDEMARK_TRY_STATUS(file->writeAt(bytes, std::uint64_t{first - 1} * state.pageSizeBytes));
        first += count;
    }
    state.copy = std::move(file);
    state.overlay.clear();
    state.wal.reset();
    return {};
}

void PageSnapshot::keepCopyOnly()
{
    assert(m_state->copy);
    m_state->connection.reset();
}

Status PageSnapshot::read(std::uint32_t firstPage, std::uint32_t count,
                          std::span<std::byte> into) const
{
    const State& state = *m_state;
    assert(firstPage >= 1 &&
           std::uint64_t{firstPage} + count <= std::uint64_t{state.pageCount} + 1);
    assert(into.size() == state.bytesOf(count));
    const std::uint32_t end = firstPage + count;
    auto next = std::ranges::lower_bound(state.overlay, firstPage, {}, &PageFrame::pageNumber);
    for (std::uint32_t page = firstPage; page != end;) {
        const bool more = next != state.overlay.end() && next->pageNumber < end;
        const std::uint32_t fromFile = (more ? next->pageNumber : end) - page;
        TIDEMARK_TRY_STATUS(state.readFile(page, fromFile, into));
        into = into.subspan(state.bytesOf(fromFile));
        page += fromFile;
        if (more) {
            TIDEMARK_TRY_STATUS(
                WalReader(*state.wal).readPage(next->frame, into.first(state.pageSizeBytes)));
            into = into.subspan(state.pageSizeBytes);
            ++page;
            ++next;
        }
    }
    return {};
}

}  // namespace tidemark::sqlite
