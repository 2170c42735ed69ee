#pragma once

#include "core/base/folder_watcher.h"
#include "core/service/folder_scan.h"
#include "core/service/preflight.h"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tidemark::service {

/// What whoever has folders followed is told, on the thread that looks.
class FolderObserver {
public:
    virtual ~FolderObserver() = default;

    /// Of no database where `database` is empty: the system does not tell of news.
    virtual void caution(const Caution& caution, const std::string& database) = 0;
    /// A database that matches and cannot be followed, or a folder that cannot be looked at.
    virtual void refused(const Error& error) = 0;
    /// It is gone; called before it is not followed any more.
    virtual void letGo(const DatabaseId& id, const std::string& database) = 0;
};

/// Follows the databases of folders: looks once when told to, and then, with a thread of its own,
/// whenever something comes or goes there; now and then without any news, too.
class FolderFollower {
public:
    struct Dependencies {
        Clock& clock;
        FileSystem& files;
        Service& service;
        FolderObserver& observer;
        Directories directories = {};
        std::size_t room = 0;              ///< So many databases are followed at most.
        std::set<std::string> taken = {};  ///< Canonical paths that are followed already.
    };

    /// The dependencies outlive it.
    FolderFollower(Dependencies dependencies, const std::vector<FolderConfig>& folders);

    /// Ends the looking; what is followed stays so.
    ~FolderFollower();

    /// Follows what is there now; false if that is nothing. Blocks on the disk, for some seconds
    /// when there are thousands. For the owner's thread, before watch().
    [[nodiscard]] bool look(const std::stop_token& stop);

    /// From now on what comes is followed and what goes is let go, in folders that are watched.
    void watch();

private:
    struct Watched {
        FolderScan scan;
        std::set<std::string> folders = {};
        std::optional<Message> trouble = {};
    };

    void run(const std::stop_token& stop);
    void lookAtAll(const std::stop_token& stop);
    [[nodiscard]] bool lookAt(Watched& watched, const std::stop_token& stop);
    void listenTo(Watched& watched, std::set<std::string> folders);
    void listenTo(const std::string& folder);
    [[nodiscard]] bool isNewsForAny(std::string_view name, bool isFolder) const;

    Dependencies m_world;
    std::vector<FolderConfig> m_configs;
    std::list<Watched> m_folders;
    std::map<std::string, DatabaseId> m_ids;
    bool m_again = false;  // A look without news is due soon.
    bool m_isTold = true;  // The system tells of news.
    bool m_saidUntold = false;
    Wakeup m_news;
    std::unique_ptr<FolderWatcher> m_watcher;
    std::jthread m_thread;  // Last: it uses the others.
};

}  // namespace tidemark::service
