#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/service/observer.h"
#include "core/service/status.h"

#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace tidemark::service {

/// Brings what `replica` is to get, and what it never gets, up to the newest moment.
void countPending(ReplicaStatus& replica, ltx::TxId captured,
                  const std::optional<Timestamp>& capturedAt);

/// What may go wrong beside the source and its replicas. Of several the first one is shown.
enum class Trouble { Stuck, Spool, Proof, Maintenance };

/// The status of one database, and the only way to tell the observer of it: one call at a time, in
/// the order of the changes. Any thread may use it.
class StatusBoard {
public:
    /// `changed` is called after each change of the status, on the thread that made it.
    StatusBoard(Clock& clock, Observer& observer, DatabaseStatus status,
                std::function<void()> changed);

    [[nodiscard]] DatabaseStatus status() const;

    /// Changes the status through `edit`, which sees what no other edit does meanwhile. The
    /// database's own standing is what `setOwnStanding` gave last; the one shown is made here.
    void update(const std::function<void(DatabaseStatus&)>& edit);

    /// What the source is like, without its replicas.
    void setOwnStanding(const engine::Standing& standing);
    [[nodiscard]] engine::Standing ownStanding() const;

    /// Something beside source and replicas went wrong, or went well again (empty).
    void setTrouble(Trouble about, const std::optional<Error>& failure);

    /// As if the status had changed.
    void touch() { m_changed(); }

    void happened(decltype(Event::what) what);

    /// The observer is told nothing more.
    void close();

private:
    [[nodiscard]] engine::Standing worst() const;
    void publish(std::unique_lock<std::mutex>& lock, const DatabaseStatus& before);

    Clock& m_clock;
    Observer& m_observer;
    std::function<void()> m_changed;

    std::mutex m_telling;        // Held while the observer is told; taken before m_mutex.
    bool m_isClosed = false;     // Guarded by it.
    mutable std::mutex m_mutex;  // Guards what follows.
    DatabaseStatus m_status;
    engine::Standing m_own;
    std::map<Trouble, engine::Standing> m_troubles;
};

}  // namespace tidemark::service
