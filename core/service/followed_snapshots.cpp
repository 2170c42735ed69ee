// The long work of FollowedDatabase: snapshots and drills.

#include "core/replica/layout.h"
#include "core/restore/verifier.h"
#include "core/service/followed_database.h"
#include "core/storage/storage_factory.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace tidemark::service {
namespace {

/// One core stays with the application.
constexpr unsigned kMaxSnapshotThreads = 4;

/// A snapshot that a replica did not take is made again after this, then less and less often: each
/// try reads the whole database.
constexpr std::chrono::seconds kFirstSnapshotPause{10};
constexpr std::chrono::seconds kLastSnapshotPause{600};

/// A drill that failed is tried again after this, less and less often.
constexpr std::chrono::seconds kFirstDrillPause{60};
constexpr std::chrono::seconds kLastDrillPause{3600};

std::chrono::seconds doubled(std::chrono::seconds pause, int times, std::chrono::seconds longest)
{
    for (int i = 0; i < times && pause < longest; ++i) {
        pause = std::min(2 * pause, longest);
    }
    return pause;
}

unsigned snapshotThreads()
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxSnapshotThreads);
}

}  // namespace

void FollowedDatabase::runSnapshot(std::unique_ptr<engine::SnapshotWork> work)
{
    {
        const std::scoped_lock lock(m_mutex);
        // The first one comes without being asked for.
        reservePlaces();
        if (m_snapshotPlaces.empty()) {
            // It would wait for its turn and keep the log from being cut: another one will do.
            m_wants.replicaNews = true;
            return;
        }
        m_snapshotRunning = true;
    }
    m_context.longWork.post(
        [self = shared_from_this(),
         shared = std::shared_ptr<engine::SnapshotWork>(std::move(work))]() mutable {
            self->takeSnapshot(*shared);
            shared.reset();
            self->snapshotEnded();
        });
}

void FollowedDatabase::askForSnapshot()
{
    const std::scoped_lock lock(m_mutex);
    const bool isAsked = m_snapshotRunning || !m_snapshotPlaces.empty();
    if (!m_attached || isAsked || m_context.clock.monotonic() < m_snapshotNotBefore) {
        return;
    }
    reservePlaces();
    if (!m_snapshotPlaces.empty()) {
        m_replicator->requestSnapshot();
    }
}

void FollowedDatabase::reservePlaces()
{
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        if (!upload.leaving && view.lacksBase() && !m_snapshotPlaces.contains(view.place) &&
            m_context.snapshots.tryTake(view.place)) {
            m_snapshotPlaces.insert(view.place);
        }
    }
}

void FollowedDatabase::releasePlaces()
{
    for (const std::string& place : m_snapshotPlaces) {
        m_context.snapshots.giveBack(place);
    }
    m_snapshotPlaces.clear();
}

void FollowedDatabase::takeSnapshot(engine::SnapshotWork& work)
{
    for (const auto& follower : replicas()) {
        const ReplicaView view = follower->view();
        if (!view.lacksBase() || !isReserved(view.place) || workStop().stop_requested()) {
            continue;
        }
        if (writeBase(work, *follower) && m_config.proveFirstSnapshot) {
            startDrill(follower->config(), work.txId());
        }
    }
}

bool FollowedDatabase::isReserved(const std::string& place) const
{
    const std::scoped_lock lock(m_mutex);
    return m_snapshotPlaces.contains(place);
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
    const auto bytes = work.writeTo(replica, snapshotThreads(), show, workStop());
    m_board.update([](DatabaseStatus& status) { status.work.reset(); });
    if (!bytes.ok()) {
        snapshotFailed(follower, bytes.error());
        return false;
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshotFailures = 0;
    }
    follower.baseWritten({.level = replica::kSnapshotLevel,
                          .minTxId = {1},
                          .maxTxId = work.txId(),
                          .time = work.time(),
                          .precision = replica::TimePrecision::Exact,
                          .sizeBytes = bytes.value(),
                          .name = replica::objectName(
                              {.level = replica::kSnapshotLevel, .range = {{1}, work.txId()}})});
    m_board.happened(SnapshotWritten{.txId = work.txId(),
                                     .time = work.time(),
                                     .bytes = bytes.value(),
                                     .replicaId = follower.id()});
    wakeReplicas();
    return true;
}

