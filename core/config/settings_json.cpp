#include "core/config/settings_json.h"

#include "core/config/json_object.h"
#include "core/config/keep_text.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace tidemark::config {
namespace {

using nlohmann::json;

constexpr const char* kKeep = "keep";
constexpr const char* kSyncIntervalKey = "syncIntervalMs";
constexpr const char* kSpoolLimit = "spoolLimitMiB";

constexpr std::array<std::pair<Appearance, const char*>, 3> kAppearances{
    {{Appearance::System, "system"}, {Appearance::Light, "light"}, {Appearance::Dark, "dark"}}};
constexpr std::array<std::pair<ZoneChoice, const char*>, 2> kZones{
    {{ZoneChoice::Local, "local"}, {ZoneChoice::Utc, "utc"}}};

/// A choice that this version does not have stays in the file until somebody makes another one.
template <typename Table, typename Value>
void readChoice(ObjectReader& reader, const char* key, const Table& table, Value& into)
{
    std::string name = table.front().second;
    reader.read(key, name);
    for (const auto& [value, valueName] : table) {
        if (name == valueName) {
            into = value;
            return;
        }
    }
    reader.leave(key, name);
}

/// `object` has the unknown keys, one that stands for the first choice among them.
template <typename Table, typename Value>
void writeChoice(json& object, const char* key, const Table& table, Value value)
{
    if (value == table.front().first && object.contains(key)) {
        return;
    }
    for (const auto& [candidate, name] : table) {
        if (candidate == value) {
            object[key] = name;
        }
    }
}

/// In doubt everything stays, and so does the text.
void readKeep(ObjectReader& reader, engine::RetentionPolicy& keep)
{
    auto value = reader.take(kKeep);
    if (!value) {
        return;
    }
    const auto parsed = value->is_string() ? parseKeep(value->get<std::string>())
                                           : Result<engine::RetentionPolicy>(Error());
    if (parsed.ok()) {
        keep = parsed.value();
    } else {
        reader.leave(kKeep, std::move(*value));
    }
}

/// Files that say nothing of it are left saying nothing, until somebody chooses.
void writeKeep(json& object, const engine::RetentionPolicy& keep)
{
    if (!keep.neverDelete) {
        object[kKeep] = keepText(keep);
    }
}

void readLimit(ObjectReader& reader, int& limitMib)
{
    reader.read(kSpoolLimit, limitMib);
    if (limitMib < 0) {
        reader.refuse(kSpoolLimit);
    }
}

ReplicaSettings readReplica(const json& object, std::string& wrongKey)
{
    ObjectReader reader(object, wrongKey);
    ReplicaSettings replica;
    reader.read("name", replica.name);
    reader.read("address", replica.address);
    readKeep(reader, replica.keep);
    reader.read(kSyncIntervalKey, replica.syncInterval);
    replica.unknown = reader.unknown();
    return replica;
}

DatabaseSettings readDatabase(const json& object, std::string& wrongKey)
{
    ObjectReader reader(object, wrongKey);
    DatabaseSettings database;
    reader.read("path", database.path);
    reader.read("name", database.name);
    reader.readList("replicas", [&](const json& item) {
        database.replicas.push_back(readReplica(item, wrongKey));
    });
    reader.read("switchToWal", database.switchToWal);
    reader.read("watch", database.watch);
    reader.read("paused", database.paused);
    reader.read(kSyncIntervalKey, database.syncInterval);
    reader.read("drillEveryHours", database.drillEvery);
    readLimit(reader, database.spoolLimitMib);
    database.unknown = reader.unknown();
    return database;
}

/// Unknown keys go back into `parent`, under the same name.
WindowGeometry readWindow(const json& object, ObjectReader& parent, std::string& wrongKey)
{
    ObjectReader reader(object, wrongKey);
    WindowGeometry window;
    reader.read("x", window.x);
    reader.read("y", window.y);
    reader.read("width", window.width);
    reader.read("height", window.height);
    reader.read("maximized", window.maximized);
    if (const UnknownKeys unknown = reader.unknown(); !unknown.empty()) {
        parent.leave("window", objectWith(unknown));
    }
    return window;
}

Settings readAll(json object, std::string& wrongKey)
{
    ObjectReader reader(std::move(object), wrongKey);
    Settings settings;
    reader.readList("databases", [&](const json& item) {
        settings.databases.push_back(readDatabase(item, wrongKey));
    });
    reader.readList("openedReplicas", [&](const json& item) {
        settings.openedReplicas.push_back(readReplica(item, wrongKey));
    });
    readChoice(reader, "appearance", kAppearances, settings.appearance);
    readChoice(reader, "zone", kZones, settings.zone);
    reader.read("lastRestoreFolder", settings.lastRestoreFolder);
    if (const auto window = reader.take("window")) {
        settings.window = readWindow(*window, reader, wrongKey);
    }
    reader.readList("saidOnce", [&](const json& item) {
        if (item.is_string()) {
            settings.saidOnce.insert(item.get<std::string>());
        } else {
            reader.refuse("saidOnce");
        }
    });
    settings.unknown = reader.unknown();
    return settings;
}

json written(const ReplicaSettings& replica)
{
    json object = objectWith(replica.unknown);
    object["name"] = replica.name;
    object["address"] = replica.address;
    writeKeep(object, replica.keep);
    if (replica.syncInterval.count() > 0) {
        object[kSyncIntervalKey] = replica.syncInterval.count();
    }
    return object;
}

json written(const DatabaseSettings& database)
{
    json object = objectWith(database.unknown);
    object["path"] = database.path;
    object["name"] = database.name;
    object["switchToWal"] = database.switchToWal;
    object["watch"] = database.watch;
    object["paused"] = database.paused;
    object[kSyncIntervalKey] = database.syncInterval.count();
    object["drillEveryHours"] = database.drillEvery.count();
    object[kSpoolLimit] = database.spoolLimitMib;
    object["replicas"] = json::array();
    for (const ReplicaSettings& replica : database.replicas) {
        object["replicas"].push_back(written(replica));
    }
    return object;
}

json written(const WindowGeometry& window)
{
    return {{"x", window.x},
            {"y", window.y},
            {"width", window.width},
            {"height", window.height},
            {"maximized", window.maximized}};
}

Error damaged(Message what)
{
    return {.code = ErrorCode::Damaged,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("config", "Correct it or remove it.")}};
}

