#include "core/service/replica_retention.h"

#include "core/base/back_off.h"
#include "core/engine/counted_on.h"
#include "core/engine/mark_snapshots.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/marks.h"
#include "core/storage/use.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

using std::chrono::seconds;

/// A replica that was just opened, or got another policy, is looked at after this: whoever chose a
/// policy by mistake can still take it back.
constexpr seconds kFirstLook{60};

/// What is written in so long is not much beside what is there.
constexpr seconds kPause{3600};

/// Where nothing is written, things still grow old.
constexpr seconds kLongestPause{24 * 3600};

/// What is read of what stays in one step; then others have their turn.
constexpr seconds kReading{2};

/// So many objects go in one step; then others have their turn, and what is left is planned anew.
constexpr std::size_t kObjectsAStep = 20'000;

Error othersWriteHere(const storage::Storage& storage)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 holds files that were not written here, so nothing is "
                                   "deleted from it."),
                     {storage.describe()}},
            .next = {TIDEMARK_TEXT("service",
                                   "Stop whoever else writes into it, or keep everything of it.")}};
}

Error changedMeanwhile()
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service",
                                   "What the replica keeps has changed while it was looked "
                                   "through.")}};
}

Error stillInUse(const std::string& name)
{
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 was to be deleted and is still to be merged, so nothing is "
                                   "deleted."),
                     {name}}};
}

Error keptHasGone(ltx::TxId moment)
{
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("service",
                                   "Transaction %1 was to stay and has gone. Nothing more is "
                                   "deleted from this replica."),
                     {std::to_string(moment.value)}},
            .next = {TIDEMARK_TEXT("service", "Verify it: tidemarkctl verify STORAGE --all")}};
}

std::size_t goneOf(const std::vector<ltx::TxId>& lost, const replica::Catalog& left)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        lost, [&left](ltx::TxId each) { return !replica::isMoment(left, each); }));
}

ltx::TxId snapshotOf(const engine::ReplicaLevels& levels)
{
    return levels.snapshot() ? levels.snapshot()->maxTxId : ltx::TxId();
}

/// With what is damaged.
replica::Catalog asListed(const engine::RetentionLook& look)
{
    std::vector<replica::ObjectInfo> objects = look.catalog.objects;
    objects.insert(objects.end(), look.damaged.begin(), look.damaged.end());
    return replica::buildCatalog(std::move(objects), look.catalog.foreign);
}

}  // namespace

ReplicaRetention::ReplicaRetention(EngineContext& context,
                                   std::shared_ptr<ReplicaFollower> follower)
    : m_context(context), m_follower(std::move(follower)), m_unfinished(*m_follower)
{
}

std::optional<Clock::Instant> ReplicaRetention::dueAt(bool isFull)
{
    if (const engine::RetentionPolicy policy = m_follower->keep(); policy != m_policy) {
        m_policy = policy;
        retry();
    }
    if (m_policy.neverDelete || m_isBroken) {
        return std::nullopt;
    }
    const bool hasGrown = m_follower->view().confirmed != m_position;
    seconds longest = hasGrown ? kPause : kLongestPause;
    if (!isFull) {
        m_pauseOfFull = kPauseOfFull;
    } else if (m_failures == 0) {
        longest = m_pauseOfFull;
    }
    return m_lookedAt + std::min(m_pause, longest);
}

void ReplicaRetention::retry()
{
    m_failures = 0;
    m_lookedAt = m_context.clock.monotonic();
    m_pause = kFirstLook;
    m_pauseOfFull = kPauseOfFull;
    if (!m_isBroken) {
        m_failure.reset();
    }
}

std::optional<Thinned> ReplicaRetention::step(storage::Storage& storage, bool mayWant,
                                              const std::stop_token& stop)
{
    m_mayWant = mayWant;
    std::optional<Thinned> thinned;
    const Status done = look(storage, thinned, stop);
    if (done.ok()) {
        m_failures = 0;
        m_failure.reset();
    } else {
        failed(done.error());
    }
    return thinned;
}

Result<ReplicaRetention::Known> ReplicaRetention::known() const
{
    TIDEMARK_TRY(auto damaged, m_follower->damaged());
    return Known{.listings = m_follower->listings(),
                 .confirmed = m_follower->view().confirmed,
                 .levels = m_follower->levels(),
                 .damaged = std::move(damaged)};
}

