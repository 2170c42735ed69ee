// The source's part of FollowedDatabase: what runs on the capture pool.

#include "core/service/followed_database.h"
#include "core/sqlite/source_identity.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

using engine::Protection;

/// A source of whose changes the system tells nothing is looked at this often.
constexpr std::chrono::milliseconds kUntoldLook{250};

/// A log to which nobody has written for so long.
constexpr std::chrono::minutes kAtRest{1};

/// A large database that waits for its turn to be read looks this often.
constexpr std::chrono::milliseconds kWholeReadPause{250};

/// One that answers, and holds a history, gets so much longer to tell of it.
constexpr std::chrono::minutes kAdoptionPatience{1};

/// Segments that no replica has are announced later; above this many the oldest never are, since
/// whoever listens must list the replica then anyway.
constexpr std::size_t kMaxUnannounced = 100'000;

bool hasEach(const std::vector<ReplicaStatus>& replicas, ltx::TxId captured)
{
    return captured != ltx::TxId{} && !replicas.empty() &&
           std::ranges::all_of(replicas, [captured](const ReplicaStatus& each) {
               return each.confirmed >= captured;
           });
}

}  // namespace

StepPool::Due FollowedDatabase::sourceStep()
{
    const StepPool::Due due = stepSource();
    keepLines();
    return due;
}

StepPool::Due FollowedDatabase::stepSource()
{
    m_readingBytes = 0;
    if (!m_owner) {
        m_owner = m_context.owner();
    }
    Wants wants;
    {
        const std::scoped_lock lock(m_mutex);
        wants = m_wants;
        // What cannot be done now is done on resume.
        const bool isKept = wants.leaving || wants.paused || !m_replicator;
        m_wants.replicaNews = wants.replicaNews && isKept;
        m_wants.compareAgain = wants.compareAgain && isKept;
        m_wants.retry = false;
    }
    if (wants.leaving) {
        return leaveSource();
    }
    if (wants.paused) {
        return pauseSource();
    }
    resume();
    if (!m_replicator) {
        if (const Status opened = openSource(); !opened.ok()) {
            return openFailed(opened.error(), wants.note);
        }
    }
    return follow(wants);
}

StepPool::Due FollowedDatabase::follow(const Wants& wants)
{
    if (const auto instead = prepare(wants)) {
        return *instead;
    }
    std::optional<engine::StepOutcome> outcome = stepReplicator();
    if (!outcome) {
        showNews(m_replicator->view());
        return after(m_context.clock, kWholeReadPause);
    }
    takeFacts(outcome->facts);
    if (outcome->snapshot) {
        runSnapshot(std::move(outcome->snapshot));
    }
    const engine::SourceView view = m_replicator->view();
    if (view.standing.state == Protection::Protected) {
        listen(view.watch.has_value());
    }
    noteOutcome(view, wants.note);
    // Also when the disk is full, of course.
    if (!outcome->facts.empty() || view.failure) {
        keepSpoolWithinRoom();
    }
    settleOrders();
    const bool isAttached = view.standing.state == Protection::Protected;
    if (isAttached && m_litestream->look(m_context.clock.monotonic())) {
        showSource();
    }
    showNews(view);
    tellNoCopy(view.noCopy);
    if (!outcome->facts.empty()) {
        wakeReplicas();
    }
    if (wants.note != 0) {
        m_board.touch();
    }
    return dueAfter(*outcome);
}

