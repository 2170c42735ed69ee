// What FollowedDatabase has forgotten of its source and a replica tells.

#include "core/service/followed_database.h"
#include "core/service/replica_hashes.h"

#include <utility>

namespace tidemark::service {
namespace {

/// A replica that takes longer is not waited for: meanwhile nothing is captured.
constexpr std::chrono::seconds kPatience{60};

}  // namespace

/// Whether the step need not wait: nothing is lacking, it was learnt, or no replica tells it in
/// time.
bool FollowedDatabase::recallChecksums()
{
    const auto txId = m_replicator->lacksChecksums();
    if (!txId) {
        return true;
    }
    const std::scoped_lock lock(m_mutex);
    if (!m_recall || m_recall->txId != *txId) {
        m_recall = Recall{.txId = *txId, .limit = m_context.clock.monotonic() + kPatience};
        startRecall(*txId);
    }
    if (!m_recall->isOver) {
        return m_context.clock.monotonic() >= m_recall->limit;
    }
    if (auto checksums = std::exchange(m_recall->checksums, std::nullopt)) {
        m_replicator->learnChecksums(*txId, *std::move(checksums));
    }
    return true;
}

/// From those that have all. With m_mutex held.
void FollowedDatabase::startRecall(ltx::TxId txId)
{
    std::vector<std::shared_ptr<ReplicaFollower>> able;
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        if (!upload.leaving && !view.foreign && view.holds(txId)) {
            able.push_back(upload.follower);
        }
    }
    if (able.empty()) {
        m_recall->isOver = true;
        return;
    }
    m_context.longWork.post([self = shared_from_this(), txId, able] {
        auto checksums = self->checksumsFrom(able, txId);
        const std::scoped_lock running(self->m_mutex);
        if (self->m_recall && self->m_recall->txId == txId) {
            self->m_recall->checksums = std::move(checksums);
            self->m_recall->isOver = true;
            self->m_context.capture.hurry(self->m_sourceKey);
        }
    });
}

/// As long as there is less to read than to upload.
std::optional<state::PageChecksums> FollowedDatabase::checksumsFrom(
    const std::vector<std::shared_ptr<ReplicaFollower>>& able, ltx::TxId txId) const
{
    const auto facts = m_context.files.stat(m_path);
    const std::uint64_t most = facts.ok() && facts.value() ? facts.value()->sizeBytes : 0;
    for (const auto& follower : able) {
        const storage::Storage* const storage = follower->storage();
        if (storage == nullptr) {
            continue;
        }
        auto read = hashesFrom(*storage, txId, follower->missing(), most, workStop(*follower));
        if (read.ok() && read.value()) {
            return std::move(read).value();
        }
    }
    return std::nullopt;
}

}  // namespace tidemark::service
