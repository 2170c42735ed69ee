// The source's part of FollowedDatabase: what runs on the capture pool.

#include "core/service/followed_database.h"
#include "core/service/node_id.h"
#include "core/service/preflight.h"
#include "core/sqlite/source_probe.h"
#include "core/state/database_directory.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace tidemark::service {
namespace {

using engine::Protection;

/// What stands in the way of opening a source is looked at again this often.
constexpr std::chrono::seconds kReopenPause{5};

/// The first step waits so long for the replicas to be looked at, which it would have to wait for
/// anyway if it remembers nothing.
constexpr std::chrono::seconds kLookPatience{2};

/// Segments that no replica has are announced later; above this many the oldest never are, since
/// whoever listens must list the replica then anyway.
constexpr std::size_t kMaxUnannounced = 100'000;

Protection stateFor(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Busy:
    case ErrorCode::Unavailable: return Protection::Waiting;
    default: return Protection::Broken;
    }
}

}  // namespace

StepPool::Due FollowedDatabase::sourceStep()
{
    Wants wants;
    {
        const std::scoped_lock lock(m_mutex);
        wants = m_wants;
        m_wants.replicaNews = false;
    }
    if (wants.leaving) {
        return leaveSource();
    }
    if (wants.paused) {
        return pauseSource();
    }
    if (!m_replicator) {
        if (const Status opened = openSource(); !opened.ok()) {
            return openFailed(opened.error());
        }
    }
    return follow(wants);
}

Status FollowedDatabase::openSource()
{
    TIDEMARK_TRY(const auto facts, sqlite::probeSource(m_context.files, m_path));
    if (!facts.isWal && !m_config.switchToWal) {
        return notInWalMode(m_path);
    }
    const auto directory = state::directoryOf(m_context.directories.data, m_id);
    TIDEMARK_TRY_STATUS(state::prepare(m_context.files, directory));
    if (!m_lock) {
        TIDEMARK_TRY(m_lock,
                     lockDatabase(m_context.files, directory.lock(), m_context.owner, m_path));
    }
    TIDEMARK_TRY(const std::uint64_t nodeId,
                 loadNodeId(m_context.files, m_context.random, m_context.directories.data));
    auto replicator = std::make_unique<engine::Replicator>(
        engine::Replicator::Setup{.clock = m_context.clock,
                                  .files = m_context.files,
                                  .random = m_context.random,
                                  .nodeId = nodeId,
                                  .path = m_path,
                                  .directory = directory,
                                  .burstInterval = m_config.burstInterval,
                                  .switchToWal = m_config.switchToWal});
    TIDEMARK_TRY_STATUS(replicator->open());
    m_replicator = std::move(replicator);
    tellRememberedProof();
    m_lookLimit = m_context.clock.monotonic() + kLookPatience;
    // Without news of changes the replicator's own looks at the log have to do.
    static_cast<void>(m_context.watcher.watch(m_path, [this] {
        const std::scoped_lock lock(m_mutex);
        m_context.capture.wake(m_sourceKey);
    }));
    std::vector<ReplicaConfig> configs;
    {
        const std::scoped_lock lock(m_mutex);
        m_openFailure.reset();
        m_sourceOpen = true;
        configs = m_replicaConfigs;
    }
    for (const ReplicaConfig& config : configs) {
        addReplica(config);
    }
    return {};
}

StepPool::Due FollowedDatabase::openFailed(const Error& error)
{
    const StepPool::Due due = after(m_context.clock, kReopenPause);
    {
        const std::scoped_lock lock(m_mutex);
        m_openFailure = error;
    }
    const bool needsAnswer = error == notInWalMode(m_path);
    const engine::Standing before = m_board.ownStanding();
    const bool isSame = before.reason == error.what;
    m_board.setOwnStanding({.state = needsAnswer ? Protection::NotSetUp : stateFor(error.code),
                            .reason = error.what,
                            .next = error.next,
                            .since = isSame ? before.since : m_context.clock.now(),
                            .nextTry = m_context.clock.now() + kReopenPause});
    // Whoever waits for an outcome learns of one that did not change the standing, too.
    m_board.touch();
    // A retry that somebody asks for comes at once.
    return {.notBefore = m_context.clock.monotonic(), .atLatest = due.atLatest};
}

