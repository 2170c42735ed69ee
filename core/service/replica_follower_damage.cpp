// What is damaged in a ReplicaFollower's replica, and how it is mended.

#include "core/service/replica_follower.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// Whether what is there now leads to the newest moment is looked at again after this, where it did
/// not.
constexpr std::chrono::seconds kMendedPause{60};

/// While what was found is not mended.
engine::Standing damagedStanding(const engine::Damage& damage)
{
    return {.state = engine::Protection::AtRisk,
            .reason = {TIDEMARK_TEXT("service",
                                     "Damaged objects of this replica so far: %1. Moments that "
                                     "were lost with them: %2."),
                       {std::to_string(damage.objects), std::to_string(damage.moments)}},
            .next = {TIDEMARK_TEXT("service",
                                   "What is whole is used in their place, or a new snapshot is "
                                   "made. Everything from then on can be restored.")},
            .since = damage.foundAt};
}

/// While a base has to wait, since those before it became damaged, too.
engine::Standing spoilingStanding(const engine::Damage& damage, Timestamp nextBase)
{
    return {.state = engine::Protection::AtRisk,
            .reason = {TIDEMARK_TEXT("service",
                                     "This disk spoils what is written to it. Damaged objects of "
                                     "the replica so far: %1."),
                       {std::to_string(damage.objects)}},
            .next = {TIDEMARK_TEXT("service",
                                   "Give the database a place on another disk. Here a new snapshot "
                                   "is tried less and less often, once a day at last.")},
            .since = damage.foundAt,
            .nextTry = nextBase};
}

}  // namespace

void ReplicaFollower::readDamage()
{
    const auto damage = m_damageBook.damage();
    const std::scoped_lock lock(m_mutex);
    if (damage.ok()) {
        m_view.damage = damage.value();
        showDamage();
    }
}

/// With m_mutex held.
void ReplicaFollower::showDamage()
{
    if (!m_view.isMending() || m_view.standing.state > engine::Protection::AtRisk) {
        return;
    }
    const Timestamp now = m_context.clock.now();
    const Timestamp nextBase = engine::nextBaseAt(*m_view.damage, now);
    m_view.standing = m_view.lacksBase() && nextBase > now
                          ? spoilingStanding(*m_view.damage, nextBase)
                          : damagedStanding(*m_view.damage);
}

/// What cannot be remembered is found again.
replica::ObjectNames ReplicaFollower::missing() const
{
    auto names = m_damageBook.missing();
    return names.ok() ? std::move(names).value() : replica::ObjectNames();
}

bool ReplicaFollower::isDamaged(const std::string& name) const
{
    const auto names = damaged();
    return names.ok() && names.value().contains(name);
}

Inspection ReplicaFollower::inspect(std::span<const replica::ObjectInfo> suspects,
                                    engine::Suspecting who, const std::stop_token& stop)
{
    storage::Storage* const where = storage();
    if (where == nullptr) {
        return Inspection::Nothing;
    }
    const auto learnt = m_damageBook.inspect(*where, suspects, who, stop);
    if (!learnt.ok()) {
        // What has another size than was listed is listed anew.
        if (learnt.error().code == ErrorCode::Unavailable) {
            static_cast<void>(relist(stop));
        }
        return Inspection::Nothing;
    }
    if (learnt.value() < Inspection::Known) {
        return learnt.value();
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_isDamageTold = false;
        m_lookAgain = true;
    }
    readDamage();
    // Failing that, the next look lists it.
    static_cast<void>(relist(stop));
    return learnt.value();
}

void ReplicaFollower::damageTold()
{
    const std::scoped_lock lock(m_mutex);
    m_isDamageTold = true;
}

bool ReplicaFollower::readDamagedAgain(const std::stop_token& stop)
{
    storage::Storage* const where = storage();
    if (where == nullptr) {
        return false;
    }
    ReadAgain which = ReadAgain::Nothing;
    {
        const std::scoped_lock lock(m_mutex);
        which = std::exchange(m_readAgain, ReadAgain::Nothing);
    }
    if (which == ReadAgain::Nothing) {
        return false;
    }
    const auto isAnyWhole = m_damageBook.readAgain(*where, which == ReadAgain::All, stop);
    if (!isAnyWhole.ok()) {
        const std::scoped_lock lock(m_mutex);
        // With the next step, which its uploader's next success brings about.
        m_readAgain = std::max(m_readAgain, which);
        return false;
    }
    if (isAnyWhole.value()) {
        lookAgain();
        readDamage();
        static_cast<void>(relist(stop));
    }
    return isAnyWhole.value();
}

/// Only then it is worth while to list it.
bool ReplicaFollower::maybeMended() const
{
    return m_view.isMending() && m_isDamageTold && !m_lookAgain && m_uploader->hasBase();
}

/// A replica with a base, as it was looked at without what is damaged, should lead to the newest
/// moment.
void ReplicaFollower::noteMended(const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        const Clock::Instant now = m_context.clock.monotonic();
        if (!maybeMended() || now < m_proveMendedAt) {
            return;
        }
        m_proveMendedAt = now + kMendedPause;
    }
    const auto isMended =
        m_damageBook.mended(*m_storage, m_uploader->knownDamage(), m_uploader->confirmed(), stop);
    if (isMended.ok() && isMended.value()) {
        readDamage();
        const std::scoped_lock lock(m_mutex);
        m_isMended = m_view.damage && m_view.damage->mendedAt;
    }
}

std::optional<engine::Damage> ReplicaFollower::takeMended()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_isMended, false) ? m_view.damage : std::nullopt;
}

}  // namespace tidemark::service
