#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/service/replica_view.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace tidemark::service {

/// Whether the step of a replica comes on, as it is seen from outside.
enum class Stalled {
    No,
    AtWork,   ///< It runs and does not end; or it is its turn, and it does not begin.
    InQueue,  ///< It waits for its turn: what is before it, of other replicas, does not end.
};

/// How far what is written into one replica is, and what is said of it when it does not come on. A
/// place that does not answer says nothing itself: whoever watches it does. Any thread.
class ReplicaProgress {
public:
    /// `place` is what people know the replica by. `clock` outlives it.
    ReplicaProgress(const Clock& clock, std::string place);

    /// From when on a piece of work has got no further, and what it may have to transfer then.
    struct Piece {
        Clock::Instant since = {};
        std::uint64_t bytes = 0;
    };

    /// Of the step that runs, or of the last one.
    [[nodiscard]] Piece step() const;
    void stepBegins(std::uint64_t bytes);
    void stepGoesOn();

    /// Of a snapshot that is written by somebody else than the steps; empty when none is.
    [[nodiscard]] std::optional<Piece> snapshot() const;
    void snapshotGoesOn(std::uint64_t bytes);
    void snapshotEnds();

    /// Until the step that stalled has ended. Whether it is news.
    [[nodiscard]] bool setStalled(Stalled stalled);
    [[nodiscard]] Stalled stalled() const;
    /// The same of the snapshot, of which nothing is noted when none is written.
    [[nodiscard]] bool setSnapshotStalled(bool isStalled);

    /// Why it gets no snapshot as long as it has none, though nothing is wrong with it; empty when
    /// it does. Whether it is news.
    [[nodiscard]] bool setNoSnapshot(const std::optional<Error>& why);

    /// Whether the snapshot that it lacks waits while others are written. Whether it is news.
    [[nodiscard]] bool setWaitsForTurn(bool waits);

    /// Puts it in the place of what `view` tells, unless that tells of a failure.
    void showIn(ReplicaView& view) const;

private:
    [[nodiscard]] Error stalledError() const;  // With m_mutex held.
    void noteStall();                          // Also, before it is set.

    const Clock& m_clock;
    const std::string m_place;

    mutable std::mutex m_mutex;  // Guards what follows.
    Piece m_step;
    std::optional<Piece> m_snapshot;
    Stalled m_stalled = Stalled::No;
    bool m_isSnapshotStalled = false;
    Timestamp m_stalledSince = {};
    std::optional<Error> m_noSnapshot;
    bool m_waitsForTurn = false;
};

}  // namespace tidemark::service
