#include "core/config/config_file.h"

#include "core/config/file_text.h"
#include "core/config/settings_json.h"

#include <algorithm>
#include <utility>

namespace tidemark::config {
namespace {

Result<FileConfig> fromSettings(const std::string& text, const std::string& path)
{
    TIDEMARK_TRY(DecodedSettings decoded, decodeSettings(text, path));
    FileConfig config{.databases = std::move(decoded.settings.databases), .isSettings = true};
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
