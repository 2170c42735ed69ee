// How far the steps and snapshots of a replica are, and what is said when they get no further.

#include "core/service/replica_follower.h"

#include <utility>

namespace tidemark::service {
namespace {

/// So many segments tell how much a step may have to upload.
constexpr std::size_t kCounted = 256;

/// A database is compared with a history that is found, which may be read as a whole, so much
/// faster than anything is uploaded.
constexpr std::uint64_t kReadFaster = 16;

}  // namespace

void ReplicaFollower::noteBegin()
{
    std::uint64_t bytes = 0;
    for (const engine::SpooledSegment& each : m_spool.above(has(), kCounted)) {
        bytes += each.sizeBytes;
    }
    if (!view().looked) {
        const auto source = m_context.files.stat(m_path);
        bytes += source.ok() && source.value() ? source.value()->sizeBytes / kReadFaster : 0;
    }
    const std::scoped_lock lock(m_mutex);
    m_progress = {.since = m_context.clock.monotonic(), .bytes = bytes};
}

ReplicaView ReplicaFollower::view() const
{
    const std::scoped_lock lock(m_mutex);
    if (m_view.failure) {
        return m_view;
    }
    ReplicaView view = m_view;
    if (m_stalled != Stalled::No || m_isSnapshotStalled) {
        view.failure = stalledError();
        view.standing = {.state = engine::Protection::AtRisk, .since = m_stalledSince};
    } else if (m_noSnapshot && view.lacksBase()) {
        view.failure = m_noSnapshot;
        view.standing = {.state = engine::Protection::Waiting, .since = view.standing.since};
    } else {
        return view;
    }
    view.standing.reason = view.failure->what;
    view.standing.next = view.failure->next;
    return view;
}

ReplicaFollower::Progress ReplicaFollower::progress() const
{
    const std::scoped_lock lock(m_mutex);
    return m_progress;
}

std::optional<ReplicaFollower::Progress> ReplicaFollower::snapshotProgress() const
{
    const std::scoped_lock lock(m_mutex);
    return m_snapshotProgress;
}

void ReplicaFollower::noteSnapshotProgress(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_snapshotProgress = {.since = m_context.clock.monotonic(), .bytes = bytes};
}

void ReplicaFollower::noteSnapshotEnd()
{
    const std::scoped_lock lock(m_mutex);
    m_snapshotProgress.reset();
    m_isSnapshotStalled = false;
}

bool ReplicaFollower::setNoSnapshot(const std::optional<Error>& why)
{
    const std::scoped_lock lock(m_mutex);
    const bool isNews = m_noSnapshot != why;
    m_noSnapshot = why;
    return isNews;
}

bool ReplicaFollower::setStalled(Stalled stalled)
{
    const std::scoped_lock lock(m_mutex);
    noteStall();
    return std::exchange(m_stalled, stalled) != stalled;
}

bool ReplicaFollower::setSnapshotStalled(bool isStalled)
{
    const std::scoped_lock lock(m_mutex);
    noteStall();
    const bool isSo = isStalled && m_snapshotProgress;
    return std::exchange(m_isSnapshotStalled, isSo) != isSo;
}

void ReplicaFollower::noteStall()
{
    if (m_stalled == Stalled::No && !m_isSnapshotStalled) {
        m_stalledSince = m_context.clock.now();
    }
}

Error ReplicaFollower::stalledError() const
{
    const std::string place = storage::describeAddress(m_config.address);
    return {.code = ErrorCode::Unavailable,
            .what = m_stalled == Stalled::InQueue
                        ? Message{TIDEMARK_TEXT("service",
                                                "Nothing is written to %1 now: others that are to "
                                                "be written to before it do not answer."),
                                  {place}}
                        : Message{TIDEMARK_TEXT("service", "%1 does not answer."), {place}},
            .next = {TIDEMARK_TEXT("service",
                                   "What changes waits here until it goes on. Look whether the "
                                   "disk or the server is there and works.")}};
}

}  // namespace tidemark::service
