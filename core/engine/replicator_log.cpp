#include "core/engine/pinned_log.h"
#include "core/engine/replicator_impl.h"
#include "core/sqlite/held_files.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A log file above this is cut while the anchor lies at zero; it would only keep disk.
constexpr std::uint64_t kHugeLogBytes = std::uint64_t{500} << 20;
// How often the room for such a log is looked at.
constexpr seconds kRoomPause{1};
// From this part of the database on a log that a snapshot pins is worth a copy of the pages, and in
// any case from so many bytes on.
constexpr std::uint64_t kCopyWorth = 8;
constexpr std::uint64_t kMostPinnedBytes = std::uint64_t{1} << 30;
// Up to this size also where the application has closed the database.
constexpr std::uint64_t kClosedCopyBytes = std::uint64_t{4} << 30;
// A snapshot that was given up for the sake of it would soon be given up again.
constexpr std::chrono::minutes kGivenUpPause{10};
// From this long behind the last change on it is looked whether anybody has the database open.
constexpr milliseconds kClosedLook{30};
// And again after this part of the time that passed.
constexpr int kClosedLookShare = 4;
// A commit is in the index soon behind the news of it. Its latency is not to pay for this look.
constexpr milliseconds kHeardInVain{100};
// One that is perhaps just copied there is looked at again after this.
constexpr milliseconds kBegunPause{500};
constexpr seconds kTruncatePause{1};
// The same at rest, where it is not urgent.
constexpr seconds kCutPause{30};

}  // namespace

/// Uploading a snapshot may take hours. The disk is the application's, too: with less free than
/// twice what the log has already, it would soon be full.
void Replicator::Impl::watchPinnedLog(std::uint64_t logBytes)
{
    if (m_stepAt < m_nextRoomLook) {
        return;
    }
    m_nextRoomLook = m_stepAt + kRoomPause;
    if (logBytes >= kWorrisomeLogBytes) {
        setStanding(
            Protection::Protected,
            {TIDEMARK_TEXT("engine",
                           "While a snapshot of %1 is being saved, its write-ahead log grows."),
             {m_setup.path}},
            {TIDEMARK_TEXT(
                "engine",
                "Every change is saved all the same. The log is cut once the snapshot is "
                "there or copied aside; before the disk fills the snapshot is given up.")});
    }
    copyAside(logBytes);
    const auto space = m_setup.files.space(m_setup.path);
    if (logBytes > 0 && space.ok() && space.value().freeBytes < 2 * logBytes) {
        giveUpSnapshots();
        noteNoCopy(snapshotGivenUp(m_setup.path), kGivenUpPause);
    }
}

/// A copy costs as much disk as the database has, for as long as the snapshot is uploaded: it is
/// worth it where the log would come to a part of that, and of all but a huge one where nobody else
/// has the log open any more: were we killed, what is in it alone would come into a file that is
/// put there.
void Replicator::Impl::copyAside(std::uint64_t logBytes)
{
    const bool isClosed = wasClosed();
    for (const LivingSnapshot& each : m_snapshots) {
        const auto pages = each.pages.lock();
        if (!pages || !pages->isHeld() || pages->isCopyAsked()) {
            continue;
        }
        const std::uint64_t size = pages->sizeBytes();
        const bool isDue = isClosed && size <= kClosedCopyBytes;
        const std::uint64_t worth =
            std::clamp(size / kCopyWorth, kWorrisomeLogBytes, kMostPinnedBytes);
        const auto space = m_setup.files.space(m_setup.directory.path);
        const std::uint64_t needed = size + size / kCopyWorth + 2 * logBytes + kSpareBytes;
        if (logBytes < (isDue ? 1 : worth) || !space.ok() || space.value().freeBytes < needed) {
            continue;
        }
        if (auto file = unnamedFile(); file.ok()) {
            pages->askForCopy(std::move(file).value());
        }
    }
}

