#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/program_life.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/config/defaults.h"
#include "core/engine/policy.h"
#include "core/replica/catalog.h"
#include "core/replica/place_contents.h"
#include "core/replica/restore_plan.h"
#include "core/restore/restorer.h"
#include "core/service/observer.h"
#include "core/service/retention_preview.h"
#include "core/service/snapshot_orders.h"
#include "core/service/status.h"
#include "core/storage/probe.h"
#include "core/storage/storage_address.h"
#include "core/storage/storage_opener.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::service {

/// Where a replica of a followed database goes.
struct ReplicaConfig {
    std::string name = {};
    storage::StorageAddress address = {};
    engine::RetentionPolicy keep = engine::kKeepEverything;
    /// So often it is uploaded to at most, what came meanwhile as two files: fewer requests, fewer
    /// moments, and as long the newest changes are on this computer alone. 0: each at once.
    std::chrono::milliseconds syncInterval{0};
    bool isSameDatabase = false;  ///< The owner knows that what is there is of this database.
};

/// What following one database takes.
struct DatabaseConfig {
    std::string path = {};
    std::vector<ReplicaConfig> replicas = {};
    bool switchToWal = false;  ///< The owner agreed to leave the journal mode it has.
    bool watch = false;        ///< Without WAL mode it stays so, and is read whole at each change.
    bool paused = false;       ///< Followed, but not touched before resume().
    std::chrono::milliseconds burstInterval =
        config::kSyncInterval;  ///< A burst gets a segment each so often.
    /// Each new base that is read from the source is restored once, checked and deleted.
    bool proveFirstSnapshot = config::kProveFirstSnapshot;
    /// So is the newest moment of each replica from time to time; 0: never.
    std::chrono::hours drillEvery = config::kDrillEvery;
    /// What waits for its replicas may take so much of the disk; 0: as engine::spoolRoom says.
    std::uint64_t spoolLimitBytes = 0;
};

/// The places of this user's data, from the XDG variables; tests give their own.
struct Directories {
    std::string data = {};   ///< `<data>/databases/<id>/` for each database.
    std::string cache = {};  ///< Drills restore into it.
    std::string run = {};    ///< Sockets; 0700.
};

/// What a file is to us, before it is followed.
struct SourceFacts {
    std::string path = {};  ///< Canonical.
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageSizeBytes = 0;
    bool isWal = false;
};

/// What one look at a moment's objects tells.
struct MomentFacts {
    replica::Moment moment = {};      ///< With its page count and exact time.
    std::uint32_t databasePages = 0;  ///< Size of the database at that moment.
    std::uint32_t pageSizeBytes = 0;
    std::uint64_t storedBytes = 0;  ///< Of the objects that are new with it.
};

/// What came of trying a place out.
struct PlaceTest {
    storage::Probed probed = {};
    /// What is there already; empty where that could not be listed.
    std::optional<replica::PlaceContents> contents = {};
};

/// A long call that runs on a thread of the service. Destroying the handle asks it to stop and
/// waits; it must not outlive the service.
class Job {
public:
    virtual ~Job() = default;
    virtual void
    cancel() = 0;  ///< Returns at once; the job's `done` says Cancelled, or that it was too late.
};

/// The engine of one process: threads, and who runs what on them. Both programs drive it. Any
/// thread may call it; no call but stop() blocks. Progress callbacks and `done`, once, come on a
/// service thread and must not block. Only the `done` of a job that no thread has taken yet comes,
/// with Cancelled, on the thread that destroys its handle.
class Service {
public:
    struct Dependencies {
        Clock& clock;
        FileSystem& files;
        Random& random;
        const storage::StorageOpener& storages;
        Directories directories = {};
        std::string program = "tidemark";  ///< What others are told who find it taken.
        const Programs& programs = systemPrograms();
    };

    /// `observer` outlives the service.
    Service(const Dependencies& dependencies, Observer& observer);

    /// Like stop(), but waits for all threads, however long.
    ~Service();

    /// Follows the database from now on. Its id is known at once, and the same for the same path;
    /// whatever stands in the way comes as its standing, also that the file is followed already by
    /// another path. A database that is followed already keeps running with the new replicas, and
    /// what they are to keep, paused or not as `config` says.
    DatabaseId follow(const DatabaseConfig& config);

