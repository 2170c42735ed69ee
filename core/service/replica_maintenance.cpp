#include "core/service/replica_maintenance.h"

#include "core/engine/compactor.h"
#include "core/replica/catalog_builder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

/// Something else works in the same place; it will not take long.
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

/// One place of work at a time, given back at the end.
class HeldSlot {
public:
    HeldSlot(Slots& slots, std::string place)
        : m_slots(slots), m_place(std::move(place)), m_isHeld(slots.tryTake(m_place))
    {
    }
    ~HeldSlot()
    {
        if (m_isHeld) {
            m_slots.giveBack(m_place);
        }
    }
    HeldSlot(const HeldSlot&) = delete;
    HeldSlot& operator=(const HeldSlot&) = delete;

    [[nodiscard]] bool isHeld() const { return m_isHeld; }

private:
    Slots& m_slots;
    const std::string m_place;
    const bool m_isHeld;
};

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

ReplicaMaintenance::Outcome ReplicaMaintenance::step(ltx::TxId ordered, const std::stop_token& stop)
{
    const ReplicaView view = m_follower->view();
    // While it does not answer, its uploader tries, and the view changes when it succeeds.
    if (!view.looked || !view.hasBase || view.foreign || view.failure) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    if (m_follower->takeMaintenanceRetry()) {
        m_merges = {};
        m_snapshots = {};
        m_retention.retry();
    }
    const engine::ReplicaLevels levels = m_follower->levels();
    const bool isBehind = m_spool.newest().value_or(ltx::TxId()) > view.confirmed;
    const Timestamp now = m_context.clock.now();
    auto merge = engine::nextMerge(levels, isBehind, now);
    if (!mayTry(m_merges)) {
        merge.reset();
    }
    const bool isOrdered =
        ordered <= view.confirmed && levels.snapshot() && levels.snapshot()->maxTxId < ordered;
    // An order is tried at once; its failure ends it.
    const bool isDue =
        isOrdered || (mayTry(m_snapshots) && engine::isSnapshotDue(levels, schedule(), now));
    const auto thinAt = m_retention.dueAt();
    // Windows that have passed go first, also before an order: there is less to read then.
    const bool isWriting = merge || isDue;
    const bool isThinning = !isWriting && thinAt && *thinAt <= m_context.clock.monotonic() &&
                            mayDelete(levels, isBehind, now);
    if (!isWriting && !isThinning) {
        return {.due = nextStep(levels, isBehind), .failure = failure()};
    }
    const HeldSlot slot(m_context.maintenanceSlots, view.place);
    if (!slot.isHeld()) {
        return {.due = after(m_context.clock, kBusyPause), .failure = failure()};
    }
    return isThinning ? thin(stop) : make(merge, levels, stop);
}

ReplicaMaintenance::Outcome ReplicaMaintenance::make(const std::optional<engine::Merge>& merge,
                                                     const engine::ReplicaLevels& levels,
                                                     const std::stop_token& stop)
{
    storage::Storage* const storage = m_follower->storage();
    if (storage == nullptr) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    const auto plan = merge ? merge->inputs : levels.newestPlan();
    // Whoever deletes from it is to know what is in use.
    const auto pin = m_follower->pins().pin(namesOf(plan));
    if (!pin) {
        return {.due = after(m_context.clock, kBusyPause), .failure = failure()};
    }
    // An LtxReplica is for one thread; the follower's own is its uploader's.
    replica::LtxReplica replica(*storage);
    engine::Compactor compactor(m_spool, replica);
    const auto made = merge ? compactor.compact(*merge, stop) : compactor.snapshot(plan, stop);
    Work& work = merge ? m_merges : m_snapshots;
    if (!made.ok()) {
        Outcome outcome = failed(work, made.error(), stop);
        const bool isRefused = !merge && made.error().code != ErrorCode::Cancelled;
        outcome.refused = isRefused ? std::optional(made.error()) : std::nullopt;
        return outcome;
    }
    work = {};
    m_follower->noteObject(made.value());
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
    std::chrono::seconds pause = kFirstPause;
    for (int i = 0; i < work.failures && pause < kLastPause; ++i) {
        pause = std::min(2 * pause, kLastPause);
    }
    ++work.failures;
    work.notBefore = m_context.clock.monotonic() + pause;
    // What was to be read has gone, or a folder in which it lay: somebody else removed it. Go on
    // from what is there. One that cannot be reached at all is told of by its uploader.
    const bool isTold = error.code == ErrorCode::NotFound || error.code == ErrorCode::Unavailable;
    work.failure = isTold ? std::nullopt : std::optional(error);
    return {.due = after(m_context.clock, kGlance),
            .failure = failure(),
            .isLacking = isTold && hasLost(m_follower->levels(), stop)};
}

/// Lists the replica again; whether it reaches less far than before.
bool ReplicaMaintenance::hasLost(const engine::ReplicaLevels& before, const std::stop_token& stop)
{
    const ltx::TxId confirmed = m_follower->view().confirmed;
    storage::Storage* const storage = m_follower->storage();
    if (storage == nullptr) {
        return false;
    }
    const auto listed = replica::readLtxCatalog(*storage, stop);
    if (!listed.ok()) {
        return false;
    }
    m_follower->relisted(listed.value(), before.newest(replica::kSegmentLevel));
    return replica::positionOf(listed.value()) < confirmed;
}

ReplicaMaintenance::Outcome ReplicaMaintenance::thin(const std::stop_token& stop)
{
    storage::Storage* const storage = m_follower->storage();
    if (storage == nullptr) {
        return {.due = whenWoken(m_context.clock), .failure = failure()};
    }
    auto thinned = m_retention.step(*storage, stop);
    return {.due = after(m_context.clock, kGlance),
            .thinned = std::move(thinned),
            .failure = failure()};
}

bool ReplicaMaintenance::mayDelete(const engine::ReplicaLevels& levels, bool isBehind,
                                   Timestamp now) const
{
    return !isBehind && m_merges.failures == 0 && m_snapshots.failures == 0 &&
           !engine::nextMerge(levels, isBehind, now) &&
           !engine::isSnapshotDue(levels, schedule(), now);
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
    look(engine::nextMergeAt(levels, isBehind, now), m_merges);
    look(engine::nextSnapshotAt(levels, schedule(), now), m_snapshots);
    const auto thinAt = m_retention.dueAt();
    if (thinAt && mayDelete(levels, isBehind, now)) {
        due.atLatest = std::min(due.atLatest, std::max(start, *thinAt));
    }
    return due;
}

}  // namespace tidemark::service