void FollowedDatabase::snapshotFailed(ReplicaFollower& follower, const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    follower.snapshotFailed(error);
    const std::scoped_lock lock(m_mutex);
    m_wants.compareAgain = m_wants.compareAgain || error.code == ErrorCode::Damaged;
    m_snapshotNotBefore = m_context.clock.monotonic() +
                          doubled(kFirstSnapshotPause, m_snapshotFailures++, kLastSnapshotPause);
}

void FollowedDatabase::snapshotEnded()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshotRunning = false;
        releasePlaces();
        m_context.capture.hurry(m_sourceKey);
    }
    wakeReplicas();
    finishIfAllLeft();
}

void FollowedDatabase::startDrill(const ReplicaConfig& replica, ltx::TxId txId)
{
    const std::scoped_lock lock(m_mutex);
    m_drills.push_back(
        m_context.longWork.add([self = shared_from_this(), replica, txId, failures = 0]() mutable {
            const auto pause = self->drillStep(replica, txId, failures);
            return pause ? after(self->m_context.clock, *pause) : StepPool::Due{.finished = true};
        }));
}

std::optional<std::chrono::seconds> FollowedDatabase::drillStep(const ReplicaConfig& replica,
                                                                ltx::TxId txId, int& failures)
{
    if (!isDrillWanted(replica)) {
        drillEnded();
        return std::nullopt;
    }
    const auto proof = drill(replica, txId);
    m_board.update([&proof](DatabaseStatus& status) {
        status.work.reset();
        status.proof = proof.ok() ? std::optional(proof.value()) : status.proof;
    });
    if (proof.ok()) {
        rememberProof(proof.value());
        m_board.setTrouble(Trouble::Proof, std::nullopt);
        m_board.happened(Proven{proof.value()});
        drillEnded();
        return std::nullopt;
    }
    // While the source is let go of, a drill waits, too.
    const bool isStopped = proof.error().code == ErrorCode::Cancelled;
    if (!isStopped) {
        m_board.setTrouble(Trouble::Proof, proof.error());
    }
    failures += isStopped ? 0 : 1;
    return doubled(kFirstDrillPause, failures, kLastDrillPause);
}

bool FollowedDatabase::isDrillWanted(const ReplicaConfig& replica) const
{
    const std::scoped_lock lock(m_mutex);
    return !m_wants.leaving && std::ranges::find(m_replicaConfigs, replica.address,
                                                 &ReplicaConfig::address) != m_replicaConfigs.end();
}

void FollowedDatabase::drillEnded()
{
    {
        const std::scoped_lock lock(m_mutex);
        ++m_drillsEnded;
    }
    finishIfAllLeft();
}

Result<Proof> FollowedDatabase::drill(const ReplicaConfig& replica, ltx::TxId txId)
{
    const std::string folder = m_context.directories.cache + "/drills";
    TIDEMARK_TRY_STATUS(m_context.files.makeDirectories(folder));
    TIDEMARK_TRY(const auto storage,
                 storage::openStorage(replica.address, m_context.files, m_context.random));
    restore::Verifier verifier(*storage, m_context.files, m_context.clock, m_context.random,
                               &m_context.pins.of(m_context.files, replica.address));
    TIDEMARK_TRY(
        const restore::Verified verified,
        verifier.verify(
            replica::AtTxId{txId}, folder, restore::Check::Quick,
            [this](const restore::Progress& progress) { showDrill(progress); }, workStop()));
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
