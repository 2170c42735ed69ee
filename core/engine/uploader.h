#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/engine/protection.h"
#include "core/engine/run_all.h"
#include "core/engine/spool.h"
#include "core/ltx/header.h"
#include "core/ltx/tx_id.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/pins.h"
#include "core/state/state_db.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

namespace tidemark::engine {

class DamageBook;

/// Brings the spool's segments into one replica, each once: some at a time, so that a backlog is
/// gone soon, and no more than one where the storage is quick, or fails; or, with an interval, all
/// that came within it as one file, but for the last one. They appear there in their
/// order, none without those before it: a listing never shows a hole, whenever we are killed.
/// Has its own position, health and back-off, so that a dead replica delays nobody. No thread, no
/// sleep: the owner calls step() when the spool grew or the time of the next try has come. For one
/// thread at a time; the getters are for the same one.
class Uploader {
public:
    /// Asked when the replica holds a history that nothing here remembers: whether this database
    /// may go on with it. AlreadyExists refuses.
    using MayAdopt = std::function<Status(const replica::Catalog& catalog, std::stop_token stop)>;

    /// All but the last two outlive it.
    Uploader(Clock& clock, Random& random, Spool& spool, state::StateDb& state,
             const DamageBook& damage, replica::LtxReplica& replica, std::string replicaId,
             MayAdopt mayAdopt);

    /// Asked last of such a history: whether nothing was numbered without it, so that its end is
    /// gone on from. Otherwise a base follows above it, unless it turns out to be of our numbers.
    /// True unless set; set before the first look.
    void setIsFirst(std::function<bool()> isFirst) { m_isFirst = std::move(isFirst); }

    /// Whom it tells of what the replica holds, on the thread that calls it: each listing that it
    /// goes on from, then each segment that it has written. Set before the first look.
    struct Listener {
        std::function<void(const replica::Catalog& catalog)> listed = {};
        std::function<void(const replica::ObjectInfo& object)> written = {};
    };
    void setListener(Listener listener) { m_listener = std::move(listener); }

    /// How several uploads are run: one after the other, unless somebody has threads for them.
    /// Storage and spool are called from these. Set before the first step.
    void setRunAll(RunAll runAll) { m_runAll = std::move(runAll); }

    /// So often something is uploaded at most: segments that came meanwhile are one file then
    /// (engine/segment_batch.h), and as long the newest ones are on this computer alone. 0, as it
    /// is at first: each at once.
    void setInterval(Clock::Instant::duration interval) { m_interval = interval; }

    /// Somebody waits for what is in the spool now: the interval counts again when that is
    /// uploaded.
    void hurry() { m_isHurried = true; }

    /// Until when what waits is held back for the interval; empty when nothing is.
    [[nodiscard]] std::optional<Clock::Instant> heldUntil() const { return m_heldUntil; }

    /// Lists the replica once and compares it with what is remembered; objects that are known to be
    /// damaged (engine/damage_book.h) count as if they were not there. Where it ends, its header is
    /// compared with the spool's: AlreadyExists when another one wrote there. `newest()`,
    /// `hasBase()` and `baseAbove()` are known then. Fails as the storage does: try again at
    /// nextTry(). Unavailable when what was there has gone as a whole: its disk is not connected.
    [[nodiscard]] Status look(const std::stop_token& stop);

    [[nodiscard]] bool looked() const;

    /// The highest transaction that the replica held when it was looked at.
    [[nodiscard]] ltx::TxId newest() const;

    /// About when its last moment was, 0 if it had none: as the listing told.
    [[nodiscard]] Timestamp newestAt() const { return m_newestAt; }

    /// What was known to be damaged when it was looked at.
    [[nodiscard]] const replica::ObjectNames& knownDamage() const { return m_knownDamage; }

    /// Whether segments can follow: a complete file is there.
    [[nodiscard]] bool hasBase() const;

    /// Where the complete file ends that they follow; 0 without one.
    [[nodiscard]] ltx::TxId base() const { return m_position.base; }

    /// A base has to end above it, since what is there up to it is of other numbers; 0 mostly.
    [[nodiscard]] ltx::TxId baseAbove() const { return m_baseAbove; }

    /// A snapshot up to `txId` was written: segments above it follow.
    [[nodiscard]] Status baseWritten(ltx::TxId txId);

    /// Which of the spool's segments the replica has: each was uploaded from there, or comes before
    /// one with the same header, and none is ever overwritten.
    [[nodiscard]] SpoolPart sameInSpool() const
    {
        return {.above = m_sameAbove, .upTo = m_position.confirmed};
    }

    /// Uploads what waits, up to a bounded number of segments. True: more waits. `captured` is the
    /// last transaction that ever was in the spool: where some up to it are neither there nor in
    /// the replica, the replica needs a new base. Fails as the storage does, and each time while
    /// another one writes into the replica; Damaged when what is there in the place of a segment
    /// cannot be read: takeSuspect() tells which, and once it is in the damage book the next one
    /// follows.
    [[nodiscard]] Result<bool> step(ltx::TxId captured, const std::stop_token& stop);

    /// The object that stood in the way of the last step and seems to be damaged.
    [[nodiscard]] std::optional<replica::ObjectInfo> takeSuspect()
    {
        return std::exchange(m_suspect, std::nullopt);
    }

