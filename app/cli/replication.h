#pragma once

#include "app/cli/commands.h"
#include "app/cli/event_queue.h"
#include "app/cli/wanted.h"
#include "core/service/folder_follower.h"
#include "core/service/preflight.h"
#include "core/service/service.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace tidemark::cli {

/// One run of the engine, and what is printed of it. For one thread; what FolderObserver says may
/// come on another one once folders are watched.
class Replication final : public service::FolderObserver {
public:
    /// Both outlive it.
    Replication(Session& session, const Wanted& wanted);

    /// Follows those that can be; false if none can, nor will. Beside one that can, the others are
    /// waited for, unless `isOnce`.
    [[nodiscard]] bool follow(bool isOnce);

    /// Prints what happens until a stop is asked for or nobody listens any more, and ends the
    /// engine.
    void untilStopped();

    /// The same until every replica has what is committed now.
    void untilUpToDate();

    /// The first failure, where there was one.
    [[nodiscard]] Status outcome() const { return m_failure ? Status(*m_failure) : Status(); }

    void caution(const service::Caution& caution, const std::string& database) override;
    void refused(const Error& error) override;
    void letGo(const service::DatabaseId& id, const std::string& database) override;

private:
    /// One that following would not begin well with.
    struct Refused {
        service::DatabaseConfig database = {};
        Error why = {};
        bool fits = true;  ///< It is not for want of open files.
    };

    void refuse(const Refused& refused, bool isWaitedFor);

    /// Those that are there now, and later ones; false if there is none and none can come.
    [[nodiscard]] bool followFolders(std::set<std::string> taken, bool isOnce);
    [[nodiscard]] Error nothingMatches() const;
    void warn(const std::optional<service::Caution>& caution, const std::string& database);

    /// Says that an attached database was changed for it, once.
    void tellSwitch(const std::string& database);

    /// The first failure is the run's own and printed at its end, further ones at once; that of the
    /// start of a long run then, too.
    void failed(const Error& error);
    void finish();

    /// Whoever lets a folder be watched does not wait for what was removed there.
    [[nodiscard]] bool isGoneForGood(const service::DatabaseId& id, const Error& failure);
    void print();

    Session& m_session;
    const Wanted& m_wanted;
    EventQueue m_events;
    service::Directories m_directories;
    service::Service m_service;  // After m_events, which it tells.
    std::optional<Error> m_failure;
    std::map<service::DatabaseId, Error> m_waitedFor;  // Refused, and not attached to since.
    std::set<std::string> m_toSwitch;  // Canonical paths of those that were not in WAL mode.
    std::mutex m_mutex;                // Guards m_letGo.
    std::set<service::DatabaseId> m_letGo;
    bool m_willWatch = false;                          // Folders are looked at again and again,
    bool m_isWatching = false;                         // from now on on another thread.
    std::optional<service::FolderFollower> m_folders;  // Last: it uses the others.
};

}  // namespace tidemark::cli
