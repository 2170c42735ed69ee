#include "core/config/config_file.h"

#include "core/config/file_text.h"
#include "core/config/settings_json.h"

#include <utility>

namespace tidemark::config {
namespace {

Result<FileConfig> fromSettings(const std::string& text, const std::string& path)
{
    TIDEMARK_TRY(DecodedSettings decoded, decodeSettings(text, path));
    FileConfig config{.databases = std::move(decoded.settings.databases)};
    std::erase_if(config.databases,
                  [](const DatabaseSettings& database) { return database.paused; });
    return config;
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
    return isJson ? fromSettings(*text, path) : parseLitestreamYml(*text, path, environment);
}

}  // namespace tidemark::config
