#include "core/sqlite/page_snapshot.h"

#include "core/sqlite/source_identity.h"
#include "core/sqlite/sqlite_error.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <vector>

namespace tidemark::sqlite {
namespace {

// As for an anchor: under a flood of commits the first tries mostly do.
constexpr int kTries = 64;

constexpr std::uint64_t kWholeLog = std::numeric_limits<std::uint64_t>::max();

}  // namespace

struct PageSnapshot::State {
    std::unique_ptr<Connection> connection;
    std::unique_ptr<File> wal;
    WalPosition position = {};
    std::uint32_t pageCount = 0;
    std::uint32_t pageSizeBytes = 0;
    std::vector<PageFrame> overlay = {};  ///< By page number: what the log holds.

    [[nodiscard]] std::size_t bytesOf(std::uint32_t pages) const
    {
        return std::size_t{pages} * pageSizeBytes;
    }

    [[nodiscard]] Result<WalIndexHeader> take() const;
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
    return connection->readFile(into.first(bytesOf(count)),
                                std::uint64_t{firstPage - 1} * pageSizeBytes);
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
