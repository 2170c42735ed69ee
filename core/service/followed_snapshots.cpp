// The long work of FollowedDatabase: snapshots and drills.

#include "core/restore/verifier.h"
#include "core/service/followed_database.h"
#include "core/storage/storage_factory.h"

#include <algorithm>
#include <thread>

namespace tidemark::service {
namespace {

/// One core stays with the application.
constexpr unsigned kMaxSnapshotThreads = 4;

/// A snapshot that a replica did not take is made again after this.
constexpr std::chrono::seconds kSnapshotPause{10};

unsigned snapshotThreads()
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxSnapshotThreads);
}

}  // namespace

void FollowedDatabase::takeSnapshot(engine::SnapshotWork& work)
{
    for (const auto& follower : replicas()) {
        const ReplicaView view = follower->view();
        if (!view.looked || view.hasBase || m_longStop.stop_requested()) {
            continue;
        }
        if (writeBase(work, *follower) && m_config.proveFirstSnapshot) {
            startDrill(follower->config(), work.txId());
        }
    }
}

bool FollowedDatabase::writeBase(engine::SnapshotWork& work, ReplicaFollower& follower)
{
    const std::uint64_t total = work.databaseBytes();
    const auto show = [this, total](std::uint64_t done) {
        m_board.update([done, total](DatabaseStatus& status) {
            status.work = LongWork{.kind = LongWork::Kind::Snapshot,
                                   .doneBytes = std::min(done, total),
                                   .totalBytes = total};
        });
    };
    show(0);
    // An LtxReplica is for one thread; the follower's own is its uploader's.
    replica::LtxReplica replica(*follower.storage());
    const auto bytes = work.writeTo(replica, snapshotThreads(), show, m_longStop.get_token());
    m_board.update([](DatabaseStatus& status) { status.work.reset(); });
    if (!bytes.ok()) {
        follower.snapshotFailed(bytes.error());
        const std::scoped_lock lock(m_mutex);
        m_snapshotNotBefore = m_context.clock.monotonic() + kSnapshotPause;
        return false;
    }
    follower.baseWritten(work.txId());
    m_board.happened(SnapshotWritten{.txId = work.txId(),
                                     .time = work.time(),
                                     .bytes = bytes.value(),
                                     .replicaId = follower.id()});
    wakeReplicas();
    return true;
}

void FollowedDatabase::snapshotEnded()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshotRunning = false;
        m_context.capture.hurry(m_sourceKey);
    }
    wakeReplicas();
    finishIfAllLeft();
}

void FollowedDatabase::startDrill(const ReplicaConfig& replica, ltx::TxId txId)
{
    {
        const std::scoped_lock lock(m_mutex);
        ++m_drills;
    }
    m_context.longWork.post([self = shared_from_this(), replica, txId] {
        const auto proof = self->drill(replica, txId);
        self->m_board.update([](DatabaseStatus& status) { status.work.reset(); });
        if (proof.ok()) {
            self->rememberProof(proof.value());
            self->m_board.update(
                [&proof](DatabaseStatus& status) { status.proof = proof.value(); });
            self->m_board.happened(Proven{proof.value()});
        }
        const bool failed = !proof.ok() && proof.error().code != ErrorCode::Cancelled;
        self->m_board.setTrouble(Trouble::Proof,
                                 failed ? std::optional(proof.error()) : std::nullopt);
        {
            const std::scoped_lock lock(self->m_mutex);
            --self->m_drills;
        }
        self->finishIfAllLeft();
    });
}

Result<Proof> FollowedDatabase::drill(const ReplicaConfig& replica, ltx::TxId txId)
{
    const std::string folder = m_context.directories.cache + "/drills";
    TIDEMARK_TRY_STATUS(m_context.files.makeDirectories(folder));
    TIDEMARK_TRY(const auto storage,
                 storage::openStorage(replica.address, m_context.files, m_context.random));
    restore::Verifier verifier(*storage, m_context.files, m_context.clock, m_context.random);
    TIDEMARK_TRY(const restore::Verified verified,
                 verifier.verify(
                     replica::AtTxId{txId}, folder, restore::Check::Quick,
                     [this](const restore::Progress& progress) { showDrill(progress); },
                     m_longStop.get_token()));
    return Proof{.at = m_context.clock.now(), .txId = txId, .verdict = verified.restored.verdict};
}

void FollowedDatabase::rememberProof(const Proof& proof)
{
    // Not remembered, it is told until the next start all the same.
    static_cast<void>(
        m_replicator->stateDb().setProof({.at = proof.at,
                                          .txId = proof.txId,
                                          .byDigest = proof.verdict == restore::Verdict::Proven}));
}

void FollowedDatabase::tellRememberedProof()
{
    const auto remembered = m_replicator->stateDb().proof();
    if (!remembered.ok() || !remembered.value()) {
        return;
    }
    const state::ProofState& proof = *remembered.value();
    m_board.update([&proof](DatabaseStatus& status) {
        status.proof =
            Proof{.at = proof.at,
                  .txId = proof.txId,
                  .verdict = proof.byDigest ? restore::Verdict::Proven : restore::Verdict::Checked};
    });
}

void FollowedDatabase::showDrill(const restore::Progress& progress)
{
    m_board.update([&progress](DatabaseStatus& status) {
        status.work = LongWork{.kind = LongWork::Kind::Drill,
                               .doneBytes = progress.doneBytes,
                               .totalBytes = progress.totalBytes};
    });
}

}  // namespace tidemark::service
