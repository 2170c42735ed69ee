#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/held_range.h"
#include "core/engine/page_difference.h"
#include "core/engine/segment_writer.h"
#include "core/engine/spool.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/page_snapshot.h"
#include "core/sqlite/wal_reader.h"
#include "core/state/page_checksums.h"
#include "core/state/state_db.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// A step reads this much of a log, up to the next commit.
inline constexpr std::uint64_t kCaptureBytes = std::uint64_t{64} << 20;

/// What the database file is like while all of a transaction is in it, and nothing else.
struct KnownFile {
    sqlite::FileMark mark = {};
    ltx::TxId txId = {};  ///< 0: of one before what is captured, it is not known which.

    bool operator==(const KnownFile&) const = default;
};

/// What is asked while every page of a database is read: a failure of either ends that.
struct WholeReading {
    std::function<Status()> goesOn;   ///< Before each piece of it.
    std::function<Status()> isStill;  ///< When all is read, and before anything is kept.
};

/// Turns what is committed into segments: knows how far the source was captured, the hash of each
/// of its pages and the number of the next transaction. For one thread.
class Capture {
public:
    Capture(Clock& clock, Spool& spool, state::StateDb& state, std::uint64_t nodeId);

    /// Goes on from what was remembered; `positionHolds` false: the place in the log is not known.
    void resume(const state::SourceState& source, state::PageChecksums checksums,
                bool positionHolds);

    /// Numbers start above `newest`, times behind `time`.
    void continueAbove(ltx::TxId newest, Timestamp time);

    [[nodiscard]] ltx::TxId txId() const { return m_txId; }
    [[nodiscard]] Timestamp time() const { return m_time; }
    [[nodiscard]] const sqlite::WalPosition& position() const { return m_position; }

    /// Whether place and pages are known, and of this very file: an old log fits a file that was
    /// put in its place, too.
    [[nodiscard]] bool canGoOn(const sqlite::SourceIdentity& found) const;
    [[nodiscard]] const state::PageChecksums& checksums() const { return m_checksums; }

    [[nodiscard]] bool positionKnown() const { return m_positionKnown; }

    /// The place in the log is not known any more: only a comparison of pages helps.
    void loseLog()
    {
        m_positionKnown = false;
        m_position = {};
    }
    /// Everything captured is in the file, and nothing of the log of `header` is captured: that
    /// is read from its first frame on.
    void beginLog(const sqlite::WalIndexHeader& header) { m_position = {.salts = header.salts}; }
    /// What the pages were after txId(), where that was not known.
    void learnPages(state::PageChecksums checksums) { m_checksums = std::move(checksums); }
    /// What the pages were is not known either: unless learnPages() tells, the next segment holds
    /// every page.
    void losePages() { m_checksums = {}; }

    /// Whether all up to `header` is captured.
    [[nodiscard]] bool isAt(const sqlite::WalIndexHeader& header) const;

    /// Whether all up to `header`, a look at this log some time ago, is captured.
    [[nodiscard]] bool hasReached(const sqlite::WalIndexHeader& header) const;

    /// Frames of `header`'s log that are not captured yet.
    [[nodiscard]] std::uint64_t uncapturedBytes(const sqlite::WalIndexHeader& header) const;

    /// Captures what lies in the log up to `committed`, at most `limitBytes` of it. Empty: nothing
    /// new. Damaged: the log is lost, see loseLog().
    [[nodiscard]] Result<std::optional<state::SegmentFacts>> captureLog(
        const sqlite::Anchor& anchor, const sqlite::WalIndexHeader& committed,
        std::uint64_t limitBytes);

    /// The same without a disk: hold() reads on from the end of `held`, at most `limitBytes` of the
    /// log (to a commit), and store() makes one segment of all that is held. Between both calls
    /// nothing else may be captured. A failed hold() leaves `held` as it was; Damaged as above.
    [[nodiscard]] HeldRange holdNothing() const;
    [[nodiscard]] Status hold(HeldRange& held, const sqlite::Anchor& anchor,
                              const sqlite::WalIndexHeader& committed,
                              std::uint64_t limitBytes) const;
    [[nodiscard]] Result<state::SegmentFacts> store(const HeldRange& held);

    /// isAt() and uncapturedBytes() for what follows what is held.
    [[nodiscard]] bool isAt(const HeldRange& held, const sqlite::WalIndexHeader& header) const;
    [[nodiscard]] std::uint64_t bytesAfter(const HeldRange& held,
                                           const sqlite::WalIndexHeader& header) const;

    /// Reads every page of `pages` and remembers its hash: transaction 1, of which the snapshot
    /// will tell. Fails as `reading` does.
    [[nodiscard]] Status takeBaseline(const sqlite::PageSnapshot& pages,
                                      const WholeReading& reading);

    /// A segment with the pages that differ from what is known, or with every page when nothing is.
    /// Empty when none does. Fails as `reading` does.
    [[nodiscard]] Result<std::optional<state::SegmentFacts>> captureDifference(
        const sqlite::PageSnapshot& pages, const WholeReading& reading);

    /// A segment of what was found to differ from checksums(), or from nothing where those are of
    /// another page size: the source is not needed for it. Empty when nothing differs.
    [[nodiscard]] Result<std::optional<state::SegmentFacts>> store(
        const PageDifference& difference);

    /// A segment that holds page 1 as it is: what level 0 needs behind a snapshot (FORMAT: level 0
    /// is never empty).
    [[nodiscard]] Result<state::SegmentFacts> touch(const sqlite::PageSnapshot& pages);

    /// The database file for which that was done last, also before a start.
    [[nodiscard]] const sqlite::FileId& file() const { return m_file; }

    /// Remembers where capture is, for the files `identity`, and what is known of the file.
    [[nodiscard]] Status remember(const sqlite::SourceIdentity& identity,
                                  const std::optional<state::SegmentFacts>& segment,
                                  const std::optional<KnownFile>& known = std::nullopt);

private:
    [[nodiscard]] Result<std::optional<sqlite::WalRange>> readRange(
        const sqlite::Anchor& anchor, const sqlite::WalPosition& position,
        const sqlite::WalIndexHeader& committed, std::uint64_t limitBytes) const;
    [[nodiscard]] std::uint64_t bytesAfter(const sqlite::WalPosition& position,
                                           const sqlite::WalIndexHeader& header) const;
    [[nodiscard]] ltx::Header headerFor(std::uint32_t pageSizeBytes, std::uint32_t pageCount) const;
    [[nodiscard]] ltx::Header headerFor(const sqlite::WalRange& range,
                                        std::uint32_t pageSizeBytes) const;
    [[nodiscard]] Result<state::SegmentFacts> write(const SegmentContents& contents,
                                                    std::uint32_t commits);

    Clock& m_clock;
    Spool& m_spool;
    state::StateDb& m_state;
    std::uint64_t m_nodeId = 0;
    ltx::TxId m_txId = {};
    Timestamp m_time = {};
    sqlite::WalPosition m_position = {};
    sqlite::FileId m_file = {};  // Whose position and pages these are.
    bool m_positionKnown = false;
    state::PageChecksums m_checksums = {};
};

}  // namespace tidemark::engine
