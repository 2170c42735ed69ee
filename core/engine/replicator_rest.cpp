// Files that somebody copies there, perhaps at this moment: they are left alone until they rest.

#include "core/engine/replicator_impl.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/wal_reader.h"

#include <algorithm>
#include <optional>

namespace tidemark::engine {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// A log alone, of another database, is no whole backup: its file is waited for so long. A program
// that brings its files again and again is not waited for longer either.
constexpr std::chrono::minutes kBroughtTime{1};

/// SQLite would write what it holds into the file of before.
Error loneLog(const std::string& path)
{
    return {
        .code = ErrorCode::Busy,
        .what = {TIDEMARK_TEXT("engine",
                               "%1-wal was put there, and %1 is as it was before: perhaps it is "
                               "to be replaced, too."),
                 {path}},
        .next = {TIDEMARK_TEXT("engine",
                               "Both are read as soon as %1 was replaced, when a program opens "
                               "the database, or in a minute."),
                 {path}}};
}

}  // namespace

/// Half of a copy of the very file would not fit its log. What was renamed, or given its time,
/// behind its last write is whole.
Status Replicator::Impl::contentRests()
{
    TIDEMARK_TRY(const sqlite::FileStamp stamp, sqlite::stampOf(m_setup.files, m_setup.path));
    const bool isWhole = hasFineTimes(stamp) && stamp.changedNs > stamp.modifiedNs;
    return isWhole ? Status() : rests(stamp, stamp.modifiedNs);
}

/// Where somebody copied a database there together with its log: SQLite would mix a half of either
/// with the whole of the other. By the time that nobody sets. A log that came before its file, or
/// that is found unfinished at a start, is waited for as well, but not for ever.
Status Replicator::Impl::filesRest()
{
    m_isOverwritten = false;
    TIDEMARK_TRY(const sqlite::SourceIdentity now, sqlite::identify(m_setup.files, m_setup.path));
    // Whoever has it open goes on in what is there, whole or not.
    if (now.shm && sqlite::othersUse(*now.shm, now.database)) {
        return {};
    }
    const auto file = sqlite::stampOf(m_setup.files, m_setup.path);
    const auto log = sqlite::stampOf(m_setup.files, sqlite::walPath(m_setup.path));
    if (!m_broughtAt && log.ok() && isLogUnfinished(log.value())) {
        m_broughtAt = m_stepAt;
    }
    const bool isBrought = m_broughtAt && m_stepAt - *m_broughtAt < kBroughtTime;
    if (!m_isCopiedOver && !isBrought) {
        return {};
    }
    const bool isFileAsBefore = m_fileAtCopy && file.ok() && m_fileAtCopy->file == now.database &&
                                m_fileAtCopy->stamp == file.value();
    if (isBrought && isFileAsBefore && log.ok()) {
        m_restLeft = leftToRest(log.value().changedNs, kBroughtTime).value_or(0s);
        m_isOverwritten = m_restLeft > 0s;
        return m_isOverwritten ? Status(loneLog(m_setup.path)) : Status();
    }
    for (const auto& stamp : {file, log}) {
        TIDEMARK_TRY_STATUS(stamp.ok() ? rests(stamp.value(), stamp.value().changedNs) : Status());
    }
    return {};
}

/// Whether a log that is found at a start, and was written to just now, may lack what somebody
/// copies there. Old frames behind its end look like that, too.
bool Replicator::Impl::isLogUnfinished(const sqlite::FileStamp& stamp) const
{
    if (m_attachedStamp || stamp.sizeBytes == 0 || !leftToRest(stamp.changedNs, restOf(stamp))) {
        return false;
    }
    const auto wal = m_setup.files.open(sqlite::walPath(m_setup.path), OpenFor::Reading);
    if (!wal.ok()) {
        return false;
    }
    const sqlite::WalReader reader(*wal.value());
    const auto header = reader.header();
    const auto log = reader.recover();
    return !header.ok() || !log.ok() ||
           sqlite::frameOffset(log.value().to.frame + 1, header.value().pageSizeBytes) <
               stamp.sizeBytes;
}

milliseconds Replicator::Impl::restOf(const sqlite::FileStamp& stamp)
{
    return hasFineTimes(stamp) ? kFreshTime : kSettleTime;
}

/// Empty where it was written to that long ago, or at a time far to come, which tells nothing.
std::optional<milliseconds> Replicator::Impl::leftToRest(std::int64_t writtenNs,
                                                         milliseconds rest) const
{
    // The clock of the files, perhaps a server's, may be ahead a little.
    const auto ago = m_clock.now().time_since_epoch() - std::chrono::nanoseconds(writtenNs);
    return ago > -rest && ago < rest
               ? std::optional(std::min(rest, std::chrono::ceil<milliseconds>(rest - ago)))
               : std::nullopt;
}

Status Replicator::Impl::rests(const sqlite::FileStamp& stamp, std::int64_t writtenNs)
{
    const auto left = leftToRest(writtenNs, restOf(stamp));
    m_isOverwritten = left.has_value();
    m_restLeft = left.value_or(milliseconds(0));
    return m_isOverwritten ? Status(beingWrittenTo(
                                 {TIDEMARK_TEXT("engine", "It is read as soon as it rests.")}))
                           : Status();
}

}  // namespace tidemark::engine
