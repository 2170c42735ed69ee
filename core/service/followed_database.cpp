#include "core/service/followed_database.h"

#include "core/state/database_directory.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// How long a clean stop may take for one database; what is not uploaded by then waits in the
/// spool for the next start.
constexpr std::chrono::seconds kLeaveLimit{10};

/// How long bringUpToDate bears a source that waits for something outside.
constexpr std::chrono::seconds kWaitingLimit{30};

DatabaseStatus firstStatus(const DatabaseId& id, const std::string& path, Timestamp now)
{
    return {.id = id,
            .path = path,
            .standing = {.state = engine::Protection::CatchingUp, .since = now}};
}

}  // namespace

FollowedDatabase::FollowedDatabase(EngineContext& context, DatabaseConfig config, std::string path,
                                   std::function<void()> changed, std::function<void()> finished)
    : m_context(context),
      m_config(std::move(config)),
      m_path(std::move(path)),
      m_id(state::databaseId(m_path)),
      m_finished(std::move(finished)),
      m_board(context.clock, context.observer, firstStatus(m_id, m_path, context.clock.now()),
              std::move(changed)),
      m_replicaConfigs(m_config.replicas)
{
}

FollowedDatabase::~FollowedDatabase()
{
    // Left in the midst of its work, it is still watched.
    if (m_replicator) {
        m_context.watcher.unwatch(m_path);
    }
}

void FollowedDatabase::start()
{
    const std::scoped_lock lock(m_mutex);
    m_sourceKey = m_context.capture.add([self = shared_from_this()] { return self->sourceStep(); });
}

void FollowedDatabase::setReplicas(const std::vector<ReplicaConfig>& replicas)
{
    std::vector<ReplicaConfig> added;
    {
        const std::scoped_lock lock(m_mutex);
        m_replicaConfigs = replicas;
        for (Upload& upload : m_uploads) {
            const auto& address = upload.follower->config().address;
            upload.leaving =
                upload.leaving ||
                std::ranges::find(replicas, address, &ReplicaConfig::address) == replicas.end();
        }
        for (const ReplicaConfig& config : replicas) {
            const bool isThere = std::ranges::any_of(m_uploads, [&config](const Upload& upload) {
                return !upload.leaving && upload.follower->config().address == config.address;
            });
            if (m_sourceOpen && !isThere) {
                added.push_back(config);
            }
        }
    }
    for (const ReplicaConfig& config : added) {
        addReplica(config);
    }
    wakeReplicas();
}

bool FollowedDatabase::hasReplica(const storage::StorageAddress& address) const
{
    const std::scoped_lock lock(m_mutex);
    return std::ranges::find(m_replicaConfigs, address, &ReplicaConfig::address) !=
           m_replicaConfigs.end();
}

void FollowedDatabase::setPaused(bool paused)
{
    const std::scoped_lock lock(m_mutex);
    m_wants.paused = paused;
    m_context.capture.hurry(m_sourceKey);
}

void FollowedDatabase::retryNow()
{
    for (const auto& follower : replicas()) {
        follower->retryNow();
    }
    wakeReplicas();
    const std::scoped_lock lock(m_mutex);
    m_context.capture.hurry(m_sourceKey);
}

void FollowedDatabase::leave()
{
    m_longStop.request_stop();
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_wants.leaving) {
            m_leaveLimit = m_context.clock.monotonic() + kLeaveLimit;
        }
        m_wants.leaving = true;
        m_context.capture.hurry(m_sourceKey);
    }
    wakeReplicas();
}

void FollowedDatabase::abandon()
{
    m_longStop.request_stop();
    m_stop.request_stop();
}

std::uint64_t FollowedDatabase::noteNow()
{
    const std::scoped_lock lock(m_mutex);
    m_notedAt = m_context.clock.monotonic();
    m_context.capture.hurry(m_sourceKey);
    return ++m_wants.note;
}

std::optional<Status> FollowedDatabase::outcomeOf(std::uint64_t note) const
{
    const engine::Standing own = m_board.ownStanding();
    const std::scoped_lock lock(m_mutex);
    if (m_openFailure) {
        return Status(*m_openFailure);
    }
    return m_noteReached >= note ? replicasOutcome() : sourceOutcome(own);
}

std::optional<Status> FollowedDatabase::sourceOutcome(const engine::Standing& own) const
{
    // The source may wait to learn what a replica holds that cannot be looked at.
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        if (!view.looked && view.failure) {
            return Status(*view.failure);
        }
    }
    const bool waits = own.state == engine::Protection::Waiting;
    const bool waitedEnough = m_context.clock.monotonic() - m_notedAt > kWaitingLimit;
    if (own.state > engine::Protection::Waiting || (waits && waitedEnough)) {
        return Status(Error{
            .code = waits ? ErrorCode::Busy : ErrorCode::Io, .what = own.reason, .next = own.next});
    }
    return std::nullopt;
}

std::optional<Status> FollowedDatabase::replicasOutcome() const
{
    std::optional<Error> failure;
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        const bool has = view.looked && view.hasBase && view.confirmed >= m_noteTxId;
        if (!has && !view.failure) {
            return std::nullopt;
        }
        if (!has && !failure) {
            failure = view.failure;
        }
    }
    return failure ? Status(*failure) : Status();
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
    }
}

void FollowedDatabase::finishIfAllLeft()
{
    {
        const std::scoped_lock lock(m_mutex);
        const bool allLeft = m_sourceLeft && !m_snapshotRunning && m_drills == 0 &&
                             std::ranges::all_of(m_uploads, &Upload::left);
        if (!allLeft || m_finishedCalled) {
            return;
        }
        m_finishedCalled = true;
    }
    m_lock.reset();
    m_board.happened(Stopped{});
    m_finished();
}

}  // namespace tidemark::service
