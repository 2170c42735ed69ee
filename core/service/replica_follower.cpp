#include "core/service/replica_follower.h"

#include "core/storage/storage_factory.h"

#include <utility>

namespace tidemark::service {
namespace {

/// A storage that cannot even be opened is not tried more often than this.
constexpr std::chrono::seconds kReopenPause{30};

engine::Standing standingFor(const Error& error, Timestamp since)
{
    const bool mayHeal = error.code == ErrorCode::Unavailable || error.code == ErrorCode::Cancelled;
    return {.state = mayHeal ? engine::Protection::Waiting : engine::Protection::Broken,
            .reason = error.what,
            .next = error.next,
            .since = since};
}

}  // namespace

ReplicaFollower::ReplicaFollower(EngineContext& context, ReplicaConfig config, engine::Spool& spool,
                                 state::StateDb& state)
    : m_context(context),
      m_config(std::move(config)),
      m_id(storage::replicaId(m_config.address)),
      m_spool(spool),
      m_state(state)
{
    m_view.standing = {.state = engine::Protection::CatchingUp, .since = context.clock.now()};
}

StepPool::Due ReplicaFollower::step(const std::stop_token& stop)
{
    if (const Status opened = open(); !opened.ok()) {
        const std::scoped_lock lock(m_mutex);
        m_view.failure = opened.error();
        m_view.standing = standingFor(opened.error(), m_view.standing.since);
        // Whoever wakes it, to leave for example, is not kept waiting.
        return {.notBefore = m_context.clock.monotonic(),
                .atLatest = m_context.clock.monotonic() + kReopenPause};
    }
    // A back-off outlasts the wakes of new segments, not the wish to try again.
    if (!takeRetry() &&
        m_uploader->nextTry().value_or(Clock::Instant::min()) > m_context.clock.monotonic()) {
        return nextStep(false);
    }
    const auto more = advance(stop);
    remember(more.ok() ? std::nullopt : std::optional(more.error()));
    return nextStep(more.ok() && more.value());
}

StepPool::Due ReplicaFollower::nextStep(bool hasMore) const
{
    if (hasMore) {
        return after(m_context.clock, Clock::Instant::duration::zero());
    }
    StepPool::Due due = whenWoken(m_context.clock);
    due.atLatest = m_uploader->nextTry().value_or(due.atLatest);
    return due;
}

bool ReplicaFollower::takeRetry()
{
    const std::scoped_lock lock(m_mutex);
    const bool retry = std::exchange(m_retry, false);
    if (retry) {
        m_uploader->retryNow();
    }
    return retry;
}

Status ReplicaFollower::open()
{
    if (m_uploader) {
        return {};
    }
    TIDEMARK_TRY(m_storage,
                 storage::openStorage(m_config.address, m_context.files, m_context.random));
    TIDEMARK_TRY_STATUS(makePlace());
    m_replica = std::make_unique<replica::LtxReplica>(*m_storage);
    m_uploader = std::make_unique<engine::Uploader>(m_context.clock, m_context.random, m_spool,
                                                    m_state, *m_replica, m_id);
    return {};
}

Status ReplicaFollower::makePlace()
{
    TIDEMARK_TRY(const auto remembered, m_state.replica(m_id));
    const bool isNew = !remembered || remembered->base == ltx::TxId{};
    // A folder that had the replica and is gone is a disk that was unplugged: never made anew.
    if (isNew && m_config.address.kind == storage::StorageKind::Folder) {
        return m_context.files.makeDirectories(m_config.address.path);
    }
    return {};
}

Result<bool> ReplicaFollower::advance(const std::stop_token& stop)
{
    if (!m_uploader->looked()) {
        TIDEMARK_TRY_STATUS(m_uploader->look(stop));
    }
    std::unique_lock lock(m_mutex);
    const auto baseWritten = m_baseWritten;
    lock.unlock();
    if (baseWritten) {
        TIDEMARK_TRY_STATUS(m_uploader->baseWritten(*baseWritten));
        lock.lock();
        m_baseWritten.reset();
        lock.unlock();
    }
    return m_uploader->hasBase() ? m_uploader->step(stop) : false;
}

void ReplicaFollower::remember(const std::optional<Error>& failure)
{
    const std::scoped_lock lock(m_mutex);
    const bool hasBase = m_uploader->hasBase() || m_baseWritten.has_value();
    if (hasBase) {
        m_snapshotFailure.reset();
    }
    const auto since = m_view.standing.since;
    m_view = {.looked = m_uploader->looked(),
              .hasBase = hasBase,
              .newest = m_uploader->newest(),
              .confirmed = m_uploader->confirmed(),
              .standing = m_uploader->standing(),
              .failure = failure ? failure : m_snapshotFailure};
    if (m_snapshotFailure && !failure) {
        m_view.standing = standingFor(*m_snapshotFailure, since);
    }
}

void ReplicaFollower::baseWritten(ltx::TxId txId)
{
    const std::scoped_lock lock(m_mutex);
    m_baseWritten = txId;
    m_view.hasBase = true;
}

void ReplicaFollower::snapshotFailed(const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    m_snapshotFailure = error;
}

void ReplicaFollower::retryNow()
{
    const std::scoped_lock lock(m_mutex);
    m_retry = true;
}

ReplicaView ReplicaFollower::view() const
{
    const std::scoped_lock lock(m_mutex);
    return m_view;
}

storage::Storage* ReplicaFollower::storage() const
{
    const std::scoped_lock lock(m_mutex);
    return m_view.looked ? m_storage.get() : nullptr;
}

}  // namespace tidemark::service
