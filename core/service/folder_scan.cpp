#include "core/service/folder_scan.h"

#include "core/config/name_pattern.h"
#include "core/sqlite/file_header.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tidemark::service {
namespace {

// What one look reads at most: a folder of so many is none of databases.
constexpr std::size_t kMaxNames = 1'000'000;
constexpr std::size_t kMaxFolders = 10'000;

constexpr std::string_view kJournal = "-journal";
constexpr std::array<std::string_view, 3> kBeside{"-wal", "-shm", kJournal};

/// The name without what SQLite puts behind it for the files beside a database.
std::string_view databaseName(std::string_view name)
{
    for (const std::string_view suffix : kBeside) {
        if (name.ends_with(suffix)) {
            return name.substr(0, name.size() - suffix.size());
        }
    }
    return name;
}

Error tooLarge(const std::string& folder)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 has more than %2 names or %3 subfolders: too many to look "
                                   "through again and again."),
                     {folder, std::to_string(kMaxNames), std::to_string(kMaxFolders)}},
            .next = {TIDEMARK_TEXT("service", "Name folders in it that hold the databases only.")}};
}

Error full(const FolderConfig& folder, std::size_t followed)
{
    return {
        .code = ErrorCode::Unsupported,
        .what = {TIDEMARK_TEXT("service",
                               "More databases in %1 match \"%2\" than this process can follow: "
                               "%3 are followed, the others are not."),
                 {folder.path, folder.pattern, std::to_string(followed)}},
        .next = {TIDEMARK_TEXT("service",
                               "Raise the hard limit of open files (ulimit -Hn; LimitNOFILE= in "
                               "a systemd unit), or divide them among several processes.")}};
}

Error diskIsAway(const std::string& folder)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 is on another disk than before, and none of its databases "
                                   "is there."),
                     {folder}},
            .next = {TIDEMARK_TEXT("service", "Mount the disk that they are on.")}};
}

/// Whether nothing could be learnt about the path, or about a folder that it lies in.
bool isUnread(const FolderListing& listing, std::string path)
{
    while (!listing.unread.empty() && !listing.unread.contains(path)) {
        std::string parent = parentOf(path);
        if (parent == path) {
            return false;
        }
        path = std::move(parent);
    }
    return !listing.unread.empty();
}

/// One folder to be listed after another, not by recursion: how deep they lie is not ours to say.
class Lister {
public:
    Lister(const FileSystem& files, const FolderConfig& folder) : m_files(files), m_folder(folder)
    {
        m_left.push_back(folder.path);
    }

    [[nodiscard]] Result<FolderListing> list(const std::stop_token& stop)
    {
        TIDEMARK_TRY(const auto root, m_files.stat(m_folder.path));
        m_listing.device = root ? root->device : 0;
        while (!m_left.empty()) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            const std::string path = std::move(m_left.back());
            m_left.pop_back();
            const auto names = m_files.names(path);
            if (!names.ok() && path == m_folder.path) {
                return names.error();
            }
            if (!names.ok() && names.error().code != ErrorCode::NotFound) {
                m_listing.unread.insert(path);
            }
            if (names.ok()) {
                m_listing.folders.insert(path);
                m_names += names.value().size();
                take(path, names.value());
            }
            if (m_names > kMaxNames || m_listing.folders.size() + m_left.size() > kMaxFolders) {
                return tooLarge(m_folder.path);
            }
        }
        return std::move(m_listing);
    }

private:
    void take(const std::string& path, const std::vector<NamedEntry>& names)
    {
        for (const NamedEntry& entry : names) {
            std::string full = (path == "/" ? "" : path) + '/' + entry.name;
            if (entry.isDirectory) {
                // Litestream's own, beside each database that it follows.
                const bool isLitestreams =
                    entry.name.starts_with('.') && entry.name.ends_with("-litestream");
                if (m_folder.recursive && !isLitestreams && !isForReplicas(full)) {
                    m_left.push_back(std::move(full));
                }
            } else if (isMeant(m_folder, entry.name)) {
                const auto facts = m_files.stat(full);
                if (!facts.ok()) {
                    m_listing.unread.insert(std::move(full));
                } else if (facts.value() && facts.value()->kind == FileKind::Regular) {
                    m_listing.files.emplace(std::move(full), *facts.value());
                }
            }
        }
    }

    [[nodiscard]] bool isForReplicas(const std::string& path) const
    {
        return m_folder.otherReplicas.contains(path) ||
               std::ranges::any_of(m_folder.each.replicas, [&](const ReplicaConfig& replica) {
                   return replica.address.kind == storage::StorageKind::Folder &&
                          replica.address.path == path;
               });
    }

    const FileSystem& m_files;
    const FolderConfig& m_folder;
    std::vector<std::string> m_left;
    std::size_t m_names = 0;
    FolderListing m_listing;
};

}  // namespace

DatabaseConfig databaseIn(const FolderConfig& folder, const std::string& path)
{
    const std::string relative = path.substr(folder.path == "/" ? 0 : folder.path.size());
    DatabaseConfig database = folder.each;
    database.path = path;
    for (ReplicaConfig& replica : database.replicas) {
        replica.address = storage::below(std::move(replica.address), relative.substr(1));
    }
    return database;
}

