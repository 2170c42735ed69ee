#include "core/service/replica_maintenance.h"

#include "core/engine/compactor.h"

#include <algorithm>
#include <utility>

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

}  // namespace

ReplicaMaintenance::Outcome ReplicaMaintenance::step(const std::stop_token& stop)
{
    const ReplicaView view = m_follower->view();
    if (!view.looked || !view.hasBase || view.foreign) {
        return {.due = whenWoken(m_context.clock), .failure = m_failure};
    }
    const engine::ReplicaLevels levels = m_follower->levels();
    const Timestamp now = m_context.clock.now();
    if (!engine::nextMerge(levels, now) && !engine::isSnapshotDue(levels, m_snapshots, now)) {
        return {.due = nextStep(), .failure = m_failure};
    }
    const HeldSlot slot(m_context.maintenanceSlots, view.place);
    if (!slot.isHeld()) {
        return {.due = after(m_context.clock, kBusyPause), .failure = m_failure};
    }
    auto made = makeNext(levels, stop);
    if (!made.ok()) {
        return failed(made.error(), stop);
    }
    m_failures = 0;
    m_failure.reset();
    return {.due = after(m_context.clock, Clock::Instant::duration::zero()),
            .made = std::move(made).value()};
}

Result<std::optional<replica::ObjectInfo>> ReplicaMaintenance::makeNext(
    const engine::ReplicaLevels& levels, const std::stop_token& stop)
{
    // An LtxReplica is for one thread; the follower's own is its uploader's.
    replica::LtxReplica replica(*m_follower->storage());
    engine::Compactor compactor(m_spool, replica);
    const auto merge = engine::nextMerge(levels, m_context.clock.now());
    const auto plan = levels.newestPlan();
    TIDEMARK_TRY(const replica::ObjectInfo made,
                 merge ? compactor.compact(*merge, stop) : compactor.snapshot(plan, stop));
    m_follower->noteObject(made);
    return std::optional(made);
}

ReplicaMaintenance::Outcome ReplicaMaintenance::failed(const Error& error,
                                                       const std::stop_token& stop)
{
    if (error.code == ErrorCode::Cancelled) {
        return {.due = after(m_context.clock, kFirstPause), .failure = m_failure};
    }
    // What was to be read has gone: somebody else removed it. Go on from what is there.
    if (error.code == ErrorCode::NotFound) {
        const auto listed = replica::readLtxCatalog(*m_follower->storage(), stop);
        if (listed.ok()) {
            m_follower->relisted(listed.value());
        }
    }
    std::chrono::seconds pause = kFirstPause;
    for (int i = 0; i < m_failures && pause < kLastPause; ++i) {
        pause = std::min(2 * pause, kLastPause);
    }
    ++m_failures;
    // One that cannot be reached is told of by its uploader.
    const bool isTold = error.code == ErrorCode::Unavailable || error.code == ErrorCode::NotFound;
    m_failure = isTold ? std::nullopt : std::optional(error);
    return {.due = after(m_context.clock, pause), .failure = m_failure};
}

StepPool::Due ReplicaMaintenance::nextStep() const
{
    const engine::ReplicaLevels levels = m_follower->levels();
    const Timestamp now = m_context.clock.now();
    auto next = engine::nextMergeAt(levels, now);
    if (const auto snapshot = engine::nextSnapshotAt(levels, m_snapshots, now)) {
        next = std::min(next.value_or(*snapshot), *snapshot);
    }
    StepPool::Due due = whenWoken(m_context.clock);
    // Segments come ten times a second; the windows of the lowest level are much longer.
    due.notBefore += kGlance;
    if (next) {
        // The wall clock may be set meanwhile: look again now and then.
        const auto pause = std::clamp<std::chrono::milliseconds>(*next - now, kGlance, kLongWait);
        due.atLatest = m_context.clock.monotonic() + pause;
    }
    return due;
}

}  // namespace tidemark::service
