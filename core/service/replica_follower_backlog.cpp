// What a ReplicaFollower's replica never gets, since its backlog came to the limit of the spool.

#include "core/service/replica_follower.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

engine::Standing laggingStanding(const state::GivenUp& givenUp,
                                 const std::optional<Timestamp>& nextTry)
{
    return {.state = engine::Protection::AtRisk,
            .reason = {TIDEMARK_TEXT("service",
                                     "The backlog of this replica exceeded %1 MiB. What changed "
                                     "since then is not kept for it."),
                       {std::to_string(givenUp.limitBytes >> 20)}},
            .next = {TIDEMARK_TEXT("service",
                                   "It gets a new snapshot when it is back; everything from then "
                                   "on can be restored from it.")},
            .since = givenUp.began,
            .nextTry = nextTry};
}

template <typename Value>
Value valueOr(Result<Value> asked, Value otherwise)
{
    return asked.ok() ? std::move(asked).value() : std::move(otherwise);
}

}  // namespace

/// What cannot be read is not known: it is looked at then.
void ReplicaFollower::readBacklog()
{
    const auto remembered = valueOr(m_state.replica(m_id), std::optional<state::ReplicaState>());
    m_remembered = remembered ? remembered->confirmed : ltx::TxId();
    m_view.givenUp = valueOr(m_state.givenUp(m_id), std::optional<state::GivenUp>());
    showBacklog();
}

ltx::TxId ReplicaFollower::has() const
{
    const std::scoped_lock lock(m_mutex);
    const ltx::TxId known = m_view.looked ? m_view.confirmed : m_remembered;
    // The next step takes note of a base that was just written.
    return std::max(known, m_baseWritten.value_or(ltx::TxId()));
}

bool ReplicaFollower::noteCut(ltx::TxRange gone, ltx::TxId had, std::uint64_t limitBytes,
                              ltx::TxId captured)
{
    // One that was never seen and never written into waits for its first snapshot anyway.
    if (had == ltx::TxId{} || gone.maxTxId <= had) {
        return false;
    }
    const std::scoped_lock lock(m_mutex);
    const bool isNew = !m_view.isGivenUp();
    state::GivenUp givenUp = isNew ? state::GivenUp{.first = gone.minTxId,
                                                    .began = m_context.clock.now(),
                                                    .limitBytes = limitBytes}
                                   : *m_view.givenUp;
    const ltx::TxId first = std::max(std::min(gone.minTxId, givenUp.first), {had.value + 1});
    if (isNew || first != givenUp.first) {
        givenUp.first = first;
        givenUp.last = captured;
        givenUp.firstAt = valueOr(m_state.timeOf(first), std::optional<Timestamp>());
        givenUp.lastAt = valueOr(m_state.timeOf(captured), std::optional<Timestamp>());
        // Not remembered, it is known until the next start, and the hole is there all the same.
        static_cast<void>(m_state.setGivenUp(m_id, givenUp));
        m_view.givenUp = givenUp;
        showBacklog();
    }
    return isNew;
}

/// It goes on from a base behind what it lacks, and nothing more is missing behind that.
void ReplicaFollower::noteBacklogEnd()
{
    if (!m_view.isGivenUp() || !m_view.hasBase || m_view.confirmed < m_view.givenUp->first) {
        return;
    }
    state::GivenUp& givenUp = *m_view.givenUp;
    const state::GivenUp before = givenUp;
    const bool hasNewBase = m_view.base >= givenUp.first;
    if (!hasNewBase) {
        // What was being uploaded while it went has arrived all the same.
        givenUp.first = {m_view.confirmed.value + 1};
    }
    if (isWaitingUpTo(givenUp.last)) {
        givenUp.last = hasNewBase ? std::max<ltx::TxId>(givenUp.first, {m_view.base.value - 1})
                                  : m_view.confirmed;
        givenUp.lastAt = valueOr(m_state.timeOf(givenUp.last), std::optional<Timestamp>());
        givenUp.ended = m_context.clock.now();
        m_isGivenUpEnded = true;
    }
    if (givenUp != before) {
        static_cast<void>(m_state.setGivenUp(m_id, givenUp));
    }
}

/// Whether all from what it has up to `last` waits for it.
bool ReplicaFollower::isWaitingUpTo(ltx::TxId last) const
{
    for (ltx::TxId next{m_view.confirmed.value + 1}; next <= last; ++next.value) {
        if (!m_spool.holds(next)) {
            return false;
        }
    }
    return true;
}

std::optional<state::GivenUp> ReplicaFollower::takeGivenUpEnd()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_isGivenUpEnded, false) ? m_view.givenUp : std::nullopt;
}

void ReplicaFollower::showBacklog()
{
    if (m_view.isGivenUp() && m_view.standing.state <= engine::Protection::AtRisk) {
        m_view.standing = laggingStanding(*m_view.givenUp, m_view.standing.nextTry);
    }
}

}  // namespace tidemark::service
