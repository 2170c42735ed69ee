#include "core/config/config_file.h"

#include "core/config/file_text.h"
#include "core/config/json_object.h"
#include "core/config/settings_json.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace tidemark::config {
namespace {

Error ofNewerVersion(const std::string& path)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("config",
                                   "%1 is of a newer version of Tidemark, which may mean other "
                                   "things by it."),
                     {path}},
            .next = {TIDEMARK_TEXT("config",
                                   "Follow it with that version, or write a file of \"version\": "
                                   "%1."),
                     {std::to_string(kSettingsVersion)}}};
}

/// The desktop's own, which nobody follows by.
bool isOfTheDesktop(const std::string& key)
{
    return key == "window" || key == "appearance" || key == "zone";
}

/// Anything else may be a secret that slipped.
bool isWord(std::string_view key)
{
    return std::ranges::all_of(key, [](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' ||
               letter == '_';
    });
}

/// One for each of the keys; they stand with `database`, or with the file itself where it is empty.
void addUnknown(const UnknownKeys& unknown, const std::string& path, const std::string& database,
                std::vector<Message>& notices)
{
    const nlohmann::json keys = objectWith(unknown);
    for (const auto& [key, value] : keys.items()) {
        const std::string shown = isWord(key) ? key : "...";
        if (!database.empty() && key == "keep") {
            notices.push_back(
                {TIDEMARK_TEXT("config",
                               "%1: Tidemark does not understand a \"keep\" of %2, so "
                               "everything stays there."),
                 {path, database}});
        } else if (!database.empty()) {
            notices.push_back({TIDEMARK_TEXT("config", "%1: Tidemark does not use \"%2\" of %3."),
                               {path, shown, database}});
        } else if (!isOfTheDesktop(key)) {
            notices.push_back(
                {TIDEMARK_TEXT("config", "%1: Tidemark does not use \"%2\"."), {path, shown}});
        }
    }
}

std::vector<Message> unknownKeys(const Settings& settings, const std::string& path)
{
    std::vector<Message> notices;
    addUnknown(settings.unknown, path, {}, notices);
    for (const DatabaseSettings& database : settings.databases) {
        addUnknown(database.unknown, path, database.path, notices);
        for (const ReplicaSettings& replica : database.replicas) {
            addUnknown(replica.unknown, path, database.path, notices);
        }
    }
    return notices;
}

Result<FileConfig> fromSettings(const std::string& text, const std::string& path)
{
    TIDEMARK_TRY(DecodedSettings decoded, decodeSettings(text, path));
    if (decoded.version > kSettingsVersion) {
        return ofNewerVersion(path);
    }
    FileConfig config{.notices = unknownKeys(decoded.settings, path), .isSettings = true};
    config.databases = std::move(decoded.settings.databases);
    std::erase_if(config.databases,
                  [](const DatabaseSettings& database) { return database.paused; });
    return config;
}

/// SSE-C keys that lie in files of their own.
Status readCustomerKeys(FileSystem& files, const Environment& environment, FileConfig& config)
{
    for (FileSecret& secret : config.secrets) {
        std::string& path = secret.customerKeyFile;
        if (path.empty()) {
            continue;
        }
        if (path.starts_with("~/")) {
            path = environment("HOME").value_or(std::string()) + path.substr(1);
        }
        TIDEMARK_TRY(const auto text, readText(files, path));
        if (!text) {
            return Error{.code = ErrorCode::NotFound,
                         .what = {TIDEMARK_TEXT("config", "There is no key file %1."), {path}},
                         .next = {TIDEMARK_TEXT("config", "Correct \"sse-customer-key-path\".")}};
        }
        const auto end = text->find_last_not_of(" \t\r\n");
        const auto start = std::min(text->find_first_not_of(" \t\r\n"), text->size());
        secret.secrets.customerKey =
            Secret(text->substr(start, end == std::string::npos ? 0 : end + 1 - start));
    }
    return {};
}

}  // namespace

Result<FileConfig> readConfigFile(FileSystem& files, const std::string& path,
                                  const Environment& environment)
{
    TIDEMARK_TRY(const auto text, readText(files, path));
    if (!text) {
        return Error{
            .code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("config", "There is no configuration file %1."), {path}},
            .next = {
                TIDEMARK_TEXT("config", "Name a litestream.yml or a settings.json of Tidemark.")}};
    }
    const auto first = text->find_first_not_of(" \t\r\n");
    const bool isJson = first != std::string::npos && (*text)[first] == '{';
    if (isJson) {
        return fromSettings(*text, path);
    }
    TIDEMARK_TRY(FileConfig config, parseLitestreamYml(*text, path, environment));
    TIDEMARK_TRY_STATUS(readCustomerKeys(files, environment, config));
    return config;
}

}  // namespace tidemark::config