/// What others want, before the step; when it is to be tried again where it cannot be made yet.
std::optional<StepPool::Due> FollowedDatabase::prepare(const Wants& wants)
{
    if ((wants.replicaNews || !m_told) && !tellReplicasToReplicator()) {
        const Clock::Instant now = m_context.clock.monotonic();
        return StepPool::Due{.notBefore = now,
                             .atLatest = std::max(m_lookLimit, now + kUntoldLook)};
    }
    if (wants.retry) {
        m_replicator->retryNow();
        const std::scoped_lock lock(m_mutex);
        forgetRecall();
    }
    if (wants.compareAgain) {
        m_replicator->compareAgain();
        noteDetached();
    }
    if (m_heardOfChange.exchange(false)) {
        m_heardAt = m_context.clock.monotonic();
        m_replicator->heardOfChange();
    }
    if (recallChecksums()) {
        return std::nullopt;
    }
    showNews(m_replicator->view());
    const std::scoped_lock lock(m_mutex);
    m_sourceLooked = false;  // What is committed meanwhile is not captured yet.
    return after(m_context.clock, kWholeReadPause);
}

/// For all others.
void FollowedDatabase::noteOutcome(const engine::SourceView& view, std::uint64_t note)
{
    const bool caughtUp = m_replicator->caughtUp();
    const std::scoped_lock lock(m_mutex);
    m_noteTried = note;
    m_captured = view.captured;
    m_remembered = m_replicator->rememberedUpTo();
    m_sourceFailure = view.failure;
    m_attached = view.standing.state == Protection::Protected;
    // An attach that is put off is no success.
    m_failedSteps = view.failure ? m_failedSteps + 1 : (m_attached ? 0 : m_failedSteps);
    m_sourceLooked = m_sourceLooked || (m_attached && !view.failure);
    m_isLarge = m_isLarge || view.sizeBytes >= kLargeBytes;
    if (caughtUp && m_noteReached < note) {
        m_noteReached = note;
        m_noteTxId = m_captured;
    }
}

StepPool::Due FollowedDatabase::dueAfter(const engine::StepOutcome& outcome) const
{
    const Clock::Instant look = m_context.clock.monotonic() + kUntoldLook;
    const Clock::Instant untold = std::min(outcome.atLatest, std::max(look, outcome.notBefore));
    return {.notBefore = outcome.notBefore, .atLatest = m_untold ? untold : outcome.atLatest};
}

/// After what may have let go of the log.
void FollowedDatabase::noteDetached()
{
    m_attached = m_attached && m_replicator->view().standing.state == Protection::Protected;
}

/// A database at rest costs nothing but the look at it.
void FollowedDatabase::showNews(const engine::SourceView& view)
{
    if (view == m_shown) {
        return;
    }
    const bool isSizeNews = !m_shown || m_shown->sizeBytes == 0;
    m_shown = view;
    showSource();
    if (isSizeNews) {
        wakeDrills();
    }
}

/// To the replicas that have no snapshot yet.
void FollowedDatabase::tellNoCopy(const std::optional<Error>& why)
{
    bool isNews = false;
    for (const auto& follower : replicas()) {
        isNews = follower->progress().setNoSnapshot(why) || isNews;
    }
    if (isNews) {
        showReplicas();
    }
}

/// Empty when it may read all of a large database, and others do.
std::optional<engine::StepOutcome> FollowedDatabase::stepReplicator()
{
    const bool mayReadAll = m_isLarge && (!m_attached || m_replicator->readsWholeNext());
    const auto slot = mayReadAll ? m_context.wholeReads.tryTake({}) : std::nullopt;
    if (mayReadAll && !slot) {
        return std::nullopt;
    }
    // At rest a step reads the header in memory, or at last what the log holds, which is known.
    const bool isAtRest =
        m_attached && !mayReadAll && !m_untold && m_context.clock.monotonic() - m_heardAt > kAtRest;
    if (isAtRest) {
        m_readingBytes = m_shown ? m_shown->walBytes : 0;
    } else {
        noteReading(mayReadAll);
    }
    return m_replicator->step(workStop());
}

/// For the watchdog, which asks no disk itself: the log, of which a single transaction may be most,
/// and of small databases no more.
void FollowedDatabase::noteReading(bool isWhole)
{
    const auto sizeOf = [this](const std::string& path) {
        const auto facts = m_context.files.stat(path);
        return facts.ok() && facts.value() ? facts.value()->sizeBytes : 0;
    };
    m_readingBytes = sizeOf(sqlite::walPath(m_realPath)) + (isWhole ? sizeOf(m_realPath) : 0);
}

