#include "core/service/replica_progress.h"

#include <utility>

namespace tidemark::service {
namespace {

void sayWaits(engine::Standing& standing)
{
    standing.reason = {TIDEMARK_TEXT("service",
                                     "The first snapshot waits for its turn: other databases of "
                                     "the same place go first.")};
    standing.next = {
        TIDEMARK_TEXT("service", "It is made by itself. What changes until then is kept here.")};
}

}  // namespace

ReplicaProgress::ReplicaProgress(const Clock& clock, std::string place)
    : m_clock(clock), m_place(std::move(place))
{
}

ReplicaProgress::Piece ReplicaProgress::step() const
{
    const std::scoped_lock lock(m_mutex);
    return m_step;
}

void ReplicaProgress::stepBegins(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_step = {.since = m_clock.monotonic(), .bytes = bytes};
}

void ReplicaProgress::stepGoesOn()
{
    const std::scoped_lock lock(m_mutex);
    m_step.since = m_clock.monotonic();
}

std::optional<ReplicaProgress::Piece> ReplicaProgress::snapshot() const
{
    const std::scoped_lock lock(m_mutex);
    return m_snapshot;
}

void ReplicaProgress::snapshotGoesOn(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_snapshot = {.since = m_clock.monotonic(), .bytes = bytes};
}

void ReplicaProgress::snapshotEnds()
{
    const std::scoped_lock lock(m_mutex);
    m_snapshot.reset();
    m_isSnapshotStalled = false;
}

bool ReplicaProgress::setStalled(Stalled stalled)
{
    const std::scoped_lock lock(m_mutex);
    noteStall();
    return std::exchange(m_stalled, stalled) != stalled;
}

Stalled ReplicaProgress::stalled() const
{
    const std::scoped_lock lock(m_mutex);
    return m_stalled;
}

bool ReplicaProgress::setSnapshotStalled(bool isStalled)
{
    const std::scoped_lock lock(m_mutex);
    noteStall();
    const bool isSo = isStalled && m_snapshot;
    return std::exchange(m_isSnapshotStalled, isSo) != isSo;
}

bool ReplicaProgress::setNoSnapshot(const std::optional<Error>& why)
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_noSnapshot, why) != why;
}

bool ReplicaProgress::setWaitsForTurn(bool waits)
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_waitsForTurn, waits) != waits;
}

void ReplicaProgress::showIn(ReplicaView& view) const
{
    if (view.failure) {
        return;
    }
    const std::scoped_lock lock(m_mutex);
    if (m_stalled != Stalled::No || m_isSnapshotStalled) {
        view.failure = stalledError();
        view.standing = {.state = engine::Protection::AtRisk, .since = m_stalledSince};
    } else if (m_noSnapshot && view.lacksBase()) {
        view.failure = m_noSnapshot;
        view.standing = {.state = engine::Protection::Waiting, .since = view.standing.since};
    } else {
        if (m_waitsForTurn && view.lacksBase() && view.standing.reason == Message()) {
            sayWaits(view.standing);
        }
        return;
    }
    view.standing.reason = view.failure->what;
    view.standing.next = view.failure->next;
}

void ReplicaProgress::noteStall()
{
    if (m_stalled == Stalled::No && !m_isSnapshotStalled) {
        m_stalledSince = m_clock.now();
    }
}

Error ReplicaProgress::stalledError() const
{
    return {.code = ErrorCode::Unavailable,
            .what = m_stalled == Stalled::InQueue
                        ? Message{TIDEMARK_TEXT("service",
                                                "Nothing is written to %1 now: others that are to "
                                                "be written to before it do not answer."),
                                  {m_place}}
                        : Message{TIDEMARK_TEXT("service", "%1 does not answer."), {m_place}},
            .next = {TIDEMARK_TEXT("service",
                                   "What changes waits here until it goes on. Look whether the "
                                   "disk or the server is there and works.")}};
}

}  // namespace tidemark::service
