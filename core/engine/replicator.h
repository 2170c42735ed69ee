#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/engine/protection.h"
#include "core/engine/snapshot_work.h"
#include "core/engine/spool.h"
#include "core/engine/watch_cost.h"
#include "core/ltx/tx_id.h"
#include "core/state/database_directory.h"
#include "core/state/page_checksums.h"
#include "core/state/state_db.h"
#include "core/state/went_back.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

namespace tidemark::engine {

/// What a step did that others want to know of.
struct SegmentCaptured {
    state::SegmentFacts facts = {};
    Clock::Instant seenAt = {};  ///< When its newest commit was seen.
};
struct CheckpointDone {
    std::uint64_t walBytes = 0;
    bool sealed = false;  ///< Writers were held for it, for `held`.
    std::chrono::microseconds held{0};
};
struct AttachedToSource {};
using Fact = std::variant<AttachedToSource, SegmentCaptured, CheckpointDone, state::WentBack>;

/// What comes of one step.
struct StepOutcome {
    /// Before it, a step has nothing to do, whatever changes.
    Clock::Instant notBefore = {};
    /// A step is due then even if nothing is heard of the source.
    Clock::Instant atLatest = {};
    std::vector<Fact> facts = {};
    /// A reading of the whole database that somebody has to carry out on another thread, and soon:
    /// it pins the log. Others may still be carried out.
    std::unique_ptr<SnapshotWork> snapshot = {};
};

/// What there is to tell of the source.
struct SourceView {
    Standing standing = {};
    std::optional<Error> failure = {};  ///< What `standing` is about, when something failed.
    std::uint64_t sizeBytes = 0;
    std::uint64_t walBytes = 0;
    std::uint32_t pageSizeBytes = 0;
    ltx::TxId captured = {};
    std::optional<Timestamp> capturedAt = {};
    std::optional<WatchCost> watch = {};  ///< While it is watched, not being in WAL mode.
    std::optional<Error> noCopy = {};     ///< Why no snapshot can be made; all else goes on.
    std::optional<state::WentBack> wentBack = {};  ///< The last time.

    bool operator==(const SourceView&) const = default;
};

/// Why a database is let go of.
enum class Parting {
    ForGood,
    ForAWhile  ///< What would keep others from committing is left for the next attach to find.
};

inline constexpr std::uint64_t kReplayBytes = std::uint64_t{32} << 20;

/// Follows one database: attaches, catches up, captures what is committed into the spool, keeps the
/// log short. One that is not in WAL mode it watches, if it may: on change every page is read and
/// compared. It has no thread: whoever owns it calls step() when it is due or the source changed,
/// from one thread at a time.
class Replicator {
public:
    struct Setup {
        Clock& clock;
        FileSystem& files;
        Random& random;
        std::uint64_t nodeId = 0;
        std::string path = {};                    ///< Canonical.
        state::DatabaseDirectory directory = {};  ///< Prepared, and locked by the caller.
        std::chrono::milliseconds burstInterval{100};
        bool switchToWal = false;
        bool watch = false;  ///< Without WAL mode it is watched, and not switched.
        /// Hashes are saved when the segments since then have so many bytes, which a restart reads
        /// and the spool has to keep.
        std::uint64_t replayBytes = kReplayBytes;
    };

    explicit Replicator(const Setup& setup);
    ~Replicator();

    /// Opens state and spool. Once, before all else.
    [[nodiscard]] Status open();

    /// What the replicas hold already, as far as they answer: `newest` is the highest transaction
    /// number of any, 0 if they are all empty. Without a memory of its own the replicator waits for
    /// it, since no replica gets a number twice; with one, it continues above both. Times continue
    /// behind `newestAt`. May be told again and again: one that answers late may hold more.
    void learnReplicas(ltx::TxId newest, Timestamp newestAt = {});

    /// The transaction after which the hash of each page would be of use at the next attach, since
    /// this computer has lost them or somebody else went on: a segment of what differs does then
    /// instead of one with every page. Empty when they are known.
    [[nodiscard]] std::optional<ltx::TxId> lacksChecksums() const;

    /// Those hashes, computed from a replica. Passed over when they are not of lacksChecksums(), or
    /// not what is remembered of that transaction.
    void learnChecksums(ltx::TxId txId, state::PageChecksums checksums);

    /// What waits for its next try is tried by the next step.
    void retryNow();

    /// What is known of the pages turned out to be wrong (a snapshot did not add up): the next step
    /// reads and compares every page.
    void compareAgain();

    /// The -wal, or a database that is watched, was written to: the next step looks for the commit,
    /// and asks for more steps until it is there.
    void heardOfChange();

    /// Asks for a snapshot of the next exact position, for replicas without a base. After one that
    /// was given up for want of room (noCopy) it is made ten minutes later, or after retryNow().
    void requestSnapshot();

    /// Ends the hold on the log of all that step() gave, whoever carries them out: their writeTo()
    /// fails with Cancelled, one that hangs as soon as it goes on.
    void giveUpSnapshots();

    /// One bounded piece of work. Blocks on the disk; a first look at a large database takes as
    /// long as reading it, or until `stop`, and at a file that was just written to until that
    /// rests: 2.5 s at most. Failures are the standing of view(), with the next try in the outcome.
    [[nodiscard]] StepOutcome step(const std::stop_token& stop);

    /// Captures to the end and lets go: checkpoint, close, remember. Fine when not attached.
    /// `facts` gets what it captured. For a database that is watched and locked it waits a second
    /// when it is for good; for the file of a large one to get another time a moment. Busy when it
    /// was being copied over.
    [[nodiscard]] Status detach(std::vector<Fact>& facts, const std::stop_token& stop,
                                Parting parting = Parting::ForGood);

    /// Whether a step now reads all of a database that is watched.
    [[nodiscard]] bool readsWholeNext() const;

    /// True when everything that was committed when the last step began is in the spool.
    [[nodiscard]] bool caughtUp() const;

    [[nodiscard]] SourceView view() const;

    /// Segments up to this one are not needed here any more once the replicas have them.
    [[nodiscard]] ltx::TxId rememberedUpTo() const;

    [[nodiscard]] Spool& spool();
    [[nodiscard]] state::StateDb& stateDb();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace tidemark::engine
