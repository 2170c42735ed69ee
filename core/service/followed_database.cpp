#include "core/service/followed_database.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// How long a clean stop may take for one database; what is not uploaded by then waits in the
/// spool for the next start.
constexpr std::chrono::seconds kLeaveLimit{10};

/// How long bringUpToDate bears a source that waits for something outside.
constexpr std::chrono::seconds kWaitingLimit{30};

/// What a step may mend has failed for good after so many.
constexpr int kFailedSteps = 2;

DatabaseStatus firstStatus(const DatabaseId& id, const std::string& path, Timestamp now)
{
    return {.id = id,
            .path = path,
            .standing = {.state = engine::Protection::CatchingUp, .since = now}};
}

/// What a replica lacks when it is left.
Error lackingError(const std::string& path, const storage::StorageAddress& address,
                   const ReplicaView& view, ltx::TxId captured)
{
    Error error{.code = view.foreign && view.failure ? view.failure->code : ErrorCode::Unavailable};
    const std::string place = storage::formatAddress(address);
    if (!view.hasBase || view.isGivenUp()) {
        error.what = {TIDEMARK_TEXT("service", "The replica %2 of %1 waits for a new snapshot."),
                      {path, place}};
        error.next = {TIDEMARK_TEXT("service", "It is made when it is followed again.")};
    } else {
        const std::uint64_t waiting = captured.value - std::min(captured, view.confirmed).value;
        error.what = {TIDEMARK_TEXT("service", "Segments of %1 that wait for the replica %2: %3."),
                      {path, place, std::to_string(waiting)}};
        error.next = {TIDEMARK_TEXT("service", "They are uploaded when it is followed again.")};
    }
    if (view.failure) {
        error.next = view.failure->what;
    }
    return error;
}

}  // namespace

FollowedDatabase::FollowedDatabase(EngineContext& context, DatabaseConfig config,
                                   std::function<void()> changed, std::function<void()> finished)
    : m_context(context),
      m_config(std::move(config)),
      m_path(m_config.path),
      m_id(state::databaseId(m_path)),
      m_finished(std::move(finished)),
      m_board(context.clock, context.observer, firstStatus(m_id, m_path, context.clock.now()),
              std::move(changed)),
      m_replicaConfigs(m_config.replicas)
{
    m_wants.paused = m_config.paused;
}

FollowedDatabase::~FollowedDatabase()
{
    // Left in the midst of its work, it is still watched.
    stopListening();
    giveBackFile();
}

void FollowedDatabase::giveBackFile()
{
    // Once: whoever follows the database next has the same path.
    std::string path;
    {
        const std::scoped_lock lock(m_mutex);
        path = std::exchange(m_takenFile, {});
    }
    if (!path.empty()) {
        m_context.sources.giveBack(path);
    }
}

void FollowedDatabase::start()
{
    const std::scoped_lock lock(m_mutex);
    m_sourceKey = m_context.capture.add([self = shared_from_this()] { return self->sourceStep(); });
}

void FollowedDatabase::setReplicas(const std::vector<ReplicaConfig>& replicas)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_replicaConfigs = replicas;
        for (Upload& upload : m_uploads) {
            const auto& address = upload.follower->config().address;
            const auto wanted = std::ranges::find(replicas, address, &ReplicaConfig::address);
            if (wanted == replicas.end()) {
                upload.leaving = true;
                // Else it would wait for its drill to end.
                upload.workStop.request_stop();
            }
            // What nobody follows any more stays as it is.
            upload.follower->setKeep(wanted != replicas.end() ? wanted->keep
                                                              : engine::kKeepEverything);
            upload.follower->setSyncInterval(
                wanted != replicas.end() ? wanted->syncInterval : std::chrono::milliseconds(0));
        }
        if (m_sourceOpen) {
            addMissingReplicas();
        }
    }
    settleOrders();
    showReplicas();
    wakeReplicas();
    const std::scoped_lock lock(m_mutex);
    hurryMaintenance();
}