StepPool::Due FollowedDatabase::follow(const Wants& wants)
{
    if ((wants.replicaNews || !m_told) && !tellReplicasToReplicator()) {
        return {.notBefore = m_context.clock.monotonic(), .atLatest = m_lookLimit};
    }
    engine::StepOutcome outcome = m_replicator->step(m_stop.get_token());
    takeFacts(outcome.facts);
    if (outcome.snapshot) {
        {
            const std::scoped_lock lock(m_mutex);
            m_snapshotRunning = true;
        }
        m_context.longWork.post(
            [self = shared_from_this(),
             work = std::shared_ptr<engine::SnapshotWork>(std::move(outcome.snapshot))]() mutable {
                self->takeSnapshot(*work);
                work.reset();
                self->snapshotEnded();
            });
    }
    const bool caughtUp = m_replicator->caughtUp();
    const engine::SourceView view = m_replicator->view();
    {
        const std::scoped_lock lock(m_mutex);
        m_captured = view.captured;
        m_remembered = m_replicator->rememberedUpTo();
        if (caughtUp && m_noteReached < wants.note) {
            m_noteReached = wants.note;
            m_noteTxId = m_captured;
        }
    }
    // A database at rest costs nothing but the look at it.
    if (view != m_shown) {
        m_shown = view;
        showSource();
    }
    if (!outcome.facts.empty()) {
        wakeReplicas();
    }
    if (wants.note != 0) {
        m_board.touch();
    }
    return {.notBefore = outcome.notBefore, .atLatest = outcome.atLatest};
}

bool FollowedDatabase::tellReplicasToReplicator()
{
    ltx::TxId newest;
    bool allLooked = true;
    bool isLooking = false;
    bool oneLacksBase = false;
    for (const auto& follower : replicas()) {
        const ReplicaView view = follower->view();
        newest = std::max(newest, view.newest);
        allLooked = allLooked && view.looked;
        isLooking = isLooking || (!view.looked && !view.failure);
        oneLacksBase = oneLacksBase || (view.looked && !view.hasBase);
    }
    if (allLooked && !m_told) {
        m_replicator->learnReplicas(newest);
        m_told = true;
    }
    const std::scoped_lock lock(m_mutex);
    if (oneLacksBase && !m_snapshotRunning && m_context.clock.monotonic() >= m_snapshotNotBefore) {
        m_replicator->requestSnapshot();
    }
    // Looked at again until it has one.
    m_wants.replicaNews = m_wants.replicaNews || oneLacksBase;
    return m_told || !isLooking || m_context.clock.monotonic() >= m_lookLimit;
}

void FollowedDatabase::takeFacts(const std::vector<engine::Fact>& facts)
{
    for (const engine::Fact& fact : facts) {
        std::visit(
            [this](const auto& what) {
                using What = std::decay_t<decltype(what)>;
                if constexpr (std::is_same_v<What, engine::AttachedToSource>) {
                    m_board.happened(Attached{});
                } else if constexpr (std::is_same_v<What, engine::CheckpointDone>) {
                    m_board.happened(Checkpointed{
                        .walBytes = what.walBytes, .sealed = what.sealed, .held = what.held});
                } else {
                    const std::scoped_lock lock(m_mutex);
                    m_unannounced.push_back(what);
                    if (m_unannounced.size() > kMaxUnannounced) {
                        m_unannounced.pop_front();
                    }
                }
            },
            fact);
    }
}

void FollowedDatabase::showSource()
{
    const engine::SourceView view = m_replicator->view();
    m_board.setOwnStanding(view.standing);
    m_board.update([&view](DatabaseStatus& status) {
        status.sizeBytes = view.sizeBytes;
        status.walBytes = view.walBytes;
        status.pageSizeBytes = view.pageSizeBytes;
        status.captured = view.captured;
        status.lastChangeAt = view.capturedAt;
        for (ReplicaStatus& replica : status.replicas) {
            replica.pendingSegments =
                view.captured.value - std::min(view.captured, replica.confirmed).value;
        }
    });
}

StepPool::Due FollowedDatabase::pauseSource()
{
    if (m_replicator) {
        // What could not be captured now is compared page by page on resume.
        std::vector<engine::Fact> facts;
        static_cast<void>(m_replicator->detach(facts, m_stop.get_token()));
        takeFacts(facts);
    }
    const engine::Standing before = m_board.ownStanding();
    if (before.state != Protection::Paused) {
        m_board.setOwnStanding({.state = Protection::Paused, .since = m_context.clock.now()});
        m_shown.reset();
    }
    wakeReplicas();
    return whenWoken(m_context.clock);
}

StepPool::Due FollowedDatabase::leaveSource()
{
    {
        const std::scoped_lock lock(m_mutex);
        // A snapshot holds on to the log; it was asked to stop and wakes this step.
        if (m_snapshotRunning) {
            return whenWoken(m_context.clock);
        }
    }
    if (m_replicator) {
        m_context.watcher.unwatch(m_path);
        std::vector<engine::Fact> facts;
        const Status detached = m_replicator->detach(facts, m_stop.get_token());
        if (!detached.ok()) {
            m_board.setOwnStanding({.state = Protection::AtRisk,
                                    .reason = detached.error().what,
                                    .next = detached.error().next,
                                    .since = m_context.clock.now()});
        }
        takeFacts(facts);
        showSource();
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_sourceLeft = true;
        if (m_replicator) {
            m_captured = m_replicator->view().captured;
            m_remembered = m_replicator->rememberedUpTo();
        }
    }
    wakeReplicas();
    finishIfAllLeft();
    return {.finished = true};
}

}  // namespace tidemark::service