Status ReplicaRetention::look(storage::Storage& storage, std::optional<Thinned>& thinned,
                              const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_unfinished.read());
    TIDEMARK_TRY(const Known before, known());
    m_damaged = before.damaged;
    TIDEMARK_TRY(auto look, engine::lookForRetention(storage, m_policy, m_context.clock.now(),
                                                     m_follower->pins().pinned(), m_damaged,
                                                     m_unfinished.names(), m_headers, stop));
    if (!look) {
        goOnAtOnce();
        return {};
    }
    m_unfinished.forgetGone(*look);
    if (m_mayWant) {
        // Written first, deleted after.
        auto wanted = engine::snapshotForMark(*look, m_policy, m_context.clock.now(),
                                              m_follower->pins().pinned(), m_damaged);
        if (!wanted.empty()) {
            TIDEMARK_TRY_STATUS(checkOurs(storage, before, *look));
            m_wanted = std::move(wanted);
            goOnAtOnce();
            return {};
        }
    }
    const std::size_t going = look->plan.going.size();
    if (going > 0) {
        TIDEMARK_TRY_STATUS(checkOurs(storage, before, *look));
        TIDEMARK_TRY_STATUS(checkUnused(look->plan));
        // After any number of deletions every kept moment can be restored.
        look->plan.going.resize(std::min(going, kObjectsAStep));
        TIDEMARK_TRY(const bool isChecked, checkCountedOn(storage, *look, stop));
        if (!isChecked) {
            goOnAtOnce();
            return {};
        }
        TIDEMARK_TRY_STATUS(carryOut(storage, *look, before, thinned, stop));
    }
    rest(before.confirmed, going > 0);
    if (going > kObjectsAStep) {
        goOnAtOnce();
    }
    return {};
}

/// Segments may have been uploaded during the listing; nothing else is written meanwhile.
Status ReplicaRetention::checkOurs(const storage::Storage& storage, const Known& before,
                                   const engine::RetentionLook& look) const
{
    TIDEMARK_TRY(const Known after, known());
    std::optional<replica::Catalog> whole;
    if (!look.damaged.empty() || !after.damaged.empty()) {
        whole = replica::without(asListed(look), after.damaged);
    }
    const replica::Catalog& listed = whole ? *whole : look.catalog;
    const engine::ReplicaLevels there(listed, after.damaged);
    const auto isBetween = [](ltx::TxId low, ltx::TxId txId, ltx::TxId high) {
        return low <= txId && txId <= high;
    };
    bool isOurs = isBetween(snapshotOf(before.levels), snapshotOf(there), snapshotOf(after.levels));
    for (int level = replica::kSegmentLevel; level <= engine::kHighestLevel; ++level) {
        isOurs = isOurs && isBetween(before.levels.newest(level), there.newest(level),
                                     after.levels.newest(level));
    }
    const ltx::TxId reached = replica::positionOf(listed);
    isOurs = isOurs && before.confirmed <= reached && reached == replica::highestTxId(listed);
    return isOurs ? Status() : Status(othersWriteHere(storage));
}

/// What merges and snapshots go on from stays in any case; they would find it gone otherwise.
Status ReplicaRetention::checkUnused(const engine::RetentionPlan& plan) const
{
    const engine::ReplicaLevels levels = m_follower->levels();
    std::set<std::string> used;
    for (int level = replica::kSegmentLevel; level <= engine::kHighestLevel; ++level) {
        for (const replica::ObjectInfo& each : levels.open(level)) {
            used.insert(each.name);
        }
    }
    if (levels.snapshot()) {
        used.insert(levels.snapshot()->name);
    }
    const auto found = std::ranges::find_if(
        plan.going, [&used](const replica::ObjectInfo& each) { return used.contains(each.name); });
    return found == plan.going.end() ? Status() : Status(stillInUse(found->name));
}

/// False when there was more to read than in one step. After damage it is planned anew, without;
/// the follower sees to what else follows from it.
Result<bool> ReplicaRetention::checkCountedOn(const storage::Storage& storage,
                                              const engine::RetentionLook& look,
                                              const std::stop_token& stop)
{
    const Clock::Instant end = m_context.clock.monotonic() + kReading;
    std::vector<replica::ObjectInfo> damaged;
    std::optional<Error> damage;
    bool isAll = true;
    for (const replica::ObjectInfo& each : engine::countedOn(look.catalog, look.plan)) {
        if (m_headers.isWhole(each)) {
            continue;
        }
        Status read = replica::checkObject(storage, each, stop);
        if (read.ok()) {
            m_headers.noteWhole(each);
        } else if (replica::isOfObject(read.error())) {
            damaged.push_back(each);
            damage = std::move(read).error();
        } else {
            return std::move(read).error();
        }
        if (m_context.clock.monotonic() >= end) {
            isAll = false;
            break;
        }
    }
    if (!damage) {
        return isAll;
    }
    const Inspection learnt = m_follower->inspect(damaged, engine::Suspecting::Reader, stop);
    m_hasFoundDamage = m_hasFoundDamage || learnt >= Inspection::Known;
    // What is read a second time, or was damaged and goes, is over with the next look.
    const bool isOver = learnt == Inspection::Suspected || learnt == Inspection::News;
    return isOver ? changedMeanwhile() : std::move(*damage);
}

