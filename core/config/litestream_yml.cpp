#include "core/config/litestream_yml.h"

#include "core/config/keep_text.h"
#include "core/config/litestream_replica.h"
#include "core/config/name_pattern.h"
#include "core/config/yml_node.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace tidemark::config {
namespace {

/// More than this many databases are more than one process can follow.
constexpr std::size_t kMaxDatabases = 10'000;

constexpr auto kDatabaseKeys = std::to_array<std::string_view>(
    {"path", "dir", "pattern", "recursive", "watch", "replica", "replicas", "sync-interval"});

/// What yaml-cpp says of a mistake, without the letters of the file that some of its messages end
/// with: they may be those of a password.
std::string withoutContent(const std::string& message)
{
    return message.substr(0, message.find_first_of(":\"'"));
}

/// A litestream.yml on its way to a FileConfig.
class LitestreamReader {
public:
    explicit LitestreamReader(const YmlNode& root) : m_root(root) {}

    [[nodiscard]] Result<FileConfig> read()
    {
        const YmlNode& root = m_root;
        TIDEMARK_TRY_STATUS(root.expectMap());
        std::vector<std::string_view> used = sharedReplicaKeys();
        used.push_back("dbs");
        TIDEMARK_TRY_STATUS(root.checkKeys(used, m_config.notices));
        TIDEMARK_TRY(const auto databases, root.list("dbs"));
        if (databases.empty()) {
            return root.refuseLack(used,
                                   {TIDEMARK_TEXT("config", "%1, line %2: it names no database.")},
                                   {TIDEMARK_TEXT("config", "Add one below \"dbs:\".")});
        }
        if (databases.size() > kMaxDatabases) {
            return root.refuse({TIDEMARK_TEXT("config", "%1, line %2: more than %3 databases."),
                                {std::to_string(kMaxDatabases)}},
                               {TIDEMARK_TEXT("config", "Divide them among several processes.")});
        }
        for (const YmlNode& database : databases) {
            TIDEMARK_TRY_STATUS(readElement(database));
        }
        return std::move(m_config);
    }

private:
    [[nodiscard]] Status readElement(const YmlNode& node)
    {
        TIDEMARK_TRY_STATUS(node.expectMap());
        TIDEMARK_TRY_STATUS(node.checkKeys(kDatabaseKeys, m_config.notices));
        if (node.child("dir")) {
            TIDEMARK_TRY(auto folder, readFolder(node));
            m_config.folders.push_back(std::move(folder));
        } else {
            TIDEMARK_TRY(auto database, readDatabase(node));
            m_config.databases.push_back(std::move(database));
        }
        return {};
    }

    [[nodiscard]] Result<DatabaseSettings> readDatabase(const YmlNode& node)
    {
        for (const char* const key : {"pattern", "recursive", "watch"}) {
            if (const auto other = node.child(key)) {
                return other->refuse(
                    {TIDEMARK_TEXT(
                         "config",
                         "%1, line %2: \"%3\" goes with \"dir\" only, and there is none."),
                     {key}},
                    {TIDEMARK_TEXT("config", "Name the folder behind \"dir:\", or remove it.")});
            }
        }
        TIDEMARK_TRY(std::string path, node.text("path"));
        if (path.empty()) {
            return node.refuseLack(
                kDatabaseKeys,
                {TIDEMARK_TEXT("config", "%1, line %2: a database has no \"path\".")},
                {TIDEMARK_TEXT("config",
                               "Name the database file, or a folder behind \"dir:\" and a "
                               "\"pattern:\".")});
        }
        TIDEMARK_TRY(DatabaseSettings database, readReplicas(node));
        database.path = std::move(path);
        return database;
    }

