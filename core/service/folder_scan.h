#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/service/service.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::service {

/// The databases of a folder that are followed: litestream.yml's `dir`.
struct FolderConfig {
    std::string path = {};     ///< As StorageAddress::path.
    std::string pattern = {};  ///< config/name_pattern.h; valid.
    bool recursive = false;    ///< Subfolders, too, but not through links.
    bool watch = true;         ///< What comes and goes later, too.
    DatabaseConfig each = {};  ///< The path is empty, replicas are where those of all lie below.
    std::set<std::string> otherReplicas = {};  ///< Where those of other databases lie.
};

/// How the database `path`, which lies in the folder, is followed. Its replicas lie below those of
/// the folder by its path from there, as Litestream has it: "tenants/a.db" in "/r/tenants/a.db".
[[nodiscard]] DatabaseConfig databaseIn(const FolderConfig& folder, const std::string& path);

/// Whether a file of this name may be a database that is meant: it matches, and is not one of those
/// that SQLite keeps beside a database.
[[nodiscard]] bool isMeant(const FolderConfig& folder, std::string_view name);

/// Whether a file of this name that comes or goes may change what a look finds. A rollback journal
/// does not: it comes and goes with each transaction.
[[nodiscard]] bool isNews(const FolderConfig& folder, std::string_view name);

/// What lies in a folder.
struct FolderListing {
    std::map<std::string, FileFacts> files = {};  ///< Those that are meant, by their paths.
    std::set<std::string> folders = {};           ///< Itself, and with `recursive` those in it.
    std::set<std::string> unread = {};  ///< Files and subfolders that may be there: a look failed.
    std::uint64_t device = 0;           ///< That the folder itself is on.
};

/// Lists the folder, without opening anything. A subfolder that goes meanwhile has nothing in it;
/// one that replicas lie in is left out. Fails as FileSystem::names does for the folder itself;
/// Unsupported above a million names or ten thousand subfolders.
[[nodiscard]] Result<FolderListing> listFolder(const FileSystem& files, const FolderConfig& folder,
                                               const std::stop_token& stop);

/// What a look at a folder came to.
struct FolderLook {
    std::vector<DatabaseConfig> found = {};  ///< To be followed from now on.
    bool more = false;                       ///< There are more: look again at once.
    std::vector<std::string> gone = {};      ///< Were found, and are not there any more.
    std::vector<Error> refused = {};         ///< Match, and cannot be followed; each told once.
    std::set<std::string> folders = {};      ///< Where news would be.
    bool again = false;                      ///< Something may be another way without any news.
};

/// Looks at a folder again and again and knows what it found. For one thread.
class FolderScan {
public:
    /// A file that is not there any more is gone after this: one that is replaced is away for a
    /// moment.
    static constexpr std::chrono::seconds kGoneAfter{5};

    /// Looks are to come at least so often, be there news or not.
    static constexpr std::chrono::minutes kSlowLook{1};

    /// So many are found by one look: the first of thousands are followed before the last is asked
    /// about.
    static constexpr std::size_t kAtOnce = 100;

    /// Says whether a database may be followed; preflight's mayFollow.
    using MayFollow = std::function<Status(const DatabaseConfig&)>;

    /// `files` outlives it.
    FolderScan(const FileSystem& files, FolderConfig folder, MayFollow mayFollow);

    [[nodiscard]] const FolderConfig& folder() const { return m_folder; }

    /// Blocks on the disk. Of what is found `room` at most is taken; `taken` are canonical paths
    /// that are followed already, by whatever folder, and get those that are found here. A failure
    /// changes nothing: a disk that is away takes no database with it. It is away, too, when the
    /// folder is on another device and has none of the databases: Unavailable.
    [[nodiscard]] Result<FolderLook> look(Clock::Instant now, std::size_t room,
                                          std::set<std::string>& taken,
                                          const std::stop_token& stop);

    /// How many databases of it are followed.
    [[nodiscard]] std::size_t followed() const { return m_followed; }

private:
    struct Known {
        FileFacts facts = {};        ///< When it was asked about last.
        std::string canonical = {};  ///< Of one that is followed.
        bool isFollowed = false;
        /// Refused for a reason that may end without a change of the file: asked about from then
        /// on.
        std::optional<Clock::Instant> healsFrom = {};
        Clock::Instant notBefore = {};     ///< It is asked about again.
        std::optional<Message> told = {};  ///< Why it was refused.
        std::optional<Clock::Instant> missingSince = {};

        [[nodiscard]] bool isDue(const FileFacts& newest, Clock::Instant now) const;
    };

    [[nodiscard]] bool isAway(const FolderListing& listing) const;
    void letGo(const FolderListing& listing, Clock::Instant now, std::set<std::string>& taken,
               FolderLook& look);
    void tryOne(const std::string& path, const FileFacts& facts, Clock::Instant now,
                std::set<std::string>& taken, FolderLook& look);
    void refuse(Known& known, const Error& error, Clock::Instant now, FolderLook& look);

    const FileSystem& m_files;
    FolderConfig m_folder;
    MayFollow m_mayFollow;
    std::map<std::string, Known> m_known;
    std::size_t m_followed = 0;
    std::uint64_t m_device = 0;  // That the folder was on.
    bool m_saidFull = false;
};

}  // namespace tidemark::service
