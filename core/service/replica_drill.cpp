#include "core/service/replica_drill.h"

#include "core/base/back_off.h"
#include "core/restore/verifier.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

/// Woken or not, it looks no more often than this. The wall clock may be set, so it looks at last
/// that often.
constexpr std::chrono::seconds kLeastRest{1};
constexpr std::chrono::hours kLongestRest{1};

/// One that failed is tried again after this, less and less often.
constexpr std::chrono::seconds kFirstRetry{60};
constexpr std::chrono::seconds kLastRetry{3600};

/// What a drill leaves free beside the database, for everybody else.
constexpr std::uint64_t kRoomForOthers = std::uint64_t{256} << 20;

/// What SQLite's check found says nothing of what to do.
Error contentIsBad(Error error)
{
    if (error.next == Message()) {
        error.next = {TIDEMARK_TEXT("service",
                                    "No object of the replica is damaged: it is the content of the "
                                    "database. Look at the database itself: PRAGMA "
                                    "integrity_check.")};
    }
    return error;
}

}  // namespace

ReplicaDrill::ReplicaDrill(EngineContext& context, std::shared_ptr<ReplicaFollower> follower,
                           const DrillRules& rules)
    : m_context(context),
      m_follower(std::move(follower)),
      m_rules(rules),
      m_since(context.clock.now()),
      m_suspects(m_follower->suspected()),
      m_secondReadAt(context.clock.monotonic() + engine::kSecondRead)
{
}

ReplicaDrill::Outcome ReplicaDrill::step(std::uint64_t databaseBytes, StepTurn& turn,
                                         const restore::OnProgress& progress,
                                         const std::stop_token& stop)
{
    const DrillWish wish = m_follower->takeDrillWish();
    m_isAsked = m_isAsked || wish == DrillWish::Now;
    if (wish != DrillWish::None) {
        m_notBefore = {};
        m_failures = 0;
        m_refused.reset();
    }
    if (readSuspects(stop)) {
        m_notBefore = {};
        return {.due = after(m_context.clock, kLeastRest), .foundDamage = true};
    }
    Outcome outcome = runIfDue(databaseBytes, turn, progress, stop);
    if (!m_suspects.empty()) {
        outcome.due.atLatest = std::min(outcome.due.atLatest, m_secondReadAt);
        outcome.due.notBefore = std::min(outcome.due.notBefore, outcome.due.atLatest);
    }
    return outcome;
}

/// What the newest drill read as damaged, and may have gone around, or who read before a restart;
/// whether it is. As long as that cannot be found out it is tried again.
bool ReplicaDrill::readSuspects(const std::stop_token& stop)
{
    if (m_suspects.empty() || m_context.clock.monotonic() < m_secondReadAt) {
        return false;
    }
    const auto learnt = m_follower->view().failure
                            ? Inspection::Nothing
                            : m_follower->inspect(m_suspects, engine::Suspecting::Reader, stop);
    m_suspects = m_follower->suspected();
    m_secondReadAt =
        m_context.clock.monotonic() + doubled(engine::kSecondRead, m_suspectReads++, kLastRetry);
    m_suspectReads = m_suspects.empty() ? 0 : m_suspectReads;
    return learnt >= Inspection::Known;
}

ReplicaDrill::Outcome ReplicaDrill::runIfDue(std::uint64_t databaseBytes, StepTurn& turn,
                                             const restore::OnProgress& progress,
                                             const std::stop_token& stop)
{
    const ReplicaView view = m_follower->view();
    // While it does not answer, its uploader tries, and the view changes when it succeeds. What is
    // being mended leads nowhere yet. Without a size nobody knows whether there is room.
    if (!view.looked || !view.hasBase || view.foreign || view.failure || view.isMending() ||
        view.confirmed == ltx::TxId{} || databaseBytes == 0) {
        return {.due = whenWoken(m_context.clock)};
    }
    const StepPool::Due next = nextStep(view);
    if (next.atLatest > m_context.clock.monotonic()) {
        return {.due = next};
    }
    const auto slot = turn.take({});
    if (!slot) {
        return {.due = after(m_context.clock, Slots::kLook)};
    }
    return run(view, databaseBytes, progress, stop);
}

StepPool::Due ReplicaDrill::nextStep(const ReplicaView& view) const
{
    const Clock::Instant start = m_context.clock.monotonic();
    if (m_isAsked) {
        const Clock::Instant next = std::max(start, m_notBefore);
        return {.notBefore = std::min(start + kLeastRest, next), .atLatest = next};
    }
    const Timestamp now = m_context.clock.now();
    const auto at = nextDrillAt(m_rules, facts(view), now);
    StepPool::Due due = whenWoken(m_context.clock);
    if (at) {
        due.atLatest = start + std::min<std::chrono::milliseconds>(*at - now, kLongestRest);
        due.atLatest = std::max(due.atLatest, m_notBefore);
    }
    due.notBefore = std::min(start + kLeastRest, due.atLatest);
    return due;
}