bool FollowedDatabase::hasReplica(const storage::StorageAddress& address) const
{
    const std::scoped_lock lock(m_mutex);
    return std::ranges::find(m_replicaConfigs, address, &ReplicaConfig::address) !=
           m_replicaConfigs.end();
}

void FollowedDatabase::setPaused(bool paused)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_wants.paused = paused;
        if (paused) {
            stopWork();
        }
        m_context.capture.hurry(m_sourceKey);
    }
    settleOrders();
}

void FollowedDatabase::retryNow()
{
    for (const auto& follower : replicas()) {
        follower->retryNow();
    }
    wakeReplicas();
    const std::scoped_lock lock(m_mutex);
    for (Upload& upload : m_uploads) {
        upload.snapshotNotBefore = {};
    }
    m_wants.retry = true;
    m_context.capture.hurry(m_sourceKey);
    hurryDrills();
    hurryMaintenance();
}

void FollowedDatabase::networkIsBack()
{
    const std::scoped_lock lock(m_mutex);
    for (Upload& upload : m_uploads) {
        const auto failure = upload.follower->view().failure;
        const bool isFolder =
            upload.follower->config().address.kind == storage::StorageKind::Folder;
        if (failure && failure->code == ErrorCode::Unavailable && !isFolder) {
            upload.follower->uploadAgain();
            upload.snapshotNotBefore = {};
            m_context.uploads.hurry(upload.key);
        }
    }
}

void FollowedDatabase::hurryDrills()
{
    for (const Upload& upload : m_uploads) {
        m_context.longWork.hurry(upload.drill);
    }
}

void FollowedDatabase::wakeDrills()
{
    const std::scoped_lock lock(m_mutex);
    for (const Upload& upload : m_uploads) {
        m_context.longWork.wake(upload.drill);
    }
}

void FollowedDatabase::proveNow()
{
    for (const auto& follower : replicas()) {
        follower->askForDrill();
    }
    const std::scoped_lock lock(m_mutex);
    hurryDrills();
}

void FollowedDatabase::leave()
{
    {
        const std::scoped_lock lock(m_mutex);
        stopWork();
        if (!m_wants.leaving) {
            m_leaveLimit = m_context.clock.monotonic() + kLeaveLimit;
        }
        m_wants.leaving = true;
        m_context.capture.hurry(m_sourceKey);
        hurryDrills();
    }
    settleOrders();
    wakeReplicas();
}

void FollowedDatabase::abandon()
{
    m_stop.request_stop();
    const std::scoped_lock lock(m_mutex);
    stopWork();
}

void FollowedDatabase::stopWork()
{
    m_workStop.request_stop();
    for (Upload& upload : m_uploads) {
        upload.workStop.request_stop();
    }
}

std::stop_token FollowedDatabase::workStop(const ReplicaFollower& follower) const
{
    const std::scoped_lock lock(m_mutex);
    const Upload* const upload = uploadOf(follower);
    // One that joins in a pause is stopped, too.
    const bool isIts = upload != nullptr && !m_workStop.stop_requested();
    return isIts ? upload->workStop.get_token() : m_workStop.get_token();
}

std::stop_token FollowedDatabase::workStop() const
{
    const std::scoped_lock lock(m_mutex);
    return m_workStop.get_token();
}

std::uint64_t FollowedDatabase::noteNow()
{
    const std::scoped_lock lock(m_mutex);
    m_notedAt = m_context.clock.monotonic();
    m_context.capture.hurry(m_sourceKey);
    for (const Upload& upload : m_uploads) {
        // What is held back for an interval.
        m_context.uploads.wake(upload.key);
    }
    return ++m_wants.note;
}

std::optional<Status> FollowedDatabase::outcomeOf(std::uint64_t note) const
{
    const std::scoped_lock lock(m_mutex);
    if (m_openFailure) {
        // Who follows it elsewhere does so for long.
        return m_isFollowedElsewhere || !isBorne(*m_openFailure)
                   ? std::optional(Status(*m_openFailure))
                   : std::nullopt;
    }
    return m_noteReached >= note ? replicasOutcome() : sourceOutcome();
}

