#include "core/service/replica_maintenance.h"

#include "core/base/back_off.h"
#include "core/engine/compactor.h"
#include "core/engine/refusals.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/service/merge_scratch.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

/// Somebody deletes what is to be read, or it is found out who may write.
constexpr std::chrono::seconds kBusyPause{2};

/// Woken or not, it looks no more often than this, and in an open window no less often than that.
constexpr std::chrono::seconds kGlance{1};
constexpr std::chrono::minutes kLongWait{10};

/// What failed is tried again after this, then less and less often.
constexpr std::chrono::seconds kFirstPause{60};
constexpr std::chrono::seconds kLastPause{3600};

/// Of a replica that keeps everything: a snapshot is made only when it was paid for by as many
/// changes, so that a history with snapshots is at most twice as large as without.
constexpr engine::SnapshotSchedule kScheduleWhileAllStays{.every = engine::kForEver,
                                                          .partOfDatabasePercent = 100};

/// What may be damaged when `made` could not be made: what it is made from, and what has its name.
std::vector<replica::ObjectInfo> suspects(std::vector<replica::ObjectInfo> inputs,
                                          const std::string& made)
{
    if (const auto key = replica::parseObjectName(made)) {
        inputs.push_back({.level = key->level,
                          .minTxId = key->range.minTxId,
                          .maxTxId = key->range.maxTxId,
                          .name = made});
    }
    return inputs;
}

/// One that is damaged keeps its name: the next change gives another one.
bool isNameTaken(const ReplicaFollower& follower, const engine::ReplicaLevels& levels)
{
    const auto plan = levels.newestPlan();
    return !plan.empty() && follower.isDamaged(replica::objectName(
                                {.level = replica::kSnapshotLevel,
                                 .range = {.minTxId = {1}, .maxTxId = plan.back().maxTxId}}));
}

Error nameTaken(ltx::TxId newest)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("service",
                                   "The replica holds a snapshot of transaction %1 that is "
                                   "damaged, and nothing is overwritten."),
                     {std::to_string(newest.value)}},
            .next = {TIDEMARK_TEXT("service",
                                   "Order it again after the next change of the database. The "
                                   "transaction can be restored without it.")}};
}

std::vector<std::string> namesOf(const std::vector<replica::ObjectInfo>& objects)
{
    std::vector<std::string> names;
    names.reserve(objects.size());
    for (const replica::ObjectInfo& each : objects) {
        names.push_back(each.name);
    }
    return names;
}

}  // namespace

/// What is done in place of all else, or why nothing is.
std::optional<ReplicaMaintenance::Outcome> ReplicaMaintenance::notYet(const ReplicaView& view,
                                                                      const std::stop_token& stop)
{
    // While it does not answer, its uploader tries, and the view changes when it succeeds. One that
    // is full gets room from what is deleted.
    if (!view.looked || view.foreign || (view.failure && !view.isFull())) {
        return Outcome{.due = whenWoken(m_context.clock), .failure = failure()};
    }
    // Also of one without a base: it may have one again.
    if (m_follower->readDamagedAgain(stop)) {
        return Outcome{.due = after(m_context.clock, Clock::Instant::duration::zero()),
                       .failure = failure(),
                       .isLacking = true};
    }
    return view.hasBase
               ? std::nullopt
               : std::optional(Outcome{.due = whenWoken(m_context.clock), .failure = failure()});
}

ReplicaMaintenance::Outcome ReplicaMaintenance::step(ltx::TxId ordered, StepTurn& turn,
                                                     const std::stop_token& stop)
{
    const ReplicaView view = m_follower->view();
    if (auto instead = notYet(view, stop)) {
        letGoOfUploads();
        return *std::move(instead);
    }
    if (m_follower->takeMaintenanceRetry()) {
        m_merges = {};
        m_snapshots = {};
        m_forMarks = {};
        m_retention.retry();
    }
    const engine::ReplicaLevels levels = m_follower->levels();
    // What is held back is behind on purpose.
    const bool isBehind = !view.isHeld && m_spool.newest().value_or(ltx::TxId()) > view.confirmed;
    const Choice choice = choose(view, levels, ordered, isBehind);
    if (choice.isRefused) {
        return {.due = after(m_context.clock, kGlance),
                .failure = failure(),
                .refused = nameTaken(ordered)};
    }
    if (!choice.merge && !choice.isSnapshot && !choice.isThinning) {
        StepPool::Due due = nextStep(levels, isBehind);
        due.atLatest =
            choice.isOrdered ? std::min(due.atLatest, m_snapshots.notBefore) : due.atLatest;
        return {.due = due, .failure = failure()};
    }
    const auto slot = turn.take(view.place);
    if (!slot) {
        return {.due = after(m_context.clock, Slots::kLook), .failure = failure()};
    }
    if (!m_follower->mayWrite(stop).ok()) {
        return {.due = after(m_context.clock, kBusyPause), .failure = failure(), .isLacking = true};
    }
    if (choice.isThinning) {
        return thin(stop);
    }
    return choice.merge ? make(m_merges, choice.merge, choice.merge->inputs, stop)
                        : make(m_snapshots, std::nullopt, levels.newestPlan(), stop);
}

