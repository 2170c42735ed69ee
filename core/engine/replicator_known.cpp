// What a start trusts: the file as it was when all that is captured was in it.

#include "core/engine/replicator_impl.h"

#include <algorithm>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kKnownPause{30};
// Less than this is read anew without a thought.
constexpr std::uint64_t kMuchToReadBytes = std::uint64_t{16} << 20;

}  // namespace

Status Replicator::Impl::remember(const std::optional<state::SegmentFacts>& facts)
{
    m_known = knownNow();
    m_storedKnown.reset();
    TIDEMARK_TRY_STATUS(m_capture->remember(m_watched ? m_watched->identity : m_anchor->identity(),
                                            facts, m_known));
    m_storedKnown = m_known;
    noteLog();
    return {};
}

/// In WAL mode of the last time when all was captured and in the file: what is written into that
/// since is not known to be SQLite's work.
std::optional<KnownFile> Replicator::Impl::knownNow()
{
    if (m_watched) {
        return KnownFile{.mark = m_watched->seen, .txId = m_capture->txId()};
    }
    if (!m_anchor->standing()) {
        return m_known;
    }
    const sqlite::FileMark mark{.file = m_anchor->identity().database,
                                .stamp = *m_anchor->standing()};
    // Nothing is backfilled meanwhile: what was written since lies in the log.
    const auto header = m_anchor->header();
    const bool isAll =
        isSettled(mark.stamp) && header.ok() &&
        (header.value().mxFrame == 0 ||
         (header.value().sameEnd(m_anchor->takenAt()) && m_capture->isAt(header.value())));
    const bool isSame = m_known && m_known->mark == mark;
    return KnownFile{.mark = mark,
                     .txId = isAll ? m_capture->txId() : (isSame ? m_known->txId : ltx::TxId())};
}

/// Whether the next write gives it another stamp. Until then one that comes when we have gone would
/// not be seen.
bool Replicator::Impl::isSettled(const sqlite::FileStamp& stamp)
{
    const Clock::Instant now = m_clock.monotonic();
    if (!m_stood || m_stood->stamp != stamp) {
        m_stood = {.stamp = stamp, .since = now};
    }
    return now - m_stood->since >= (isSoonSettled(stamp) ? kFineSettleTime : kSettleTime);
}

/// Where the steps of time are small, and of what was written long ago in any case.
bool Replicator::Impl::isSoonSettled(const sqlite::FileStamp& stamp) const
{
    const std::chrono::nanoseconds written(std::max(stamp.modifiedNs, stamp.changedNs));
    return hasFineTimes(stamp) || m_clock.now().time_since_epoch() - written >= kSettleTime;
}

/// The last checkpoint wrote into the file just now: one moment later its stamp can be trusted, and
/// the next start need not read all of it. Where that is little, or the file system tells the time
/// in long steps, nobody waits.
void Replicator::Impl::rememberFileForStart(const std::stop_token& stop)
{
    m_nextKnown = {};
    rememberFile();
    const bool isTrusted = m_storedKnown && m_storedKnown->txId == m_capture->txId();
    const state::PageChecksums& pages = m_capture->checksums();
    const bool isMuch =
        std::uint64_t{pages.pageCount()} * pages.pageSizeBytes() >= kMuchToReadBytes;
    const bool isSoon = m_stood && isSoonSettled(m_stood->stamp);
    if (!isTrusted && isMuch && isSoon &&
        m_clock.waitUntil(m_clock.monotonic() + kFineSettleTime, stop)) {
        m_nextKnown = {};
        rememberFile();
    }
}

/// It saves the next start some reading, so that a disk that is full is no reason to let go.
void Replicator::Impl::rememberFile()
{
    if (m_stepAt >= m_nextKnown && knownNow() != m_storedKnown && !remember(std::nullopt).ok()) {
        m_nextKnown = m_stepAt + kKnownPause;
    }
}

}  // namespace tidemark::engine
