#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/ltx/tx_id.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/wal_reader.h"
#include "core/state/given_up.h"
#include "core/state/went_back.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

struct sqlite3;

namespace tidemark::state {

/// How far the source was captured.
struct SourceState {
    ltx::TxId txId = {};
    Timestamp time = {};  ///< In the header of that transaction's file.
    std::uint64_t digest = 0;
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t pageCount = 0;
    sqlite::WalPosition position = {};
    sqlite::SourceIdentity identity = {};
    /// What the database file was like when all that was captured then was in it; empty: not known,
    /// and pages are compared. Its file is `identity`'s.
    std::optional<sqlite::FileMark> mark = {};
    ltx::TxId markTxId = {};  ///< That transaction was the state of the file; 0: not known.

    bool operator==(const SourceState&) const = default;
};

/// One captured segment.
struct SegmentFacts {
    ltx::TxId txId = {};
    Timestamp time = {};
    std::uint32_t pages = 0;
    std::uint32_t databasePages = 0;
    std::uint64_t bytes = 0;    ///< Of its file.
    std::uint32_t commits = 0;  ///< 0 where they are not known (a comparison of pages).

    bool operator==(const SegmentFacts&) const = default;
};

/// How far one replica is.
struct ReplicaState {
    std::string id = {};
    ltx::TxId base = {};       ///< The first complete file there ends here; 0: none yet.
    ltx::TxId confirmed = {};  ///< Everything from the base to it is durable there.

    bool operator==(const ReplicaState&) const = default;
};

/// A drill that went well.
struct ProofState {
    Timestamp at = {};
    ltx::TxId txId = {};
    bool byDigest = false;  ///< The digest was as recorded; else there was none to compare with.

    bool operator==(const ProofState&) const = default;
};

/// An object of a replica that was found damaged, and the moments that went with it.
struct DamagedObject {
    std::string name = {};
    Timestamp foundAt = {};
    std::uint64_t moments = 0;
    ltx::TxId first = {};  ///< Of those moments; 0 when there are none.
    ltx::TxId last = {};
    std::optional<Timestamp> mendedAt = {};  ///< What came since can be restored without it.
    std::optional<Timestamp> basedAt = {};   ///< When a base was last written because of it.
    std::uint64_t sizeBytes = 0;             ///< Of the object when it was found.
    std::optional<Timestamp> modified = {};  ///< Also.

    bool operator==(const DamagedObject&) const = default;
};

/// In their order, as replica::ObjectNames, which is above this.
using ObjectNames = std::set<std::string, std::less<>>;

/// What is remembered of one database between two runs, in a small SQLite file of our own. Losing
/// it costs a comparison, never a moment. A write survives the end of the process at once and a
/// power loss soon after; what is found after one is checked against the source before it is
/// believed. Any thread.
class StateDb {
public:
    /// Opens or makes the file, and brings one of an older version up to date; a damaged one is set
    /// aside as "<path>.damaged" and begun anew. Unsupported when a newer version wrote it.
    [[nodiscard]] static Result<std::unique_ptr<StateDb>> open(FileSystem& files,
                                                               const std::string& path);

    /// Opens one that is there, whoever writes to it, to look into it: nothing is made, mended or
    /// brought up to date. NotFound when there is none.
    [[nodiscard]] static Result<std::unique_ptr<StateDb>> openToRead(FileSystem& files,
                                                                     const std::string& path);

    ~StateDb();
    StateDb(const StateDb&) = delete;
    StateDb& operator=(const StateDb&) = delete;

    [[nodiscard]] Result<std::optional<SourceState>> source() const;

    /// Remembers where capture is and, with it, the segment that got it there: behind which the
    /// database has the digest of `source`.
    [[nodiscard]] Status record(const SourceState& source,
                                const std::optional<SegmentFacts>& segment);

    [[nodiscard]] Result<std::optional<ReplicaState>> replica(const std::string& id) const;
    [[nodiscard]] Status setReplica(const ReplicaState& replica);

    /// The newest of all replicas.
    [[nodiscard]] Result<std::optional<ProofState>> proof() const;
    [[nodiscard]] Status setProof(const ProofState& proof);

    /// The newest drill of one replica that went well.
    [[nodiscard]] Result<std::optional<ProofState>> proofOf(const std::string& replicaId) const;
    [[nodiscard]] Status setProofOf(const std::string& replicaId, const ProofState& proof);

    /// The damaged objects of one replica, by name.
    [[nodiscard]] Result<std::vector<DamagedObject>> damaged(const std::string& replicaId) const;
    /// Or puts it in the place of what was known of it.
    [[nodiscard]] Status addDamaged(const std::string& replicaId, const DamagedObject& object);
    /// It is whole after all. Fine if it is not known.
    [[nodiscard]] Status dropDamaged(const std::string& replicaId, const std::string& name);

    /// Names of the objects of one replica that were read as damaged once.
    [[nodiscard]] Result<ObjectNames> suspected(const std::string& replicaId) const;
    /// In the place of those that were known.
    [[nodiscard]] Status setSuspected(const std::string& replicaId, const ObjectNames& names);

    /// Names of the objects that a deletion from one replica, which broke off, was about to delete.
    [[nodiscard]] Result<ObjectNames> unfinished(const std::string& replicaId) const;
    /// In the place of those that were known.
    [[nodiscard]] Status setUnfinished(const std::string& replicaId, const ObjectNames& names);

    /// What was last given up of the backlog of one replica.
    [[nodiscard]] Result<std::optional<GivenUp>> givenUp(const std::string& replicaId) const;
    [[nodiscard]] Status setGivenUp(const std::string& replicaId, const GivenUp& givenUp);

    /// When the transaction was, if it was captured here.
    [[nodiscard]] Result<std::optional<Timestamp>> timeOf(ltx::TxId txId) const;

    /// The newest segment captured here, of those up to `newest`, after which the digest of the
    /// database was `digest`. Looks through all of them.
    [[nodiscard]] Result<std::optional<SegmentFacts>> lastOfDigest(std::uint64_t digest,
                                                                   ltx::TxId newest) const;

    /// When the database was last found to have gone back.
    [[nodiscard]] Result<std::optional<WentBack>> wentBack() const;
    [[nodiscard]] Status setWentBack(const WentBack& wentBack);

    /// All segments, oldest first.
    [[nodiscard]] Result<std::vector<SegmentFacts>> segments() const;

    /// Calls `each` with every segment, oldest first, while it returns true. Meanwhile nothing else
    /// can be asked of this object.
    [[nodiscard]] Status eachSegment(const std::function<bool(const SegmentFacts&)>& each) const;

private:
    explicit StateDb(sqlite3* handle) : m_handle(handle) {}

    mutable std::mutex m_mutex;  // Guards m_handle: a statement at a time.
    sqlite3* m_handle = nullptr;
};

}  // namespace tidemark::state
