#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/replica/damage.h"
#include "core/replica/pins.h"
#include "core/replica/restore_plan.h"
#include "core/storage/storage.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::restore {

enum class Check {
    Quick,  ///< PRAGMA quick_check.
    Full,   ///< PRAGMA integrity_check.
    None,   ///< Neither; checksums and the digest are verified all the same.
};

/// What is known of a restored file.
enum class Verdict {
    Proven,  ///< Its state digest, computed from the file as written, is the one that was recorded.
    Checked,  ///< The replica has no digest (others wrote it): checksums and SQLite's check hold.
};

enum class Phase { Planning, Reading, Checking };

struct Progress {
    Phase phase = Phase::Planning;
    std::uint64_t doneBytes = 0;
    std::uint64_t totalBytes = 0;  ///< doneBytes never passes it and ends on it.
};

struct Request {
    replica::Wish wish = replica::Latest{};
    std::string target = {};  ///< Must not exist; its folder must.
    Check check = Check::Quick;
};

struct Restored {
    replica::Moment moment = {};
    Verdict verdict = Verdict::Checked;
    /// Whether SQLite checked all of it: it was asked to, and needs nothing for it that only the
    /// application has, such as a collation of its own. What it could check is sound either way.
    bool bySqlite = false;
    std::string path = {};
    std::uint64_t bytes = 0;
    std::chrono::milliseconds duration{0};
    std::optional<replica::Gap> lost = {};  ///< As in the plan.
};

/// Called from the restoring threads, one call at a time, at most some tens of times a second. Must
/// not block.
using OnProgress = std::function<void(const Progress&)>;

/// Brings one moment back into a new file. For one thread; it uses others within a call.
class Restorer {
public:
    /// `pins` is the board of the replica where somebody in this process deletes from it: what is
    /// to be read is pinned until the call is over. Null where nobody does; what another process
    /// deletes is noticed, and planned anew.
    Restorer(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
             replica::PinBoard* pins = nullptr);

    /// Blocks until the file is there, checked and durable, or not at all: after a failure or a
    /// stop nothing is left behind. Fails with AlreadyExists, TargetRefused or NoSpace before
    /// anything is read; NotFound when the moment cannot be had; Damaged when an object or the
    /// result is wrong and no other way leads to the moment: nearest() are known then, and named;
    /// whatever the storage says; Cancelled.
    [[nodiscard]] Result<Restored> restore(const Request& request, const OnProgress& progress,
                                           std::stop_token stop);

    /// The moment that was restored or tried last; transaction 0 when it did not come to that.
    [[nodiscard]] const replica::Moment& tried() const { return m_tried; }

    /// The moments around tried(), if that is damaged, that do not need what is damaged.
    [[nodiscard]] const replica::Nearest& nearest() const { return m_nearest; }

private:
    const storage::Storage& m_storage;
    FileSystem& m_files;
    Clock& m_clock;
    Random& m_random;
    replica::PinBoard* const m_pins;
    replica::Moment m_tried = {};
    replica::Nearest m_nearest = {};
};

}  // namespace tidemark::restore
