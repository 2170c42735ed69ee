#include "core/engine/log_fit.h"

#include "core/base/byte_order.h"
#include "core/base/error.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/file_header.h"

#include <algorithm>
#include <array>
#include <span>

namespace tidemark::engine {
namespace {

// Whole databases are read in pieces of this size.
constexpr std::uint32_t kPieceBytes = std::uint32_t{1} << 20;

std::uint32_t firstSalt(const sqlite::Salts& salts)
{
    return loadBigEndian<std::uint32_t>(std::span<const std::byte, 8>(salts.bytes).first<4>());
}

/// Its page size and mode, by its first page.
bool isLike(const sqlite::Connection& file,
            std::span<const std::byte, sqlite::kFileHeaderSize> start,
            const state::PageChecksums& known)
{
    const auto header = sqlite::decodeFileHeader(start, file.path());
    return header.ok() && header.value().isWal &&
           header.value().pageSizeBytes == known.pageSizeBytes();
}

/// All pages, or those that the log does not hold.
Result<bool> arePagesSame(const sqlite::Connection& file, const sqlite::WalRange& log,
                          bool skipsLog, const state::PageChecksums& known,
                          const std::stop_token& stop)
{
    const std::uint32_t pageSize = known.pageSizeBytes();
    const std::uint32_t perRead = kPieceBytes / pageSize;
    std::vector<std::byte> buffer(std::size_t{perRead} * pageSize);
    auto inLog = log.pages.begin();
    std::uint32_t count = 0;
    for (std::uint32_t first = 1; first <= known.pageCount(); first += count) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        count = std::min(perRead, known.pageCount() - first + 1);
        const auto bytes = std::span(buffer).first(std::size_t{count} * pageSize);
        TIDEMARK_TRY_STATUS(file.readFile(bytes, std::uint64_t{first - 1} * pageSize));
        for (std::uint32_t page = first; page < first + count; ++page) {
            const auto content = bytes.subspan(std::size_t{page - first} * pageSize, pageSize);
            const bool isInLog = inLog != log.pages.end() && inLog->pageNumber == page;
            inLog += isInLog ? 1 : 0;
            if (!(isInLog && skipsLog) && page != ltx::lockPage(pageSize) &&
                ltx::pageHash(page, content) != known.of(page)) {
                return false;
            }
        }
    }
    return true;
}

/// Of those that the log holds: an older copy that differs in them alone would be what the file was
/// behind the log, too.
Result<bool> areUnderneathSame(const sqlite::Connection& file, const FollowedLog& followed)
{
    std::vector<std::byte> page(followed.pageSizeBytes);
    for (const auto& [number, hash] : followed.underneath) {
        TIDEMARK_TRY_STATUS(file.readFile(page, std::uint64_t{number - 1} * page.size()));
        if (ltx::pageHash(number, page) != hash) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool isSameOrLater(const sqlite::Salts& then, const sqlite::Salts& now)
{
    // SQLite counts the first salt up when it begins a log anew (walRestartHdr), and takes any
    // number for one that it makes, or that was cut by somebody else.
    constexpr std::uint32_t kMostLogs = 1U << 16;
    return firstSalt(now) - firstSalt(then) < kMostLogs;
}

bool goesOn(const sqlite::WalRange& log, const FollowedLog& followed)
{
    return log.to.frame > 0 && (log.to.salts != followed.salts || log.to.frame != followed.frame);
}

Result<Fit> fitOf(const sqlite::Connection& file, const sqlite::WalRange& log,
                  const FollowedLog& followed, const state::PageChecksums& known,
                  const std::stop_token& stop)
{
    if (log.to.frame == 0) {
        return Fit::Yes;
    }
    if (goesOn(log, followed)) {
        return Fit::Unknown;
    }
    TIDEMARK_TRY(const bool isSame, areUnderneathSame(file, followed));
    if (!isSame) {
        return Fit::No;
    }
    if (known.pageCount() == 0 || !followed.isCaptured) {
        return Fit::Unknown;
    }
    std::array<std::byte, sqlite::kFileHeaderSize> start = {};
    TIDEMARK_TRY_STATUS(file.readFile(start, 0));
    if (!isLike(file, start, known) || log.pageCount != known.pageCount()) {
        return Fit::No;
    }
    TIDEMARK_TRY(const bool isCopy, arePagesSame(file, log, !followed.isWhole, known, stop));
    return isCopy ? Fit::Yes : Fit::No;
}

}  // namespace tidemark::engine