/// Windows that have passed go first, also before an order: there is less to read then.
ReplicaMaintenance::Choice ReplicaMaintenance::choose(const ReplicaView& view,
                                                      const engine::ReplicaLevels& levels,
                                                      ltx::TxId ordered, bool isBehind)
{
    const Timestamp now = m_context.clock.now();
    const bool mayMake = !view.isFull();
    Choice choice;
    choice.isOrdered = mayMake && ordered <= view.confirmed && levels.snapshot() &&
                       levels.snapshot()->maxTxId < ordered;
    // An order is tried at once; its failure ends it, but for what is to be read a second time.
    choice.isRefused = choice.isOrdered && isNameTaken(*m_follower, levels);
    if (choice.isRefused) {
        return choice;
    }
    if (mayMerge(view) && mayTry(m_merges)) {
        choice.merge = engine::nextMerge(levels, mayGrow(isBehind), now);
    }
    const bool mayOrder = choice.isOrdered && (!m_snapshots.isSuspecting || mayTry(m_snapshots));
    choice.isSnapshot = mayOrder || (mayMake && mayTry(m_snapshots) && isSnapshotDue(levels, now));
    const auto thinAt = m_retention.dueAt(waitsForRoom());
    choice.isThinning = !choice.merge && !choice.isSnapshot && thinAt &&
                        *thinAt <= m_context.clock.monotonic() && mayDelete(levels, isBehind, now);
    if (!choice.merge && !choice.isThinning) {
        letUploadsGoOn();
    }
    return choice;
}

ReplicaMaintenance::Outcome ReplicaMaintenance::make(Work& work,
                                                     const std::optional<engine::Merge>& merge,
                                                     const std::vector<replica::ObjectInfo>& inputs,
                                                     const std::stop_token& stop)
{
    storage::Storage* const storage = m_follower->storage();
    if (storage == nullptr) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    // Whoever deletes from it is to know what is in use.
    const auto pin = m_follower->pins().pin(namesOf(inputs));
    if (!pin) {
        return {.due = after(m_context.clock, kBusyPause), .failure = failure()};
    }
    // An LtxReplica is for one thread; the follower's own is its uploader's.
    replica::LtxReplica replica(*storage, m_follower->gate());
    engine::Compactor compactor(
        m_spool, m_follower->view().sameInSpool, replica,
        {.files = m_context.files, .random = m_context.random, .folder = m_scratchFolder});
    const Status scratch =
        merge ? Status() : requireScratch(m_context.files, m_scratchFolder, inputs);
    const auto made = !scratch.ok() ? Result<replica::ObjectInfo>(scratch.error())
                      : merge       ? compactor.compact(*merge, stop)
                                    : compactor.snapshot(inputs, stop);
    const bool isBytes = !made.ok() && replica::isOfObject(made.error());
    const auto learnt = isBytes ? m_follower->inspect(suspects(inputs, compactor.tried()),
                                                      engine::Suspecting::Merge, stop)
                                : Inspection::Nothing;
    if (learnt == Inspection::News) {
        // What was in the way is not read any more.
        work = {};
        return {.due = after(m_context.clock, Clock::Instant::duration::zero()),
                .failure = failure(),
                .foundDamage = true};
    }
    if (!made.ok()) {
        Outcome outcome = failed(work, engine::toWriters(made.error()), stop);
        work.isSuspecting = learnt == Inspection::Suspected;
        work.lacksScratch = !scratch.ok();
        outcome.foundDamage = learnt == Inspection::Known;
        const bool isRefused = &work == &m_snapshots && !work.isSuspecting &&
                               made.error().code != ErrorCode::Cancelled;
        outcome.refused = isRefused ? std::optional(made.error()) : std::nullopt;
        return outcome;
    }
    work = {};
    m_follower->noteObject(made.value());
    m_follower->renewHold();
    return {.due = after(m_context.clock, Clock::Instant::duration::zero()),
            .made = made.value(),
            .failure = failure()};
}

ReplicaMaintenance::Outcome ReplicaMaintenance::failed(Work& work, const Error& error,
                                                       const std::stop_token& stop)
{
    if (error.code == ErrorCode::Cancelled) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    work.notBefore =
        m_context.clock.monotonic() + doubled(kFirstPause, work.failures++, kLastPause);
    // What was to be read has gone, or a folder in which it lay: somebody else removed it. Go on
    // from what is there. One that cannot be reached at all is told of by its uploader.
    const bool isTold = error.code == ErrorCode::NotFound || error.code == ErrorCode::Unavailable;
    work.failure = isTold ? std::nullopt : std::optional(error);
    return {.due = after(m_context.clock, kGlance),
            .failure = failure(),
            .isLacking = isTold && (!m_follower->mayWrite(stop).ok() || hasLost(stop))};
}

/// Lists the replica again; whether it reaches less far than before.
bool ReplicaMaintenance::hasLost(const std::stop_token& stop)
{
    const ltx::TxId confirmed = m_follower->view().confirmed;
    const auto listed = m_follower->relist(stop);
    return listed.ok() && replica::positionOf(listed.value()) < confirmed;
}