std::optional<Status> FollowedDatabase::sourceOutcome() const
{
    // The source waits to learn what some replica holds, and none can be looked at.
    std::optional<Error> failure;
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        const bool isUnknown = !view.looked || view.foreign || view.isTaken;
        const bool isHopeless = isUnknown && view.failure;
        if (!isHopeless) {
            return sourceTrouble();
        }
        failure = failure ? failure : view.failure;
    }
    if (failure) {
        return Status(*failure);
    }
    return sourceTrouble();
}

std::optional<Status> FollowedDatabase::sourceTrouble() const
{
    if (!m_sourceFailure || m_sourceFailure->code == ErrorCode::Cancelled) {
        return std::nullopt;
    }
    // A log that was lost is mended by the next step.
    const bool isMended =
        m_sourceFailure->code == ErrorCode::Damaged && m_failedSteps < kFailedSteps;
    return isMended || isBorne(*m_sourceFailure) ? std::nullopt
                                                 : std::optional(Status(*m_sourceFailure));
}

/// What waits for something outside may be over in a moment.
bool FollowedDatabase::isBorne(const Error& error) const
{
    const bool waits = error.code == ErrorCode::Busy || error.code == ErrorCode::Unavailable;
    return waits && m_context.clock.monotonic() - m_notedAt <= kWaitingLimit;
}

std::optional<Status> FollowedDatabase::replicasOutcome() const
{
    std::optional<Error> failure;
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        const bool has = view.looked && view.holds(m_noteTxId);
        if (!has && !view.failure) {
            return std::nullopt;
        }
        if (!has && !failure) {
            failure = view.failure;
        }
    }
    return failure ? Status(*failure) : Status();
}

/// Of the first replica that has one. With m_mutex held.
std::optional<Error> FollowedDatabase::replicaFailure() const
{
    for (const Upload& upload : m_uploads) {
        if (auto failure = upload.follower->view().failure) {
            return failure;
        }
    }
    return std::nullopt;
}

/// Why the end of its following is no clean one; called when all has left.
std::optional<Error> FollowedDatabase::whatIsLacking() const
{
    const std::scoped_lock lock(m_mutex);
    if (m_leaveFailure) {
        // Nothing was captured for want of a replica: it knows better why.
        const bool isForWant =
            m_captured == ltx::TxId{} && m_leaveFailure->code == ErrorCode::Unavailable;
        const auto refused = isForWant ? replicaFailure() : std::nullopt;
        return refused ? refused : m_leaveFailure;
    }
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        if (upload.leaving || view.holds(m_captured)) {
            continue;
        }
        return lackingError(m_path, upload.follower->config().address, view, m_captured);
    }
    return std::nullopt;
}

std::vector<std::shared_ptr<ReplicaFollower>> FollowedDatabase::replicas() const
{
    std::vector<std::shared_ptr<ReplicaFollower>> followers;
    const std::scoped_lock lock(m_mutex);
    for (const Upload& upload : m_uploads) {
        if (!upload.leaving) {
            followers.push_back(upload.follower);
        }
    }
    return followers;
}

void FollowedDatabase::wakeReplicas()
{
    const std::scoped_lock lock(m_mutex);
    for (const Upload& upload : m_uploads) {
        m_context.uploads.wake(upload.key);
        if (upload.leaving || m_wants.leaving) {
            m_context.maintenance.hurry(upload.maintenance);
            m_context.longWork.hurry(upload.drill);
        }
    }
}

void FollowedDatabase::finishIfAllLeft()
{
    {
        const std::scoped_lock lock(m_mutex);
        const bool allLeft =
            m_sourceLeft && m_snapshots.empty() && std::ranges::all_of(m_uploads, &Upload::left);
        if (!allLeft || m_finishedCalled) {
            return;
        }
        m_finishedCalled = true;
    }
    giveBackFile();
    m_lock.reset();
    m_board.happened(Stopped{whatIsLacking()});
    // Whoever was about to show something comes too late: that it has gone is the last word.
    m_board.close();
    m_finished();
}

}  // namespace tidemark::service