    /// Stops following: captured to the end, uploaded where it can be within a bounded time.
    /// Replicas stay.
    void unfollow(const DatabaseId& id);

    /// Whether that is under way for the database at `path`; then one that is made anew there has
    /// to wait, as long as a disk of a replica hangs.
    [[nodiscard]] bool isLeaving(const std::string& path) const;

    /// Lets go of the source until resume(); the state says so.
    void pause(const DatabaseId& id);
    void resume(const DatabaseId& id);

    /// Tries at once whatever waits for its next try.
    void retryNow(const DatabaseId& id);

    /// Tries at once what waits for its next try since a server could not be reached.
    void networkIsBack();

    /// Orders a full snapshot of all that is committed now, in one replica or, where `replicaId` is
    /// empty, in each, whatever the schedule says. It is merged from what the replica has, while
    /// capture goes on; nothing is made where the newest moment is a snapshot already. Gives the
    /// ticket by which snapshotOrders() tells what became of it. NotFound when there is no such
    /// database or replica; Busy while it is paused.
    ///
    /// An order does not wait for what stands in its way, a pause, an end, a replica that does not
    /// answer when it is tried now: it has failed then, with the reason.
    [[nodiscard]] Result<std::uint64_t> snapshotNow(const DatabaseId& id,
                                                    const std::string& replicaId = {});

    /// One for each replica of the order; empty when it is not known or was forgotten, as old ones
    /// are.
    [[nodiscard]] std::vector<SnapshotOrder> snapshotOrders(std::uint64_t ticket) const;

    /// Restores the newest moment of each of its replicas once, checks and deletes it, whenever
    /// that was done last. What comes of it is in the status.
    void proveNow(const DatabaseId& id);

    /// Every followed database as it stands.
    [[nodiscard]] std::vector<DatabaseStatus> statuses() const;

    /// Blocks until every followed database has all that is committed now in each of its replicas,
    /// its first snapshot among it, or one cannot be; what `replicate --once` is. The first
    /// failure, by order of follow().
    [[nodiscard]] Status bringUpToDate(const std::stop_token& stop);

    /// Looks at a file through SQLite, without changing it.
    [[nodiscard]] std::unique_ptr<Job> inspect(std::string path,
                                               std::function<void(Result<SourceFacts>)> done);

    /// Lists a replica, ours or another's. Of one that a followed database has, page counts and
    /// exact times are told too, where they were captured here.
    [[nodiscard]] std::unique_ptr<Job> openReplica(
        storage::StorageAddress address,
        std::function<void(Result<std::shared_ptr<const replica::Catalog>>)> done);

    /// Page counts and exact times of moments are read from their objects; see replica::Moment.
    [[nodiscard]] std::unique_ptr<Job> describeMoment(
        storage::StorageAddress address, replica::Moment moment,
        std::function<void(Result<MomentFacts>)> done);

    /// Tries a place out before a replica lives in it, see storage::probe. `tell` is called with
    /// each step on a service thread, and must not block. Fails where no storage can be made of the
    /// address, and with Cancelled; what a step met stands in that step.
    [[nodiscard]] std::unique_ptr<Job> testPlace(
        storage::StorageAddress address, std::function<void(const storage::ProbedStep&)> tell,
        std::function<void(Result<PlaceTest>)> done);

    [[nodiscard]] std::unique_ptr<Job> restore(storage::StorageAddress address,
                                               restore::Request request,
                                               restore::OnProgress progress,
                                               std::function<void(Result<restore::Restored>)> done);

    /// What `policy` would delete from a replica now, and what not, and why. Changes nothing.
    [[nodiscard]] std::unique_ptr<Job> previewRetention(
        storage::StorageAddress address, engine::RetentionPolicy policy,
        std::function<void(Result<RetentionPreview>)> done);

    /// Stops every job and every database cleanly and joins all threads. Blocks, for about 20
    /// seconds at most. False: some thread does not end, since a disk holds it. It uses this, the
    /// dependencies and the observer; whoever cannot leave them to it ends the process on the spot,
    /// which loses nothing: what is captured lies in the spool, as after a loss of power.
    bool stop();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

/// What there is to say where Service::stop() gave false.
[[nodiscard]] Error doesNotEnd();

}  // namespace tidemark::service
