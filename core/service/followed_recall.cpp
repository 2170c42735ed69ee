// What FollowedDatabase has forgotten of its source and a replica tells.

#include "core/service/followed_database.h"
#include "core/service/replica_hashes.h"

#include <stop_token>
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
    std::optional<state::PageChecksums> learnt;
    bool isOver = true;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_recall && m_recall->txId != txId) {
            forgetRecall();
        }
        if (txId && !m_recall) {
            startRecall(*txId);
        }
        if (m_recall && !m_recall->isOver && m_context.clock.monotonic() >= m_recall->limit) {
            m_recall->isOver = true;
            m_recall->stop.request_stop();
        }
        isOver = !m_recall || m_recall->isOver;
        if (m_recall && isOver) {
            learnt = std::exchange(m_recall->checksums, std::nullopt);
        }
    }
    if (txId && learnt) {
        m_replicator->learnChecksums(*txId, *std::move(learnt));
    }
    return isOver;
}

/// With m_mutex held. The next step asks anew.
void FollowedDatabase::forgetRecall()
{
    if (const auto recall = std::exchange(m_recall, nullptr)) {
        recall->stop.request_stop();
    }
}

/// From those that have all; where none has, nothing is begun. With m_mutex held.
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
        return;
    }
    m_recall = std::make_shared<Recall>();
    m_recall->txId = txId;
    m_recall->limit = m_context.clock.monotonic() + kPatience;
    m_context.longWork.post([self = shared_from_this(), recall = m_recall, able] {
        self->runRecall(*recall, able);
        const std::scoped_lock lock(self->m_mutex);
        self->m_context.capture.hurry(self->m_sourceKey);
    });
}

void FollowedDatabase::runRecall(Recall& recall,
                                 const std::vector<std::shared_ptr<ReplicaFollower>>& able)
{
    {
        // To wait for one's turn is no reading.
        const std::scoped_lock lock(m_mutex);
        recall.limit = m_context.clock.monotonic() + kPatience;
    }
    auto checksums = checksumsFrom(able, recall);
    const std::scoped_lock lock(m_mutex);
    if (recall.isOver) {
        return;
    }
    if (!checksums && recall.stop.stop_requested() && m_recall.get() == &recall) {
        m_recall.reset();  // A pause: afterwards it is asked anew.
        return;
    }
    recall.checksums = std::move(checksums);
    recall.isOver = true;
}

/// As long as there is less to read than to upload.
std::optional<state::PageChecksums> FollowedDatabase::checksumsFrom(
    const std::vector<std::shared_ptr<ReplicaFollower>>& able, Recall& recall) const
{
    const auto facts = m_context.files.stat(m_path);
    const std::uint64_t most = facts.ok() && facts.value() ? facts.value()->sizeBytes : 0;
    for (const auto& follower : able) {
        const storage::Storage* const storage = follower->storage();
        if (storage == nullptr) {
            continue;
        }
        const std::stop_callback leaving(workStop(*follower),
                                         [&recall] { recall.stop.request_stop(); });
        auto read =
            hashesFrom(*storage, recall.txId, follower->missing(), most, recall.stop.get_token());
        if (read.ok() && read.value()) {
            return std::move(read).value();
        }
    }
    return std::nullopt;
}

}  // namespace tidemark::service