bool ReplicaMaintenance::isSnapshotDue(const engine::ReplicaLevels& levels, Timestamp now) const
{
    return engine::isSnapshotDue(levels, schedule(), now) && !isNameTaken(*m_follower, levels);
}

ReplicaMaintenance::Outcome ReplicaMaintenance::thin(const std::stop_token& stop)
{
    storage::Storage* const storage = m_follower->storage();
    if (storage == nullptr) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    const bool wasFull = waitsForRoom();
    if (wasFull) {
        m_follower->holdUploads();
    }
    auto thinned = m_retention.step(*storage, !wasFull && mayTry(m_forMarks), stop);
    if (const auto wanted = m_retention.takeWanted(); !wanted.empty()) {
        return make(m_forMarks, std::nullopt, wanted, stop);
    }
    if (wasFull && thinned) {
        thereIsRoom();
    } else {
        letGoOfUploads();
    }
    return {.due = after(m_context.clock, kGlance),
            .thinned = std::move(thinned),
            .failure = failure(),
            .foundDamage = m_retention.takeFoundDamage()};
}

/// Whatever failed for want of it is tried at once, snapshots for marks as well.
void ReplicaMaintenance::thereIsRoom()
{
    for (Work* const work : {&m_merges, &m_snapshots, &m_forMarks}) {
        if (work->lacksRoom()) {
            *work = {};
        }
    }
}

/// When there is nothing to merge.
void ReplicaMaintenance::letUploadsGoOn()
{
    m_wakesUploads = m_follower->uploadAStep() || m_wakesUploads;
}

void ReplicaMaintenance::letGoOfUploads()
{
    m_wakesUploads = m_follower->letGoOfUploads() || m_wakesUploads;
}

/// Whether the last window of a level may become larger. While merges go first it is merged as it
/// is: what is still to come may need the room.
bool ReplicaMaintenance::mayGrow(bool isBehind) const
{
    return isBehind && !m_follower->mergesGoFirst();
}

/// Of what is full nothing more is wanted than that something goes.
bool ReplicaMaintenance::mayMerge(const ReplicaView& view) const
{
    return !view.isFull() || m_follower->mergesGoFirst();
}

/// Snapshots for marks do not count: no deletion waits for them, so none has to go before.
bool ReplicaMaintenance::waitsForRoom() const
{
    return m_follower->view().isFull() || m_merges.lacksRoom() || m_snapshots.lacksRoom();
}

/// What is to be written first waits for room that only a deletion makes. It is no less safe then:
/// what is not merged yet stays, and so does each level's end.
bool ReplicaMaintenance::mayDelete(const engine::ReplicaLevels& levels, bool isBehind,
                                   Timestamp now) const
{
    const auto isInTheWay = [](const Work& work) { return work.failures > 0 && !work.lacksRoom(); };
    if (m_follower->view().isMending() || isInTheWay(m_merges) || isInTheWay(m_snapshots)) {
        return false;
    }
    return waitsForRoom() ||
           (!isBehind && !engine::nextMerge(levels, isBehind, now) && !isSnapshotDue(levels, now));
}

engine::SnapshotSchedule ReplicaMaintenance::schedule() const
{
    return m_follower->keep().neverDelete ? kScheduleWhileAllStays : engine::SnapshotSchedule();
}

bool ReplicaMaintenance::mayTry(const Work& work) const
{
    return m_context.clock.monotonic() >= work.notBefore;
}

StepPool::Due ReplicaMaintenance::nextStep(const engine::ReplicaLevels& levels, bool isBehind)
{
    const Timestamp now = m_context.clock.now();
    const Clock::Instant start = m_context.clock.monotonic();
    StepPool::Due due = whenWoken(m_context.clock);
    // Segments come ten times a second; the windows of the lowest level are much longer.
    due.notBefore += kGlance;
    const auto look = [&](const std::optional<Timestamp>& at, const Work& work) {
        if (at) {
            // The wall clock may be set meanwhile: look again now and then.
            const auto pause = std::clamp<std::chrono::milliseconds>(*at - now, kGlance, kLongWait);
            due.atLatest = std::min(due.atLatest, std::max(start + pause, work.notBefore));
        }
    };
    const ReplicaView view = m_follower->view();
    const bool mayMake = !view.isFull();
    const bool isHeldBack =
        engine::isSnapshotDue(levels, schedule(), now) && isNameTaken(*m_follower, levels);
    if (mayMerge(view)) {
        look(engine::nextMergeAt(levels, mayGrow(isBehind), now), m_merges);
    }
    if (mayMake && !isHeldBack) {
        look(engine::nextSnapshotAt(levels, schedule(), now), m_snapshots);
    }
    const auto thinAt = m_retention.dueAt(waitsForRoom());
    if (thinAt && mayDelete(levels, isBehind, now)) {
        due.atLatest = std::min(due.atLatest, std::max(start, *thinAt));
    }
    return due;
}

}  // namespace tidemark::service