/// What nobody could have chosen.
Status checkChoices(const Settings& settings, const std::string& path)
{
    for (const DatabaseSettings& database : settings.databases) {
        if (database.switchToWal && database.watch) {
            return damaged({TIDEMARK_TEXT("config",
                                          "The settings file %1 contradicts itself: %2 has both "
                                          "\"switchToWal\" and \"watch\"."),
                            {path, database.path}});
        }
    }
    return {};
}

}  // namespace

Result<DecodedSettings> decodeSettings(std::string_view text, const std::string& path)
{
    json document = json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        return damaged(
            {TIDEMARK_TEXT("config", "The settings file %1 is damaged: it is not JSON."), {path}});
    }
    if (!document.is_object()) {
        return damaged(
            {TIDEMARK_TEXT("config", "The settings file %1 is damaged: it holds no object."),
             {path}});
    }
    const json version = document.value("version", json());
    const bool isPositive = version.is_number_unsigned() && version.get<std::uint64_t>() > 0;
    if (!isPositive) {
        return Error{
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("config",
                                   "The settings file %1 is damaged: it names no version."),
                     {path}},
            .next = {TIDEMARK_TEXT("config",
                                   "If somebody wrote it by hand, add \"version\": %1; else remove "
                                   "it."),
                     {std::to_string(kSettingsVersion)}}};
    }
    document.erase("version");
    const bool isNewer = std::cmp_greater(version.get<std::uint64_t>(), kSettingsVersion);
    std::string wrongKey;
    DecodedSettings decoded{.version = isNewer ? kSettingsVersion + 1 : kSettingsVersion,
                            .settings = readAll(std::move(document), wrongKey)};
    if (!wrongKey.empty() && !isNewer) {
        return damaged({TIDEMARK_TEXT("config",
                                      "The settings file %1 is damaged: the value of \"%2\" is of "
                                      "the wrong kind."),
                        {path, wrongKey}});
    }
    TIDEMARK_TRY_STATUS(checkChoices(decoded.settings, path));
    return decoded;
}

Result<std::string> encodeSettings(const Settings& settings)
{
    json object = objectWith(settings.unknown);
    object["version"] = kSettingsVersion;
    object["databases"] = json::array();
    for (const DatabaseSettings& database : settings.databases) {
        object["databases"].push_back(written(database));
    }
    object["openedReplicas"] = json::array();
    for (const ReplicaSettings& replica : settings.openedReplicas) {
        object["openedReplicas"].push_back(written(replica));
    }
    writeChoice(object, "appearance", kAppearances, settings.appearance);
    writeChoice(object, "zone", kZones, settings.zone);
    object["lastRestoreFolder"] = settings.lastRestoreFolder;
    if (settings.window) {
        object["window"].update(written(*settings.window));
    }
    object["saidOnce"] = settings.saidOnce;
    try {
        return object.dump(4) + "\n";
    } catch (const json::exception&) {
        return Error{.code = ErrorCode::Unsupported,
                     .what = {TIDEMARK_TEXT(
                         "config", "A name in the settings is not UTF-8, so it cannot be kept.")},
                     .next = {TIDEMARK_TEXT("config", "Rename the file or folder in question.")}};
    }
}

}  // namespace tidemark::config
