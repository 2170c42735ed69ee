#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/capture.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/connection.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::engine {

/// A log that writers leave no instant to is checkpointed with them held from this size on.
inline constexpr std::uint64_t kFloodLogBytes = std::uint64_t{32} << 20;

/// What a cycle came to.
struct CycleOutcome {
    bool landed = false;                ///< All is backfilled and the anchor lies at zero.
    bool sealed = false;                ///< Writers were held for it,
    std::chrono::microseconds held{0};  ///< for so long.
    /// A read transaction of somebody else keeps the log from being backfilled up to our mark.
    bool pinned = false;
    /// SQLite could not write or sync the database file; capture is not touched by it.
    std::optional<Error> blocked = {};
};

/// Keeps the log short without letting an uncaptured frame go: the checkpoint cycle of
/// core/DESIGN.md. For one thread.
class Checkpointer {
public:
    using OnSegment = std::function<Status(const state::SegmentFacts&)>;

    Checkpointer(Clock& clock, std::string path, Capture& capture)
        : m_clock(clock), m_path(std::move(path)), m_capture(capture)
    {
    }

    /// One cycle. `captured` is told of each segment. Fails when capture does or the files are not
    /// those of attach; that somebody or something is in the way is an outcome. Damaged: the log is
    /// lost. Busy: the index was torn, and all is as before; try again.
    [[nodiscard]] Result<CycleOutcome> run(sqlite::Anchor& anchor, const OnSegment& captured);

    /// Cuts a huge log file to nothing while the anchor lies at zero; whether it did.
    [[nodiscard]] bool truncate(const sqlite::Anchor& anchor);

    /// Closes the connections that an idle database does not need.
    void rest();

private:
    struct Backfilled {
        bool complete = false;
        bool collided = false;  // Somebody else checkpointed at that moment.
        std::optional<Error> blocked = {};
    };

    [[nodiscard]] Status captureOnce(const sqlite::Anchor& anchor, const OnSegment& captured);
    [[nodiscard]] Status comeToTheEnd(sqlite::Anchor& anchor, HeldRange& held,
                                      CycleOutcome& outcome);
    [[nodiscard]] Status underSeal(sqlite::Anchor& anchor, HeldRange& held, CycleOutcome& outcome);
    [[nodiscard]] Status whileSealed(sqlite::Anchor& anchor, HeldRange& held,
                                     CycleOutcome& outcome);
    [[nodiscard]] Result<bool> land(sqlite::Anchor& anchor, const HeldRange& held) const;
    [[nodiscard]] Status store(const HeldRange& held, const OnSegment& captured);
    [[nodiscard]] Result<Backfilled> backfill(const sqlite::Anchor& anchor);
    [[nodiscard]] Status waitForOther(const sqlite::Anchor& anchor) const;
    [[nodiscard]] Result<Backfilled> passive(const sqlite::Anchor& anchor);
    [[nodiscard]] Status connect(const sqlite::Anchor& anchor,
                                 std::unique_ptr<sqlite::Connection>& connection) const;

    Clock& m_clock;
    std::string m_path;
    Capture& m_capture;
    std::unique_ptr<sqlite::Connection> m_checkpoints;
    std::unique_ptr<sqlite::Connection> m_seals;
};

}  // namespace tidemark::engine
