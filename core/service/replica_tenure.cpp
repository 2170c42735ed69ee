#include "core/service/replica_tenure.h"

#include "core/base/rfc3339.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// So long two may write at most; so often a busy writer costs a request.
constexpr std::chrono::minutes kLookPause{1};

}  // namespace

ReplicaTenure::ReplicaTenure(Clock& clock, const Programs& programs, storage::Storage& storage,
                             Ours ours)
    : m_clock(clock),
      m_programs(programs),
      m_storage(storage),
      m_ours(std::move(ours)),
      m_objectName(replica::claimObjectName(m_ours.namePrefix, m_ours.claim))
{
}

Status ReplicaTenure::take(const std::stop_token& stop)
{
    if (isHeld()) {
        return {};
    }
    auto looked = replica::readClaims(m_storage, stop);
    if (!looked.ok() && looked.error().code == ErrorCode::NotFound) {
        // A folder on a server that the claim makes. One that was there before was looked for
        // already.
        looked = std::vector<replica::ListedClaim>();
    }
    TIDEMARK_TRY(const auto before, std::move(looked));
    TIDEMARK_TRY(const bool isThere, clear(before, stop));
    m_mayBeThere = true;
    if (!isThere) {
        TIDEMARK_TRY_STATUS(replica::writeClaim(m_storage, m_objectName, m_ours.claim, stop));
    }
    // Two may have looked before either wrote: both see both now, and give way.
    TIDEMARK_TRY(const auto after, replica::readClaims(m_storage, stop));
    const auto other = std::ranges::find_if_not(
        after, [this](const replica::ListedClaim& each) { return isOurs(each) || isOver(each); });
    const bool hasOurs = std::ranges::any_of(
        after, [this](const replica::ListedClaim& each) { return isOurs(each); });
    if (other != after.end()) {
        if (hasOurs) {
            TIDEMARK_TRY_STATUS(m_storage.remove(std::span(&m_objectName, 1), stop));
        }
        return taken(*other);
    }
    if (!hasOurs) {
        return Error{.code = ErrorCode::Unavailable,
                     .what = {TIDEMARK_TEXT("service", "%1 does not show what was written to it."),
                              {m_storage.describe()}},
                     .next = {TIDEMARK_TEXT("service", "It is tried again in a moment.")}};
    }
    setHeld(true);
    return {};
}

/// Removes the claims of programs that have ended. Whether ours is there; AlreadyExists when that
/// of another one is.
Result<bool> ReplicaTenure::clear(std::span<const replica::ListedClaim> claims,
                                  const std::stop_token& stop)
{
    std::vector<std::string> going;
    const replica::ListedClaim* other = nullptr;
    bool isThere = false;
    for (const replica::ListedClaim& each : claims) {
        if (isOurs(each)) {
            isThere = true;
        } else if (isOver(each)) {
            going.push_back(each.objectName);
        } else {
            other = &each;
        }
    }
    if (other != nullptr && isThere) {
        going.push_back(m_objectName);  // It gave way to that one before, and could not be removed.
    }
    if (!going.empty()) {
        // Where nothing may be removed they lie in nobody's way.
        static_cast<void>(m_storage.remove(going, stop));
    }
    return other != nullptr ? Result<bool>(taken(*other)) : isThere;
}

bool ReplicaTenure::isOurs(const replica::ListedClaim& listed) const
{
    return listed.objectName == m_objectName && listed.claim &&
           listed.claim->life == m_ours.claim.life;
}

bool ReplicaTenure::isOver(const replica::ListedClaim& listed) const
{
    if (!listed.claim) {
        return listed.objectName == m_objectName;  // Ours, and rotten.
    }
    const ProgramLife& theirs = listed.claim->life;
    const bool isOfThisReplica = listed.objectName.starts_with(m_ours.namePrefix);
    if (theirs == m_ours.claim.life) {
        // By another name, as when the replica's disk was connected somewhere else.
        return isOfThisReplica || (m_ours.isAbandoned && m_ours.isAbandoned(listed.objectName));
    }
    // A container that was started again does not see the one before it. On another computer it is
    // a copy of this installation.
    const Life life = m_programs.lifeOf(theirs);
    return life == Life::Ended ||
           (life == Life::Unknown && isOfThisReplica && theirs.host == m_ours.claim.life.host);
}

bool ReplicaTenure::isHeld() const
{
    const std::scoped_lock lock(m_mutex);
    return m_isHeld;
}

bool ReplicaTenure::isStillOurs(const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_isHeld || wasLookedAtJustNow()) {
            return m_isHeld;
        }
    }
    const auto listed = replica::readClaim(m_storage, m_objectName, stop);
    if (!listed.ok()) {
        // Whatever is to be written will fail as well.
        return true;
    }
    const bool isThere = listed.value() && isOurs(*listed.value());
    const std::scoped_lock lock(m_mutex);
    m_isHeld = m_isHeld && isThere;
    noteLook();
    return m_isHeld;
}

void ReplicaTenure::release(const std::stop_token& stop)
{
    setHeld(false);
    if (m_mayBeThere) {
        m_mayBeThere = !m_storage.remove(std::span(&m_objectName, 1), stop).ok();
    }
}

void ReplicaTenure::setHeld(bool isHeld)
{
    const std::scoped_lock lock(m_mutex);
    m_isHeld = isHeld;
    noteLook();
}

void ReplicaTenure::noteLook()
{
    m_lookedAt = m_clock.monotonic();
    m_lookedAtTime = m_clock.now();
}

/// While a computer sleeps, only the time of day goes on.
bool ReplicaTenure::wasLookedAtJustNow() const
{
    const auto since = m_clock.now() - m_lookedAtTime;
    return m_clock.monotonic() - m_lookedAt < kLookPause && since < kLookPause &&
           since > -kLookPause;
}

Error ReplicaTenure::taken(const replica::ListedClaim& by) const
{
    const std::string place = m_storage.describe();
    const Message release{TIDEMARK_TEXT("service",
                                        "Stop it there, or give this database a new place. If it "
                                        "ended without saying so: tidemarkctl release \"%1\""),
                          {place}};
    if (!by.claim) {
        return {.code = ErrorCode::AlreadyExists,
                .what = {TIDEMARK_TEXT("service",
                                       "%1 is in use by a program whose note there cannot be read "
                                       "(%2)."),
                         {place, by.objectName}},
                .next = release};
    }
    const replica::WriterClaim& claim = *by.claim;
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 of %2 on %3 (process %4, since %5) replicates into %6."),
                     {claim.program, claim.user, claim.life.host,
                      std::to_string(claim.life.processId), formatRfc3339(claim.since), place}},
            .next = release};
}

}  // namespace tidemark::service