/// The disk is the application's: a copy goes before that is full.
void Replicator::Impl::watchCopies()
{
    const bool isAny = std::ranges::any_of(m_snapshots, [](const LivingSnapshot& each) {
        const auto pages = each.pages.lock();
        return pages && pages->isCopyAsked() && pages->isKept();
    });
    if (!isAny || m_stepAt < m_nextCopyLook) {
        return;
    }
    m_nextCopyLook = m_stepAt + kRoomPause;
    const auto space = m_setup.files.space(m_setup.directory.path);
    if (space.ok() && space.value().freeBytes < kSpareBytes) {
        giveUpSnapshots();
        noteNoCopy(snapshotGivenUp(m_setup.path), kGivenUpPause);
    }
}

/// Once, and of those alone who read at two looks: others only pass by.
void Replicator::Impl::tellPinned()
{
    const auto& shm = m_anchor->identity().shm;
    auto readers = shm ? sqlite::logReaders(*shm) : std::vector<sqlite::LogReader>();
    if (!m_pinning) {
        m_pinning = Pinning{.readers = std::move(readers)};
        return;
    }
    if (m_pinning->isTold) {
        return;
    }
    std::erase_if(readers, [this](const sqlite::LogReader& each) {
        return std::ranges::find(m_pinning->readers, each) == m_pinning->readers.end();
    });
    m_pinning->isTold = true;
    const Error why = pinnedLog(m_setup.path, readers);
    setStanding(Protection::Protected, why.what, why.next);
}

/// Whether all others who had the database open have closed it, without the checkpoint and the end
/// of the log that they would have made without us: what comes next may be another file in its
/// place.
bool Replicator::Impl::wasClosed()
{
    const Clock::Instant::duration quiet = m_stepAt - m_changedAt;
    const auto& shm = m_anchor->identity().shm;
    const bool hasJustLooked = m_stepAt < m_nextClosedLook && quiet <= kRest;
    if (!shm || quiet < kClosedLook || hasJustLooked) {
        return false;
    }
    const bool isOpen = sqlite::othersHaveOpen(*shm);
    // Who has it open will mostly have so for a while.
    m_nextClosedLook = m_stepAt + (isOpen ? quiet / kClosedLookShare : Clock::Instant::duration());
    return !isOpen;
}

/// A huge log file only keeps disk. That of a database that nobody has open is cut in any case: who
/// puts another file in its place would be given the old changes by SQLite. Both while the anchor
/// lies at zero; the writer's lock is held for it. Fails when somebody else than SQLite wrote it.
Status Replicator::Impl::truncateLog()
{
    // Heard of, and the index stands still: it may be a log that somebody copies there.
    const bool isHeardInVain = m_heardAt && m_stepAt - *m_heardAt >= kHeardInVain;
    const bool isDue = m_stepAt >= m_nextTruncate || isHeardInVain;
    if (m_anchor->place() != sqlite::Place::AtZero || !isDue) {
        return {};
    }
    const auto size = m_anchor->wal().sizeBytes();
    if (size.ok() && size.value() > 0 && isLogBegun()) {
        m_nextTruncate = m_stepAt + kBegunPause;
        return {};
    }
    const bool isHuge = size.ok() && size.value() > kHugeLogBytes;
    if (isHuge || (size.ok() && size.value() > 0 && wasClosed())) {
        if (wasLogOverwritten()) {
            return sqlite::overwritten(sqlite::walPath(m_setup.path));
        }
        // When somebody is in the way, perhaps for an instant: next time, later and later.
        const bool isCut = m_checkpointer->truncate(*m_anchor);
        m_nextTruncate = m_stepAt + (isCut ? milliseconds(kTruncatePause) : m_cutPause);
        const milliseconds longest = isHuge ? kTruncatePause : kCutPause;
        m_cutPause = isCut ? kFirstCutPause : std::min(2 * m_cutPause, longest);
    }
    return {};
}

}  // namespace tidemark::engine