/// What is not whole by its content is not asked again before what is whole would be.
DrillFacts ReplicaDrill::facts(const ReplicaView& view) const
{
    DrillFacts facts{.base = view.base, .baseIsOlder = view.baseIsOlder, .followedSince = m_since};
    if (view.damage) {
        facts.mendedAt = view.damage->mendedAt.value_or(Timestamp());
    }
    if (m_refused) {
        facts.provenTxId = m_refused->txId;
        facts.provenAt = m_refused->at;
    } else if (view.proof) {
        facts.provenTxId = view.proof->txId;
        facts.provenAt = view.proof->at;
    }
    return facts;
}

ReplicaDrill::Outcome ReplicaDrill::run(const ReplicaView& view, std::uint64_t databaseBytes,
                                        const restore::OnProgress& progress,
                                        const std::stop_token& stop)
{
    Outcome outcome;
    m_refused.reset();
    auto proof = drill(view, databaseBytes, progress, stop, outcome.foundDamage);
    if (m_refused) {
        m_isAsked = false;
        m_failures = 0;
        outcome.due = nextStep(view);
    } else if (proof.ok()) {
        m_isAsked = false;
        m_failures = 0;
        m_follower->noteProof(proof.value());
        outcome.due = after(m_context.clock, kLeastRest);
    } else if (proof.error().code == ErrorCode::Cancelled) {
        // Resuming wakes it.
        outcome.due = whenWoken(m_context.clock);
    } else {
        const auto pause = doubled(kFirstRetry, m_failures++, kLastRetry);
        m_notBefore = m_context.clock.monotonic() + pause;
        outcome.due = after(m_context.clock, pause);
        // A new base is made, or another way leads on: woken then, it need not wait.
        if (outcome.foundDamage) {
            m_notBefore = {};
            outcome.due.notBefore = m_context.clock.monotonic();
        }
    }
    outcome.ended = std::move(proof);
    return outcome;
}

Result<Proof> ReplicaDrill::drill(const ReplicaView& view, std::uint64_t databaseBytes,
                                  const restore::OnProgress& progress, const std::stop_token& stop,
                                  bool& foundDamage)
{
    const std::string folder = m_context.directories.cache + "/drills";
    TIDEMARK_TRY_STATUS(m_context.files.makeDirectories(folder));
    TIDEMARK_TRY_STATUS(requireRoom(folder, databaseBytes));
    TIDEMARK_TRY(const auto storage, m_context.storages.open(m_follower->config().address));
    restore::Verifier verifier(*storage, m_context.files, m_context.clock, m_context.random,
                               &m_follower->pins());
    verifier.avoid(m_follower->missing());
    const bool isFirst = !view.proof || view.proof->txId < view.base;
    const auto verified =
        verifier.verify(replica::AtTxId{view.confirmed}, folder,
                        isFirst ? restore::Check::Quick : restore::Check::Full, progress, stop);
    const auto learnt =
        verifier.damaged().empty()
            ? Inspection::Nothing
            : m_follower->inspect(verifier.damaged(), engine::Suspecting::Reader, stop);
    foundDamage = learnt >= Inspection::Known;
    m_suspects = m_follower->suspected();
    m_secondReadAt = m_context.clock.monotonic() + engine::kSecondRead;
    if (!verified.ok() && verified.error().code == ErrorCode::Damaged &&
        verifier.damaged().empty()) {
        m_refused = Refused{.at = m_context.clock.now(), .txId = view.confirmed};
        return contentIsBad(verified.error());
    }
    if (!verified.ok()) {
        return verified.error();
    }
    return Proof{.at = m_context.clock.now(),
                 .txId = view.confirmed,
                 .verdict = verified.value().restored.verdict};
}

Status ReplicaDrill::requireRoom(const std::string& folder, std::uint64_t databaseBytes) const
{
    TIDEMARK_TRY(const Space space, m_context.files.space(folder));
    if (space.freeBytes >= databaseBytes + kRoomForOthers) {
        return {};
    }
    return Error{
        .code = ErrorCode::NoSpace,
        .what = {TIDEMARK_TEXT("service",
                               "There is not enough room in %1 to restore the database once."),
                 {folder}},
        .next = {TIDEMARK_TEXT(
            "service", "It is proven as soon as there is. Everything is saved meanwhile.")}};
}

}  // namespace tidemark::service