Status ReplicaRetention::carryOut(storage::Storage& storage, const engine::RetentionLook& look,
                                  const Known& before, std::optional<Thinned>& thinned,
                                  const std::stop_token& stop)
{
    // Who restores or marks in another program waits until it is done. What was marked before is
    // seen before the first batch.
    TIDEMARK_TRY(const storage::Use use, storage::takeUse(m_follower->config().address));
    replica::LtxReplica replica(storage, m_follower->gate());
    const engine::RetentionRun run =
        engine::runRetention(replica, look.plan, m_follower->pins(), m_context.clock, stop,
                             [&](std::span<const std::string> names) -> Status {
                                 TIDEMARK_TRY_STATUS(mayGoOn(storage, look, before, stop));
                                 m_unfinished.note(names);
                                 return {};
                             });
    if (run.error && !m_follower->mayWrite(stop).ok()) {
        return *run.error;  // Whoever has it now deletes as he likes.
    }
    if (run.objects > 0) {
        thinned =
            Thinned{.objects = run.objects, .bytes = run.bytes, .replicaId = m_follower->id()};
    }
    if (run.error && run.error->code == ErrorCode::Unavailable) {
        return *run.error;  // Another folder may be there: what it lacks says nothing of this one.
    }
    if (run.objects > 0) {
        TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
        const replica::Catalog left = replica::without(std::move(listed), m_damaged);
        thinned->moments = goneOf(look.plan.lost, left);
        TIDEMARK_TRY_STATUS(checkLeft(look, left));
    }
    return run.error ? Status(*run.error) : Status();
}

/// Before each batch: somebody may have set a mark, or chosen another policy, since the plan.
Status ReplicaRetention::mayGoOn(const storage::Storage& storage, const engine::RetentionLook& look,
                                 const Known& before, const std::stop_token& stop) const
{
    TIDEMARK_TRY(const bool isMarkedAlike, replica::areTheMarks(storage, look.marks, stop));
    const ReplicaView view = m_follower->view();
    const bool isReachable = !view.failure || view.isFull();
    const bool isAsPlanned = isMarkedAlike && !view.foreign && isReachable &&
                             m_follower->listings() == before.listings &&
                             m_follower->keep() == m_policy;
    return isAsPlanned ? Status() : Status(changedMeanwhile());
}

/// The planner has proved it before; but what was deleted is deleted.
Status ReplicaRetention::checkLeft(const engine::RetentionLook& look, const replica::Catalog& left)
{
    for (const engine::KeptMoment& each : look.plan.kept) {
        if (!replica::isMoment(left, each.txId)) {
            m_isBroken = true;
            return keptHasGone(each.txId);
        }
    }
    return {};
}

void ReplicaRetention::rest(ltx::TxId position, bool hasDeleted)
{
    const bool isCalm = !hasDeleted && position == m_position && m_pause >= kPause;
    m_pauseOfFull = hasDeleted ? kPauseOfFull : std::min(2 * m_pauseOfFull, kPause);
    m_pause = isCalm ? std::min(2 * m_pause, kLongestPause) : kPause;
    m_position = position;
    m_lookedAt = m_context.clock.monotonic();
}

void ReplicaRetention::goOnAtOnce()
{
    m_lookedAt = m_context.clock.monotonic();
    m_pause = seconds(0);
}

void ReplicaRetention::failed(const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    m_lookedAt = m_context.clock.monotonic();
    m_pause = doubled(kFirstLook, m_failures++, kPause);
    // One that cannot be reached is told of by its uploader. The others are over by the next look
    // if they came from what was written or set at the same time.
    const bool isPassing = error.code == ErrorCode::AlreadyExists && m_failures == 1;
    const bool isTold = isPassing || error.code == ErrorCode::Unavailable ||
                        error.code == ErrorCode::NotFound || error.code == ErrorCode::Busy;
    m_failure = isTold ? std::nullopt : std::optional(error);
}

}  // namespace tidemark::service
