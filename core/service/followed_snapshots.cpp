// The long work of FollowedDatabase: snapshots and drills.

#include "core/base/back_off.h"
#include "core/replica/layout.h"
#include "core/service/followed_database.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
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

/// How much of the time between two drills their places are spread over: one part of so many.
constexpr int kDrillSpread = 8;

std::string nameOf(const engine::SnapshotWork& work)
{
    return replica::objectName({.level = replica::kSnapshotLevel, .range = {{1}, work.txId()}});
}

/// A drill that has no room, or cannot reach the replica, says nothing of what is saved.
bool saysNothing(const Error& drill)
{
    return drill.code == ErrorCode::NoSpace || drill.code == ErrorCode::Unavailable;
}

unsigned snapshotThreads()
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxSnapshotThreads);
}

}  // namespace

void FollowedDatabase::runSnapshot(std::unique_ptr<engine::SnapshotWork> work)
{
    std::set<std::string> places;
    {
        const std::scoped_lock lock(m_mutex);
        // The first one comes without being asked for.
        reservePlaces();
        if (m_snapshotPlaces.empty()) {
            // It would wait for its turn and keep the log from being cut: another one will do.
            m_wants.replicaNews = true;
            return;
        }
        for (auto& [place, slot] : m_snapshotPlaces) {
            places.insert(place);
            m_snapshots.emplace(place,
                                RunningSnapshot{.txId = work->txId(), .slot = std::move(slot)});
        }
        m_snapshotPlaces.clear();
    }
    // Shared by those who write it, each into another place: none waits for one that hangs.
    const std::shared_ptr<const engine::SnapshotWork> shared = std::move(work);
    for (const std::string& place : places) {
        m_context.longWork.post([self = shared_from_this(), its = shared, place]() mutable {
            self->takeSnapshot(*its, place);
            its.reset();
            self->snapshotEnded(place);
        });
    }
}

void FollowedDatabase::askForSnapshot()
{
    const std::scoped_lock lock(m_mutex);
    if (!m_attached) {
        return;
    }
    reservePlaces();
    if (!m_snapshotPlaces.empty()) {
        m_replicator->requestSnapshot();
    }
}

void FollowedDatabase::reservePlaces()
{
    const Timestamp now = m_context.clock.now();
    for (const Upload& upload : m_uploads) {
        const ReplicaView view = upload.follower->view();
        const bool isWanted = view.wantsBase(now) && view.baseAbove <= m_captured &&
                              m_context.clock.monotonic() >= upload.snapshotNotBefore;
        const bool isHad =
            m_snapshotPlaces.contains(view.place) || m_snapshots.contains(view.place);
        if (upload.leaving || !isWanted || isHad) {
            continue;
        }
        if (auto slot = snapshotSlots().take(view.place, m_sourceKey)) {
            m_snapshotPlaces.emplace(view.place, *std::move(slot));
            m_snapshotLines.erase(view.place);
        } else {
            m_snapshotLines.insert(view.place);
        }
    }
}

Slots& FollowedDatabase::snapshotSlots() const
{
    return m_isLarge ? m_context.snapshots : m_context.smallSnapshots;
}

/// Behind each step: where that did not ask for a slot, none is wanted. A snapshot that was asked
/// for and has not come may not come for long: it is asked for again.
void FollowedDatabase::keepLines()
{
    bool isNews = false;
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshotPlaces.clear();
        const auto lines = std::exchange(m_snapshotLines, {});
        for (Slots* const each : {&m_context.snapshots, &m_context.smallSnapshots}) {
            each->leaveAllBut(each == &snapshotSlots() ? lines : std::set<std::string>(),
                              m_sourceKey);
        }
        for (const Upload& upload : m_uploads) {
            const bool isWaiting = lines.contains(upload.follower->view().place);
            isNews = upload.follower->progress().setWaitsForTurn(isWaiting) || isNews;
        }
    }
    if (isNews) {
        showReplicas();
    }
}

void FollowedDatabase::takeSnapshot(const engine::SnapshotWork& work, const std::string& place)
{
    for (const auto& follower : replicas()) {
        const ReplicaView view = follower->view();
        const bool isWanted = view.place == place && view.wantsBase(m_context.clock.now()) &&
                              work.txId() > view.baseAbove && mayTrySnapshot(*follower);
        if (!isWanted || workStop(*follower).stop_requested()) {
            continue;
        }
        // A damaged one keeps its name. To offer this one took a transaction, and the next one is
        // of that.
        if (follower->isDamaged(nameOf(work))) {
            continue;
        }
        if (const Status may = follower->mayWrite(workStop(*follower)); may.ok()) {
            writeBase(work, *follower);
        } else {
            snapshotFailed(*follower, may.error());
        }
    }
}

/// One that failed just now is not tried again each time that another one wants a snapshot.
bool FollowedDatabase::mayTrySnapshot(const ReplicaFollower& follower) const
{
    const std::scoped_lock lock(m_mutex);
    const Upload* const upload = uploadOf(follower);
    return upload != nullptr && m_context.clock.monotonic() >= upload->snapshotNotBefore;
}

