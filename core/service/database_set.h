#pragma once

#include "core/service/engine_context.h"
#include "core/service/followed_database.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::service {

/// Which databases are followed. Any thread may call it; no call blocks.
class DatabaseSet {
public:
    /// `changed` is called whenever a status changed or a database has gone.
    DatabaseSet(EngineContext& context, std::function<void()> changed)
        : m_context(context), m_changed(std::move(changed))
    {
    }

    /// A database that is leaving is followed again as soon as it has left; one that is there gets
    /// the new replicas, and is paused or not as `config` says.
    [[nodiscard]] DatabaseId follow(const DatabaseConfig& config);
    void unfollow(const DatabaseId& id);

    /// Whether what is at that path is let go of, and has not left yet.
    [[nodiscard]] bool isLeaving(const std::string& path) const;

    /// Of one that is leaving: for when it is followed again.
    void setPaused(const DatabaseId& id, bool paused);

    /// Calls `act` with the database, if it is followed.
    void with(const DatabaseId& id, const std::function<void(FollowedDatabase&)>& act) const;

    /// Orders a snapshot: FollowedDatabase::orderSnapshot. NotFound when it is not followed.
    [[nodiscard]] Result<std::uint64_t> orderSnapshot(const DatabaseId& id,
                                                      const std::string& replicaId) const;

    /// The path of the database whose replica is at `address`; nothing if no one's.
    [[nodiscard]] std::optional<std::string> ownerOf(const storage::StorageAddress& address) const;

    /// In the order of follow().
    [[nodiscard]] std::vector<std::shared_ptr<FollowedDatabase>> all() const;
    [[nodiscard]] std::vector<DatabaseStatus> statuses() const;

    /// A round of the watchdog; for its thread.
    void watchOver(bool isLate) const;

    /// Each leaves, and none is followed again: the end of the program.
    void leaveAll();

    /// Lets go of all, wherever they are: their steps are not called any more.
    void clear();

private:
    struct Place {
        std::shared_ptr<FollowedDatabase> database;
        std::uint64_t order = 0;
        bool leaving = false;
        std::optional<DatabaseConfig> next = {};  ///< Followed again once it has left.
    };

    // With m_mutex held.
    void start(const DatabaseId& id, const DatabaseConfig& config);

    void left(const DatabaseId& id);

    EngineContext& m_context;
    std::function<void()> m_changed;

    mutable std::mutex m_mutex;  // Guards what follows.
    std::map<DatabaseId, Place> m_places;
    std::uint64_t m_nextOrder = 0;
};

}  // namespace tidemark::service
