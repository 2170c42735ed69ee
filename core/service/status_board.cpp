#include "core/service/status_board.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

using engine::Protection;
using engine::Standing;

bool saysTheSame(const Standing& left, const Standing& right)
{
    return left.state == right.state && left.reason == right.reason && left.next == right.next;
}

}  // namespace

void countPending(ReplicaStatus& replica, ltx::TxId captured,
                  const std::optional<Timestamp>& capturedAt)
{
    ltx::TxId last = captured;
    if (replica.givenUp && !replica.givenUp->ended) {
        replica.givenUp->last = std::max(replica.givenUp->last, captured);
        replica.givenUp->lastAt = capturedAt ? capturedAt : replica.givenUp->lastAt;
        last = std::min<ltx::TxId>(last, {replica.givenUp->first.value - 1});
    }
    // One that has nothing waits for a snapshot, not for segments.
    const bool isEmpty = replica.confirmed == ltx::TxId{};
    replica.pendingSegments = isEmpty ? 0 : last.value - std::min(last, replica.confirmed).value;
}

StatusBoard::StatusBoard(Clock& clock, Observer& observer, DatabaseStatus status,
                         std::function<void()> changed)
    : m_clock(clock),
      m_observer(observer),
      m_changed(std::move(changed)),
      m_status(std::move(status)),
      m_own(m_status.standing)
{
}

DatabaseStatus StatusBoard::status() const
{
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

void StatusBoard::update(const std::function<void(DatabaseStatus&)>& edit)
{
    const std::scoped_lock telling(m_telling);
    std::unique_lock lock(m_mutex);
    const DatabaseStatus before = m_status;
    edit(m_status);
    publish(lock, before);
}

void StatusBoard::setOwnStanding(const Standing& standing)
{
    const std::scoped_lock telling(m_telling);
    std::unique_lock lock(m_mutex);
    if (m_own == standing) {
        return;
    }
    const DatabaseStatus before = m_status;
    m_own = standing;
    publish(lock, before);
}

Standing StatusBoard::ownStanding() const
{
    const std::scoped_lock lock(m_mutex);
    return m_own;
}

void StatusBoard::setTrouble(Trouble about, const std::optional<Error>& failure)
{
    const std::scoped_lock telling(m_telling);
    std::unique_lock lock(m_mutex);
    if (!failure && !m_troubles.contains(about)) {
        return;
    }
    const DatabaseStatus before = m_status;
    if (failure) {
        Standing& trouble = m_troubles[about];
        // Found again, it is as old as before.
        const bool isSame = trouble.reason == failure->what;
        trouble = {.state = Protection::AtRisk,
                   .reason = failure->what,
                   .next = failure->next,
                   .since = isSame ? trouble.since : m_clock.now()};
    } else {
        m_troubles.erase(about);
    }
    publish(lock, before);
}

Standing StatusBoard::worst() const
{
    // While the owner has to decide or has decided, nothing else counts.
    if (m_own.state == Protection::Paused || m_own.state == Protection::NotSetUp) {
        return m_own;
    }
    const Standing* found = &m_own;
    for (const ReplicaStatus& replica : m_status.replicas) {
        found = replica.standing.state > found->state ? &replica.standing : found;
    }
    for (const auto& [about, standing] : m_troubles) {
        found = standing.state > found->state ? &standing : found;
    }
    return *found;
}

void StatusBoard::publish(std::unique_lock<std::mutex>& lock, const DatabaseStatus& before)
{
    Standing standing = worst();
    const bool isNews = !saysTheSame(standing, before.standing);
    if (standing.since == Timestamp{}) {
        standing.since = isNews ? m_clock.now() : before.standing.since;
    }
    m_status.standing = standing;
    if (m_status == before || m_isClosed) {
        return;
    }
    const DatabaseStatus now = m_status;
    lock.unlock();
    m_observer.statusChanged(now);
    if (isNews) {
        m_observer.happened({.database = now.id,
                             .path = now.path,
                             .at = m_clock.now(),
                             .what = StandingChanged{standing}});
    }
    m_changed();
}

void StatusBoard::close()
{
    const std::scoped_lock telling(m_telling);
    m_isClosed = true;
}

void StatusBoard::happened(decltype(Event::what) what)
{
    const std::scoped_lock telling(m_telling);
    if (m_isClosed) {
        return;
    }
    Event event{.at = m_clock.now(), .what = std::move(what)};
    {
        const std::scoped_lock lock(m_mutex);
        event.database = m_status.id;
        event.path = m_status.path;
    }
    m_observer.happened(event);
}

}  // namespace tidemark::service
