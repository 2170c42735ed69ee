#pragma once

#include "core/base/message.h"
#include "core/base/result.h"
#include "core/config/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::config {

/// What one configuration file asks for.
struct FileConfig {
    std::vector<DatabaseSettings> databases = {};  ///< In the file's order.
    std::vector<Message> notices = {};  ///< Keys that Tidemark does not use, each with its line.
};

/// The value of an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the text of a litestream.yml (0.3 and 0.5): `dbs`, each with `path` and `replicas` or
/// `replica`, given by `url`, by `path`, or as a bare address. ${NAME} and $NAME in values are
/// replaced; one that is not set is a failure. Usage names `path`, the line and what to write;
/// Unsupported names a kind of replica that this version does not write to.
[[nodiscard]] Result<FileConfig> parseLitestreamYml(const std::string& text,
                                                    const std::string& path,
                                                    const Environment& environment);

}  // namespace tidemark::config
