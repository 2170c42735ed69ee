// What others ask of a ReplicaFollower, and tell it, between two of its steps.

#include "core/service/replica_follower.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {

ReplicaView ReplicaFollower::view() const
{
    ReplicaView view;
    {
        const std::scoped_lock lock(m_mutex);
        view = m_view;
    }
    m_progress.showIn(view);
    return view;
}

void ReplicaFollower::baseWritten(const replica::ObjectInfo& snapshot)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_baseWritten = m_ownBase = snapshot.maxTxId;
        m_levels.add(snapshot);
        m_view.hasBase = true;
    }
    // Not remembered, it does not count when the next one is wanted.
    static_cast<void>(m_damageBook.noteBase());
    readDamage();
}

std::optional<Error> ReplicaFollower::obstacle() const
{
    const ReplicaView now = view();
    const bool isStalled = m_progress.stalled() != Stalled::No;
    const std::scoped_lock lock(m_mutex);
    const bool isTriedAgain = !isStalled && (m_retry || m_isRetrying);
    return isTriedAgain ? std::nullopt : now.failure;
}

void ReplicaFollower::askForDrill()
{
    const std::scoped_lock lock(m_mutex);
    m_drillWish = DrillWish::Now;
}

DrillWish ReplicaFollower::takeDrillWish()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_drillWish, DrillWish::None);
}

void ReplicaFollower::lookAgain()
{
    const std::scoped_lock lock(m_mutex);
    m_lookAgain = true;
}

bool ReplicaFollower::takeMaintenanceRetry()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_retryMaintenance, false);
}

void ReplicaFollower::setKeep(const engine::RetentionPolicy& keep)
{
    const std::scoped_lock lock(m_mutex);
    m_keep = keep;
}

engine::RetentionPolicy ReplicaFollower::keep() const
{
    const std::scoped_lock lock(m_mutex);
    return m_keep;
}

void ReplicaFollower::setSyncInterval(std::chrono::milliseconds interval)
{
    const std::scoped_lock lock(m_mutex);
    m_syncInterval = interval;
}

std::chrono::milliseconds ReplicaFollower::syncInterval() const
{
    const std::scoped_lock lock(m_mutex);
    return m_syncInterval;
}

replica::PinBoard& ReplicaFollower::pins() const
{
    return m_context.pins.of(m_context.files, m_config.address);
}

void ReplicaFollower::snapshotFailed(const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    m_snapshotFailure = error;
    m_view.foreign = m_view.foreign || error.code == ErrorCode::AlreadyExists;
}

void ReplicaFollower::retryNow()
{
    const std::scoped_lock lock(m_mutex);
    m_retry = true;
    m_turn.letGo();
    m_retryMaintenance = true;
    m_readAgain = ReadAgain::All;
    m_drillWish = std::max(m_drillWish, DrillWish::Retry);
}

void ReplicaFollower::uploadAgain()
{
    const std::scoped_lock lock(m_mutex);
    m_retry = true;
}

void ReplicaFollower::holdUploads()
{
    const std::scoped_lock lock(m_mutex);
    m_turn.hold(m_context.clock.monotonic());
}

void ReplicaFollower::renewHold()
{
    const std::scoped_lock lock(m_mutex);
    m_turn.renew(m_context.clock.monotonic());
}

bool ReplicaFollower::uploadAStep()
{
    const std::scoped_lock lock(m_mutex);
    return m_turn.askForStep();
}

bool ReplicaFollower::letGoOfUploads()
{
    const std::scoped_lock lock(m_mutex);
    return m_turn.letGo();
}

bool ReplicaFollower::mergesGoFirst() const
{
    const std::scoped_lock lock(m_mutex);
    return m_turn.isShared(m_context.clock.monotonic());
}

storage::Storage* ReplicaFollower::storage() const
{
    const std::scoped_lock lock(m_mutex);
    return m_view.looked ? m_storage.get() : nullptr;
}

}  // namespace tidemark::service