bool isMeant(const FolderConfig& folder, std::string_view name)
{
    return databaseName(name) == name && config::matchesName(folder.pattern, name);
}

bool isNews(const FolderConfig& folder, std::string_view name)
{
    return !name.ends_with(kJournal) && config::matchesName(folder.pattern, databaseName(name));
}

Result<FolderListing> listFolder(const FileSystem& files, const FolderConfig& folder,
                                 const std::stop_token& stop)
{
    return Lister(files, folder).list(stop);
}

FolderScan::FolderScan(const FileSystem& files, FolderConfig folder, MayFollow mayFollow)
    : m_files(files), m_folder(std::move(folder)), m_mayFollow(std::move(mayFollow))
{
}

Result<FolderLook> FolderScan::look(Clock::Instant now, std::size_t room,
                                    std::set<std::string>& taken, const std::stop_token& stop)
{
    TIDEMARK_TRY(FolderListing listing, listFolder(m_files, m_folder, stop));
    if (isAway(listing)) {
        return diskIsAway(m_folder.path);
    }
    m_device = listing.device;
    FolderLook look{.folders = std::move(listing.folders)};
    letGo(listing, now, taken, look);
    bool isFull = false;
    for (const auto& [path, facts] : listing.files) {
        if (stop.stop_requested()) {
            break;
        }
        const auto known = m_known.find(path);
        if (known != m_known.end() && !known->second.isDue(facts, now)) {
            continue;
        }
        isFull = look.found.size() >= room;
        look.more = !isFull && look.found.size() >= kAtOnce;
        if (isFull || look.more) {
            break;
        }
        tryOne(path, facts, now, taken, look);
    }
    if (isFull && !std::exchange(m_saidFull, true)) {
        look.refused.push_back(full(m_folder, m_followed));
    }
    m_saidFull = isFull;
    return look;
}

/// What is left when a disk is taken away is the empty folder that it was mounted on.
bool FolderScan::isAway(const FolderListing& listing) const
{
    return listing.device != m_device && m_followed > 0 &&
           std::ranges::none_of(m_known, [&](const auto& known) {
               return known.second.isFollowed && listing.files.contains(known.first);
           });
}

void FolderScan::letGo(const FolderListing& listing, Clock::Instant now,
                       std::set<std::string>& taken, FolderLook& look)
{
    for (auto at = m_known.begin(); at != m_known.end();) {
        Known& known = at->second;
        const bool mayBeThere = isUnread(listing, at->first);
        look.again = look.again || mayBeThere;
        if (mayBeThere || listing.files.contains(at->first)) {
            known.missingSince.reset();
            ++at;
            continue;
        }
        known.missingSince = known.missingSince.value_or(now);
        const bool isGone = !known.isFollowed || now - *known.missingSince >= kGoneAfter;
        look.again = look.again || !isGone;
        if (isGone && known.isFollowed) {
            taken.erase(known.canonical);
            look.gone.push_back(at->first);
            --m_followed;
        }
        at = isGone ? m_known.erase(at) : std::next(at);
    }
}

bool FolderScan::Known::isDue(const FileFacts& newest, Clock::Instant now) const
{
    return !isFollowed && now >= notBefore && (newest != facts || (healsFrom && now >= *healsFrom));
}

void FolderScan::tryOne(const std::string& path, const FileFacts& facts, Clock::Instant now,
                        std::set<std::string>& taken, FolderLook& look)
{
    Known& known = m_known[path];
    known.facts = facts;
    known.healsFrom.reset();
    known.notBefore = now;
    if (facts.sizeBytes == 0) {
        return;  // A database on its way: what fills it changes the facts.
    }
    DatabaseConfig database = databaseIn(m_folder, path);
    const auto canonical = m_files.canonical(path);
    known.canonical = canonical.ok() ? canonical.value() : path;
    if (taken.contains(known.canonical)) {
        known.healsFrom = now;  // With the next look: who follows it takes care of it.
        return;
    }
    if (const Status may = m_mayFollow(database); !may.ok()) {
        refuse(known, may.error(), now, look);
        return;
    }
    known.isFollowed = true;
    known.told.reset();
    ++m_followed;
    taken.insert(known.canonical);
    look.found.push_back(std::move(database));
}

void FolderScan::refuse(Known& known, const Error& error, Clock::Instant now, FolderLook& look)
{
    // Such a file changes with each transaction, and each question stands in its writer's way.
    known.notBefore = error.code == ErrorCode::NotInWalMode ? now + kSlowLook : now;
    const bool healsSoon = error.code == ErrorCode::Busy || error.code == ErrorCode::Unavailable;
    look.again = look.again || healsSoon;
    if (error.code != ErrorCode::Damaged && error.code != ErrorCode::NotInWalMode) {
        known.healsFrom = healsSoon ? now : now + kSlowLook;
    }
    // Any file may match; only those that are databases are worth a word.
    const bool isNone = error.what == sqlite::notADatabase(known.canonical).what;
    if (!isNone && known.told != error.what) {
        known.told = error.what;
        look.refused.push_back(error);
    }
}

}  // namespace tidemark::service
