// How FollowedDatabase parts from its source, for a while or for good.

#include "core/service/followed_database.h"

#include <optional>
#include <vector>

namespace tidemark::service {
namespace {

using engine::Protection;

}  // namespace

StepPool::Due FollowedDatabase::pauseSource()
{
    m_attached = false;
    if (m_replicator) {
        stopListening();
        m_replicator->giveUpSnapshots();
        // What could not be captured now is compared page by page on resume.
        std::vector<engine::Fact> facts;
        noteReading(m_config.watch);
        static_cast<void>(
            m_replicator->detach(facts, m_stop.get_token(), engine::Parting::ForAWhile));
        takeFacts(facts);
        noteCaptured();
    }
    if (m_board.ownStanding().state != Protection::Paused) {
        showPaused();
    }
    wakeReplicas();
    return whenWoken(m_context.clock);
}

void FollowedDatabase::showPaused()
{
    const engine::Standing paused{.state = Protection::Paused, .since = m_context.clock.now()};
    if (m_replicator) {
        showSource();
    } else {
        // Paused from the start: nobody has looked at what it is to be kept in.
        m_board.update([&](DatabaseStatus& status) {
            const std::scoped_lock lock(m_mutex);
            for (const ReplicaConfig& replica : m_replicaConfigs) {
                status.replicas.push_back({.id = storage::replicaId(replica.address),
                                           .name = replica.name,
                                           .address = replica.address,
                                           .standing = paused});
            }
        });
    }
    m_board.setOwnStanding(paused);
    m_shown.reset();
}

void FollowedDatabase::resume()
{
    const std::scoped_lock lock(m_mutex);
    if (m_workStop.stop_requested() && !m_wants.leaving && !m_wants.paused) {
        m_workStop = {};
        for (Upload& upload : m_uploads) {
            if (!upload.leaving) {
                upload.workStop = {};
            }
        }
        hurryMaintenance();
        hurryDrills();
    }
}

StepPool::Due FollowedDatabase::leaveSource()
{
    std::optional<Error> failure;
    if (m_replicator) {
        stopListening();
        // Whoever writes them was asked to stop, and may hang.
        m_replicator->giveUpSnapshots();
        std::vector<engine::Fact> facts;
        noteReading(m_config.watch);
        const Status detached = m_replicator->detach(facts, m_stop.get_token());
        takeFacts(facts);
        showSource();
        failure = detached.ok() ? m_replicator->view().failure : std::optional(detached.error());
        if (!detached.ok()) {
            m_board.setOwnStanding({.state = Protection::AtRisk,
                                    .reason = failure->what,
                                    .next = failure->next,
                                    .since = m_context.clock.now()});
        }
        noteCaptured();
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_sourceLeft = true;
        const bool isStopped = failure && failure->code == ErrorCode::Cancelled;
        m_leaveFailure = isStopped ? std::nullopt : failure;
    }
    wakeReplicas();
    finishIfAllLeft();
    return {.finished = true};
}

/// For the replicas: what there is for them, and what the spool must keep.
void FollowedDatabase::noteCaptured()
{
    const std::scoped_lock lock(m_mutex);
    m_captured = m_replicator->view().captured;
    m_remembered = m_replicator->rememberedUpTo();
}

}  // namespace tidemark::service
