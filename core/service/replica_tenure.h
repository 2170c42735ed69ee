#pragma once

#include "core/base/clock.h"
#include "core/base/program_life.h"
#include "core/base/result.h"
#include "core/replica/writer_claims.h"
#include "core/storage/storage.h"

#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>

namespace tidemark::service {

/// One program at a time writes into a replica: a file in it says which. It stays there for as long
/// as that program follows the database, without a request while nothing changes, so it never
/// lapses by time. One that was killed on this computer is known to have ended; of one that was
/// killed elsewhere somebody has to say so (`tidemarkctl release`). A claim of the same
/// installation and host that lies where this process sees nothing, as that of a container before
/// it was started again, counts as ended.
///
/// take() and release() are for one thread at a time, the rest for any.
class ReplicaTenure {
public:
    struct Ours {
        std::string namePrefix = {};  ///< replica::claimNamePrefix() of installation and replica.
        replica::WriterClaim claim = {};
        /// Whether this very program has let go of what it once claimed by that name.
        std::function<bool(const std::string& objectName)> isAbandoned = {};
    };

    /// Nobody else of this installation has the replica (service/replica_claim.h). The references
    /// outlive it.
    ReplicaTenure(Clock& clock, const Programs& programs, storage::Storage& storage, Ours ours);

    /// Makes it ours. AlreadyExists, saying whose it is, when another program that may still run
    /// has it; else fails as the storage does. Fine when it is ours already.
    [[nodiscard]] Status take(const std::stop_token& stop);

    [[nodiscard]] bool isHeld() const;

    /// Before something is written: whether the claim is still there. Asks the storage once a
    /// minute at most, at once after a sleep, and each time while it does not answer, which takes
    /// nothing away.
    [[nodiscard]] bool isStillOurs(const std::stop_token& stop);

    /// Nothing is written any more: another one may begin at once.
    void release(const std::stop_token& stop);

private:
    [[nodiscard]] bool isOver(const replica::ListedClaim& listed) const;
    [[nodiscard]] bool isOurs(const replica::ListedClaim& listed) const;
    [[nodiscard]] Result<bool> clear(std::span<const replica::ListedClaim> claims,
                                     const std::stop_token& stop);
    [[nodiscard]] Error taken(const replica::ListedClaim& by) const;
    [[nodiscard]] bool wasLookedAtJustNow() const;  // With m_mutex held.
    void setHeld(bool isHeld);
    void noteLook();  // Likewise.

    Clock& m_clock;
    const Programs& m_programs;
    storage::Storage& m_storage;
    const Ours m_ours;
    const std::string m_objectName;
    bool m_mayBeThere = false;  // The file; for the thread of take().

    mutable std::mutex m_mutex;  // Guards what follows; not held during a request.
    bool m_isHeld = false;
    Clock::Instant m_lookedAt = {};
    Timestamp m_lookedAtTime = {};
};

}  // namespace tidemark::service