    /// Something in the replica failed, here or for who shares it: back off. AlreadyExists: another
    /// one writes into it, and it is left alone until retryNow().
    void failed(const Error& error);
    [[nodiscard]] bool isForeign() const { return m_foreign.has_value(); }

    [[nodiscard]] ltx::TxId confirmed() const;
    [[nodiscard]] const Standing& standing() const;

    /// When a failure is to be tried again; empty when nothing failed.
    [[nodiscard]] std::optional<Clock::Instant> nextTry() const;

    /// Forget the back-off: somebody asked, or the network came back. A replica that another one
    /// wrote into has to be looked at again.
    void retryNow();

private:
    enum class Upload { Done, SegmentLost };

    /// What the first segment that is uploaded behind a look follows.
    struct End {
        replica::ObjectInfo object = {};
        ltx::Header header = {};
    };

    /// Where the replica and the spool meet.
    struct Joint {
        bool isOther = false;      ///< What is there is not what we wrote.
        bool isOurs = false;       ///< It surely is, or what comes next surely follows it.
        ltx::TxId sameAbove = {};  ///< See sameInSpool().
        std::optional<End> end = {};
    };

    /// One segment or a batch, ready to appear; or why it is not. Neither: the spool has lost it.
    struct Attempt {
        ltx::TxRange range = {};
        std::uint64_t sizeBytes = 0;
        Timestamp time = {};  ///< Of the last transaction.
        std::unique_ptr<ByteSource> source = {};
        std::optional<replica::StagedFile> staged = {};
        std::optional<Error> failure = {};
    };

    [[nodiscard]] Status compare(const std::stop_token& stop);
    [[nodiscard]] state::ReplicaState goOnFrom(const state::ReplicaState& remembered,
                                               const replica::Catalog& catalog) const;
    [[nodiscard]] Result<bool> followsEnd(const SpooledSegment& next, const std::stop_token& stop);
    [[nodiscard]] Result<bool> areWholeAround(const replica::ObjectInfo& object,
                                              ltx::TxRange spooled,
                                              const std::stop_token& stop) const;
    [[nodiscard]] Result<Joint> jointAt(ltx::TxId end, const replica::Catalog& catalog,
                                        const std::stop_token& stop) const;
    [[nodiscard]] bool isBatching() const { return m_interval.count() > 0; }
    [[nodiscard]] bool isHeld(std::span<const SpooledSegment> waiting);
    [[nodiscard]] Result<std::size_t> uploadNext(std::span<const SpooledSegment> waiting,
                                                 const std::stop_token& stop);
    [[nodiscard]] Result<bool> isThereAlone(ltx::TxId next, const std::stop_token& stop);
    [[nodiscard]] Result<std::size_t> uploadBatch(std::span<const SpooledSegment> waiting,
                                                  const std::stop_token& stop);
    [[nodiscard]] std::size_t countAtOnce(std::span<const SpooledSegment> waiting) const;
    [[nodiscard]] Result<Upload> uploadAtOnce(std::span<const SpooledSegment> segments,
                                              const std::stop_token& stop);
    [[nodiscard]] Attempt stage(const SpooledSegment& segment, const std::stop_token& stop) const;
    void stage(Attempt& attempt, const ByteSource& file, const std::stop_token& stop) const;
    [[nodiscard]] Result<Upload> publish(std::span<const Attempt> attempts,
                                         const std::stop_token& stop);
    [[nodiscard]] Error suspected(ltx::TxRange range, const Error& error);
    [[nodiscard]] Status requireKnownDamage(ltx::TxRange range, const std::stop_token& stop) const;
    void confirm(const Attempt& attempt);
    void loseBase();
    void succeeded(bool isCurrent);

    Clock& m_clock;
    Random& m_random;
    Spool& m_spool;
    state::StateDb& m_state;
    const DamageBook& m_damage;
    replica::LtxReplica& m_replica;
    std::string m_replicaId;
    MayAdopt m_mayAdopt;
    std::function<bool()> m_isFirst = [] { return true; };
    Listener m_listener = {};
    RunAll m_runAll = runOneByOne;
    Clock::Instant::duration m_interval{0};
    bool m_isHurried = false;
    std::optional<Clock::Instant> m_lastBatchAt = {};  // When it was begun.
    std::optional<Clock::Instant> m_heldUntil = {};
    bool m_mayBeThere = false;               // Behind a look: the next segment, by itself.
    Clock::Instant::duration m_lastTook{0};  // The last upload, or several at once.
    bool m_looked = false;
    ltx::TxId m_newest = {};
    Timestamp m_newestAt = {};
    replica::ObjectNames m_knownDamage = {};
    state::ReplicaState m_position = {};
    ltx::TxId m_sameAbove = {};  // See sameInSpool().
    ltx::TxId m_baseAbove = {};
    std::optional<End> m_end = {};
    Standing m_standing = {};
    std::optional<Error> m_foreign = {};
    std::optional<replica::ObjectInfo> m_suspect = {};
    int m_failures = 0;
    std::optional<Clock::Instant> m_nextTry = {};
};

}  // namespace tidemark::engine