    [[nodiscard]] Result<FolderSettings> readFolder(const YmlNode& node)
    {
        if (const auto path = node.child("path")) {
            return path->refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: \"path\" and \"dir\" exclude each other.")},
                {TIDEMARK_TEXT("config", "Keep one of them.")});
        }
        FolderSettings folder;
        TIDEMARK_TRY(folder.path, node.text("dir"));
        TIDEMARK_TRY(folder.pattern, node.text("pattern"));
        TIDEMARK_TRY_STATUS(checkPattern(node, folder.pattern));
        TIDEMARK_TRY(const auto recursive, node.flag("recursive"));
        TIDEMARK_TRY(const auto watch, node.flag("watch"));
        TIDEMARK_TRY(folder.each, readReplicas(node));
        folder.recursive = recursive.value_or(folder.recursive);
        folder.watch = watch.value_or(folder.watch);
        return folder;
    }

    [[nodiscard]] static Status checkPattern(const YmlNode& node, const std::string& pattern)
    {
        const YmlNode place = node.child("pattern").value_or(*node.child("dir"));
        if (pattern.empty()) {
            return place.refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: a \"dir\" has no \"pattern\".")},
                {TIDEMARK_TEXT("config", "Write one: \"pattern: '*.db'\".")});
        }
        if (pattern.find('/') != std::string::npos) {
            return place.refuse(
                {TIDEMARK_TEXT("config",
                               "%1, line %2: the pattern \"%3\" matches nothing: it "
                               "is compared with names of files, without folders."),
                 {pattern}},
                {TIDEMARK_TEXT("config",
                               "Name the folder behind \"dir:\", and \"recursive: "
                               "true\" for those in it.")});
        }
        if (!isNamePattern(pattern)) {
            return place.refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: \"%3\" is not a pattern."), {pattern}},
                {TIDEMARK_TEXT("config", "Close each '['; '*.db' matches all that ends so.")});
        }
        return {};
    }

    [[nodiscard]] Result<DatabaseSettings> readReplicas(const YmlNode& node)
    {
        DatabaseSettings database;
        TIDEMARK_TRY(auto replicas, node.list("replicas"));
        if (const auto single = node.child("replica")) {
            if (!replicas.empty()) {
                return single->refuse(
                    {TIDEMARK_TEXT(
                        "config", "%1, line %2: \"replica\" and \"replicas\" exclude each other.")},
                    {TIDEMARK_TEXT("config", "Name all of them below \"replicas:\".")});
            }
            replicas.push_back(*single);
        }
        if (replicas.empty()) {
            return node.refuseLack(
                kDatabaseKeys, {TIDEMARK_TEXT("config", "%1, line %2: a database has no replica.")},
                {TIDEMARK_TEXT("config", "Add one below \"replica:\".")});
        }
        TIDEMARK_TRY(const auto interval, node.duration("sync-interval"));
        std::optional<std::chrono::milliseconds> shortest;
        for (const YmlNode& replica : replicas) {
            TIDEMARK_TRY(auto settings, readReplica(replica, interval.value_or(kSyncInterval)));
            shortest = std::min(settings.syncInterval, shortest.value_or(settings.syncInterval));
            database.replicas.push_back(std::move(settings));
        }
        // What waits is captured all the same: how old it is stays known, and another replica may
        // be uploaded to more often.
        database.syncInterval = std::min(*shortest, kSyncInterval);
        for (ReplicaSettings& replica : database.replicas) {
            if (replica.syncInterval <= database.syncInterval) {
                replica.syncInterval = std::chrono::milliseconds(0);
            }
        }
        return database;
    }

    /// `usual`: the interval of one that says nothing of it.
    [[nodiscard]] Result<ReplicaSettings> readReplica(const YmlNode& node,
                                                      std::chrono::milliseconds usual)
    {
        if (!node.isScalar()) {
            TIDEMARK_TRY_STATUS(node.expectMap());
        }
        const ReplicaKeys keys(node, m_root, m_config.notices);
        TIDEMARK_TRY(auto place, readReplicaPlace(keys));
        TIDEMARK_TRY(const std::string name, keys.ownText("name"));
        const auto address = storage::parseAddress(place.address, "/", "/");
        const auto kind = address.ok() ? address.value().kind : storage::StorageKind::Folder;
        ReplicaSettings replica{.name = name.empty() ? std::string(replicaName(kind)) : name,
                                .address = std::move(place.address),
                                .syncInterval = usual};
        if (place.secret) {
            m_config.secrets.push_back(*std::move(place.secret));
        }
        if (node.isScalar()) {
            return replica;
        }
        TIDEMARK_TRY(const auto interval, node.duration("sync-interval"));
        replica.syncInterval = interval.value_or(usual);
        TIDEMARK_TRY(replica.keep, readKeep(node));
        return replica;
    }

    /// A word of ours: without it everything is kept.
    [[nodiscard]] static Result<engine::RetentionPolicy> readKeep(const YmlNode& node)
    {
        const auto keep = node.child("keep");
        if (!keep) {
            return engine::kKeepEverything;
        }
        TIDEMARK_TRY(const std::string text, keep->text());
        auto parsed = parseKeep(text);
        return parsed.ok()
                   ? parsed
                   : keep->refuse(
                         {TIDEMARK_TEXT("config",
                                        "%1, line %2: \"%3\" does not say what is to be kept."),
                          {text}},
                         parsed.error().next);
    }

    YmlNode m_root;
    FileConfig m_config;
};

}  // namespace

Result<FileConfig> parseLitestreamYml(const std::string& text, const std::string& path,
                                      const Environment& environment)
{
    const YmlFile file{.path = path, .environment = environment};
    try {
        return LitestreamReader(YmlNode(YAML::Load(text), file)).read();
    } catch (const YAML::Exception& exception) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("config", "%1, line %2, is not YAML: %3."),
                              {path, std::to_string(exception.mark.line + 1),
                               withoutContent(exception.msg)}},
                     .next = {TIDEMARK_TEXT("config", "Correct that line.")}};
    }
}

}  // namespace tidemark::config