FollowedDatabase::Heard FollowedDatabase::heardOfReplicas() const
{
    Heard heard;
    for (const auto& follower : replicas()) {
        const ReplicaView view = follower->view();
        heard.newest = std::max(heard.newest, view.newest);
        heard.newestAt = std::max(heard.newestAt, view.newestAt);
        // What another program writes meanwhile is gone on from: where nothing else is known,
        // nothing is numbered before. Nor where nobody could take it.
        heard.isAnyKnown = heard.isAnyKnown || (view.looked && !view.foreign && !view.isTaken);
        heard.isLooking = heard.isLooking || (!view.looked && !view.failure);
        heard.oneLacksBase = heard.oneLacksBase || view.lacksBase();
    }
    return heard;
}

/// False while it is worth waiting for those that are still looking.
bool FollowedDatabase::tellReplicasToReplicator()
{
    Heard heard = heardOfReplicas();
    const Clock::Instant now = m_context.clock.monotonic();
    const bool hasWaited = !heard.isLooking || now >= m_lookLimit;
    const bool mayTell = hasWaited && heard.isAnyKnown;
    // One that does not answer delays nobody. When it does, or one joins, it may hold more than all
    // before it: what it holds is gone on above.
    if (mayTell && m_numbering.tryBegin(now >= m_lookLimit + kAdoptionPatience)) {
        heard = heardOfReplicas();  // One may have been settled just before.
        if (!m_told || heard.newest > m_replicator->view().captured) {
            m_replicator->learnReplicas(heard.newest, heard.newestAt);
            m_told = true;
            noteDetached();
        }
    }
    if (heard.oneLacksBase) {
        askForSnapshot();
    }
    const std::scoped_lock lock(m_mutex);
    // Looked at again until it has one.
    m_wants.replicaNews = m_wants.replicaNews || heard.oneLacksBase;
    return m_told || (hasWaited && !mayTell);
}

void FollowedDatabase::takeFacts(const std::vector<engine::Fact>& facts)
{
    for (const engine::Fact& fact : facts) {
        std::visit(
            [this](const auto& what) {
                using What = std::decay_t<decltype(what)>;
                if constexpr (std::is_same_v<What, engine::AttachedToSource>) {
                    stopListening();  // Its folder may be another one by now.
                    m_board.happened(Attached{});
                } else if constexpr (std::is_same_v<What, state::WentBack>) {
                    m_board.happened(what);
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
    engine::Standing standing = view.standing;
    if (standing.state == Protection::Protected && standing.reason == Message()) {
        if (m_untold) {
            standing.reason = m_untold->what;
            standing.next = m_untold->next;
        } else if (const auto& caution = m_litestream->caution()) {
            standing.reason = caution->what;
            standing.next = caution->next;
        }
    }
    m_board.setOwnStanding(standing);
    const Timestamp now = m_context.clock.now();
    // Before, it tells what was captured when it was followed last.
    const bool isLooked = view.standing.state == Protection::Protected && !view.failure;
    m_board.update([&view, isLooked, now](DatabaseStatus& status) {
        status.sizeBytes = view.sizeBytes;
        status.walBytes = view.walBytes;
        status.watch = view.watch;
        status.pageSizeBytes = view.pageSizeBytes;
        status.captured = view.captured;
        status.lastChangeAt = view.capturedAt;
        status.wentBack = view.wentBack;
        for (ReplicaStatus& replica : status.replicas) {
            countPending(replica, view.captured, view.capturedAt);
        }
        // A replica that was looked at first did not know yet what there is to hold.
        if (isLooked && !status.savedAt && hasEach(status.replicas, view.captured)) {
            status.savedAt = now;
        }
    });
}

}  // namespace tidemark::service