void FollowedDatabase::writeBase(const engine::SnapshotWork& work, ReplicaFollower& follower)
{
    const std::uint64_t total = work.databaseBytes();
    const auto show = [this, total, &follower](std::uint64_t done) {
        follower.progress().snapshotGoesOn(total - std::min(done, total));
        m_board.update([done, total](DatabaseStatus& status) {
            status.work = LongWork{.kind = LongWork::Kind::Snapshot,
                                   .doneBytes = std::min(done, total),
                                   .totalBytes = total};
        });
    };
    show(0);
    // An LtxReplica is for one thread; the follower's own is its uploader's.
    replica::LtxReplica replica(*follower.storage(), follower.gate());
    const auto bytes = work.writeTo(replica, snapshotThreads(), show, workStop(follower));
    m_board.update([](DatabaseStatus& status) { status.work.reset(); });
    follower.progress().snapshotEnds();
    if (!bytes.ok()) {
        snapshotFailed(follower, bytes.error());
        return;
    }
    snapshotTaken(follower);
    follower.baseWritten({.level = replica::kSnapshotLevel,
                          .minTxId = {1},
                          .maxTxId = work.txId(),
                          .time = work.time(),
                          .precision = replica::TimePrecision::Exact,
                          .sizeBytes = bytes.value(),
                          .name = nameOf(work)});
    m_board.happened(SnapshotWritten{.txId = work.txId(),
                                     .time = work.time(),
                                     .bytes = bytes.value(),
                                     .replicaId = follower.id()});
    wakeReplicas();
}

void FollowedDatabase::snapshotFailed(ReplicaFollower& follower, const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    follower.snapshotFailed(error);
    if (error.code == ErrorCode::Unavailable) {
        follower.lookAgain();
    }
    delaySnapshot(follower);
    const std::scoped_lock lock(m_mutex);
    m_wants.compareAgain = m_wants.compareAgain || error.code == ErrorCode::Damaged;
}

void FollowedDatabase::snapshotTaken(const ReplicaFollower& follower)
{
    const std::scoped_lock lock(m_mutex);
    if (Upload* const upload = uploadOf(follower)) {
        upload->snapshotFailures = 0;
        upload->snapshotNotBefore = {};
    }
}

/// Each time that it fails by more.
void FollowedDatabase::delaySnapshot(const ReplicaFollower& follower)
{
    const std::scoped_lock lock(m_mutex);
    if (Upload* const upload = uploadOf(follower)) {
        upload->snapshotNotBefore =
            m_context.clock.monotonic() +
            doubled(kFirstSnapshotPause, upload->snapshotFailures++, kLastSnapshotPause);
    }
}

void FollowedDatabase::snapshotEnded(const std::string& place)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_snapshots.erase(place);
        m_context.capture.hurry(m_sourceKey);
    }
    wakeReplicas();
    finishIfAllLeft();
}

/// Each replica of each database has its own place within the time between two drills.
DrillRules FollowedDatabase::drillRules(const ReplicaFollower& follower) const
{
    const auto most = std::chrono::milliseconds(m_config.drillEvery) / kDrillSpread;
    const std::uint64_t place = std::hash<std::string>()(m_id + follower.id());
    return {
        .every = m_config.drillEvery,
        .newBases = m_config.proveFirstSnapshot,
        .ahead = std::chrono::milliseconds(place % static_cast<std::uint64_t>(most.count() + 1))};
}

StepPool::Due FollowedDatabase::drillStep(ReplicaFollower& follower, ReplicaDrill& drill)
{
    StepTurn turn(m_context.drills, keyOf(follower, &Upload::drill));
    if (mayLeaveMaintenance(follower)) {
        showUnproven(follower, std::nullopt);
        leaveReplica(follower, &Upload::drillLeft);
        return {.finished = true};
    }
    const std::stop_token stop = workStop(follower);
    if (stop.stop_requested()) {
        // Paused: resuming wakes it.
        return whenWoken(m_context.clock);
    }
    const auto outcome = drill.step(
        m_board.status().sizeBytes, turn,
        [this](const restore::Progress& progress) { showDrill(progress); }, stop);
    if (outcome.foundDamage) {
        tellOfDamage(follower);
    }
    if (outcome.ended) {
        drillEnded(follower, *outcome.ended);
    }
    return outcome.due;
}

void FollowedDatabase::drillEnded(const ReplicaFollower& follower, const Result<Proof>& proof)
{
    m_board.update([&proof](DatabaseStatus& status) {
        status.work.reset();
        status.proof = proof.ok() ? std::optional(proof.value()) : status.proof;
    });
    if (proof.ok()) {
        rememberProof(proof.value());
        showUnproven(follower, std::nullopt);
        showReplicas();
        m_board.happened(Proven{proof.value()});
    } else if (proof.error().code != ErrorCode::Cancelled) {
        showUnproven(follower, proof.error());
    }
}

/// One replica that is proven does not hide another one that is not, nor one that only could not be
/// tried another one that failed.
void FollowedDatabase::showUnproven(const ReplicaFollower& follower,
                                    const std::optional<Error>& failure)
{
    std::optional<Unproven> first;
    {
        const std::scoped_lock lock(m_mutex);
        if (Upload* const upload = uploadOf(follower)) {
            upload->unproven =
                failure ? std::optional(Unproven{.at = m_context.clock.now(), .why = *failure})
                        : std::nullopt;
        }
        for (const Upload& upload : m_uploads) {
            const bool isWorse =
                upload.unproven &&
                (!first || (saysNothing(first->why) && !saysNothing(upload.unproven->why)));
            if (isWorse && !upload.leaving) {
                first = upload.unproven;
            }
        }
    }
    m_board.update([&first](DatabaseStatus& status) { status.unproven = first; });
    m_board.setTrouble(Trouble::Proof, first && !saysNothing(first->why) ? std::optional(first->why)
                                                                         : std::nullopt);
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
