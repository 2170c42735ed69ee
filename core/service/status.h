#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/engine/damage.h"
#include "core/engine/protection.h"
#include "core/engine/watch_cost.h"
#include "core/ltx/tx_id.h"
#include "core/restore/restorer.h"
#include "core/state/given_up.h"
#include "core/state/went_back.h"
#include "core/storage/storage_address.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tidemark::service {

/// 16 hex digits: a hash of the path by which the database is followed. Of the canonical path it is
/// the name of the database's directory in the data folder.
using DatabaseId = std::string;

/// A whole database in a replica, as one object.
struct SnapshotFacts {
    ltx::TxId txId = {};
    Timestamp time = {};      ///< Of its moment.
    std::uint64_t bytes = 0;  ///< Of the object.
    std::string name = {};    ///< Of the object.

    bool operator==(const SnapshotFacts&) const = default;
};

/// The outcome of the newest drill that went well.
struct Proof {
    Timestamp at = {};
    ltx::TxId txId = {};
    restore::Verdict verdict = restore::Verdict::Checked;

    bool operator==(const Proof&) const = default;
};

/// One replica of a database, as it stands.
struct ReplicaStatus {
    std::string id = {};    ///< storage::replicaId of the address.
    std::string name = {};  ///< Free text: "Folder".
    storage::StorageAddress address = {};
    std::chrono::milliseconds syncInterval{0};  ///< As long changes are here alone at most; 0: not.
    engine::Standing standing = {};
    ltx::TxId confirmed = {};                    ///< Everything up to it is durable there.
    std::optional<Timestamp> confirmedAt = {};   ///< When that was last seen to hold.
    std::uint64_t pendingSegments = 0;           ///< Without what it never gets.
    std::optional<SnapshotFacts> snapshot = {};  ///< The newest; empty until it was looked at.
    bool snapshotOrdered = false;                ///< And not there yet.
    std::optional<engine::Damage> damage = {};   ///< That was ever found in it.
    std::optional<Proof> proof = {};             ///< Of this one.
    std::optional<state::GivenUp> givenUp = {};  ///< The last time that it lagged too far.

    bool operator==(const ReplicaStatus&) const = default;
};

/// Why the newest drill of a replica gave no proof.
struct Unproven {
    Timestamp at = {};
    Error why = {};

    bool operator==(const Unproven&) const = default;
};

/// Reading the whole database into a replica or out of one.
struct LongWork {
    enum class Kind { Snapshot, Drill };

    Kind kind = Kind::Snapshot;
    std::uint64_t doneBytes = 0;
    std::uint64_t totalBytes = 0;

    bool operator==(const LongWork&) const = default;
};

/// One database, as it stands. A value; the observer gets a new one when something changed.
struct DatabaseStatus {
    DatabaseId id = {};
    std::string path = {};           ///< Canonical once the file was found.
    engine::Standing standing = {};  ///< The worst of its own and its replicas'.
    std::uint64_t sizeBytes = 0;
    std::uint64_t walBytes = 0;
    std::uint32_t pageSizeBytes = 0;
    std::optional<engine::WatchCost> watch = {};   ///< While it is watched, not being in WAL mode.
    ltx::TxId captured = {};                       ///< The newest moment; 0 before the first.
    std::optional<Timestamp> lastChangeAt = {};    ///< Its time.
    std::optional<Timestamp> savedAt = {};         ///< When all changes were last in each replica.
    std::optional<state::WentBack> wentBack = {};  ///< The last time.
    std::vector<ReplicaStatus> replicas = {};
    std::optional<Proof> proof = {};
    std::optional<Unproven> unproven = {};  ///< Of one replica, until a drill of it goes well.
    std::optional<LongWork> work = {};

    bool operator==(const DatabaseStatus&) const = default;
};

/// What happened, in the order in which it happened. `--json` prints each as a line.
struct Attached {};
struct SegmentWritten {
    ltx::TxId txId = {};
    Timestamp time = {};
    std::uint32_t pages = 0;
    std::uint64_t bytes = 0;          ///< Of the file.
    std::uint32_t databasePages = 0;  ///< Size of the database at that moment.
    std::chrono::microseconds toRestorable{
        0};  ///< From the commit seen to the first replica's having it.
};
struct SnapshotWritten {
    ltx::TxId txId = {};
    Timestamp time = {};
    std::uint64_t bytes = 0;
    std::string replicaId = {};
};
/// Retention deleted what the replica's policy gives up.
struct Thinned {
    std::size_t objects = 0;
    std::uint64_t bytes = 0;
    std::size_t moments = 0;  ///< That could be restored before, and cannot be now.
    std::string replicaId = {};
};
struct Checkpointed {
    std::uint64_t walBytes = 0;
    bool sealed = false;  ///< Whether writers were held for it.
    std::chrono::microseconds held{0};
};
struct StandingChanged {
    engine::Standing standing = {};
};
struct Proven {
    Proof proof = {};
};
/// Objects of a replica turned out to be damaged; from the next moment on all can be restored again
/// once it is mended.
struct DamageFound {
    engine::Damage damage = {};
    std::string replicaId = {};
};
struct DamageMended {
    engine::Damage damage = {};
    std::string replicaId = {};
};
/// A replica lags so far that its backlog came to the limit of the spool: what came later is not
/// kept for it; and once more when it has a new snapshot, and it is known what that is.
struct GaveUp {
    state::GivenUp givenUp = {};
    std::string replicaId = {};
};
/// Nobody has looked at the database for so long, by a fault of ours or of a disk (watchdog.h); and
/// once more when it is over.
struct Stuck {
    std::chrono::minutes waited{0};
    bool isOver = false;
};
struct Stopped {
    std::optional<Error> failure = {};  ///< What is not captured, or not in each replica.
};

struct Event {
    DatabaseId database = {};
    std::string path = {};
    Timestamp at = {};
    std::variant<Attached, state::WentBack, SegmentWritten, SnapshotWritten, Thinned, Checkpointed,
                 StandingChanged, Proven, DamageFound, DamageMended, GaveUp, Stuck, Stopped>
        what = {};
};

}  // namespace tidemark::service
