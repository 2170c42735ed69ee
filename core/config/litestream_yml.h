#pragma once

#include "core/base/message.h"
#include "core/base/result.h"
#include "core/config/settings.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::config {

/// The databases below a folder whose names match a pattern; what a `dbs` element with `dir` is.
struct FolderSettings {
    std::string path = {};
    std::string pattern = {};    ///< See name_pattern.h.
    bool recursive = false;      ///< In its subfolders, too.
    bool watch = true;           ///< New ones are followed, those that vanish are let go.
    DatabaseSettings each = {};  ///< Of each one; the path is empty, and a replica's address is
                                 ///< what the database's path from the folder is put below.

    bool operator==(const FolderSettings&) const = default;
};

/// What a configuration file says that opens a place, apart from all that is shown or saved.
struct FileSecret {
    storage::StorageAddress address = {};
    storage::Secrets secrets = {};
    std::string customerKeyFile =
        {};  ///< Holds the SSE-C key; readConfigFile() takes it from there.

    bool operator==(const FileSecret&) const = default;
};

/// What one configuration file asks for.
struct FileConfig {
    std::vector<DatabaseSettings> databases = {};  ///< In the file's order.
    std::vector<FolderSettings> folders = {};
    std::vector<FileSecret> secrets = {};
    std::vector<Message> notices = {};  ///< What Tidemark does not use, each with its line.
    bool isSettings = false;            ///< It is a settings.json, whose secrets the keychain has.
};

/// The value of an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the text of a litestream.yml (0.3 and 0.5): `dbs`, each with `path`, or with `dir` and
/// `pattern`, and `recursive` and `watch` where they are wanted otherwise; and with `replicas` or
/// `replica`, of each kind that litestream_replica.h tells of. Litestream watches a folder only
/// when it is told to, here it is watched unless the file says `watch: false`. A replica with
/// `keep` (keep_text.h) is thinned by it; Litestream's own words for deleting are among the
/// notices. ${NAME} and $NAME in values are replaced; one that is not set is a failure. Usage names
/// `path`, the line and what to write, for keys that contradict each other or come twice, too;
/// Unsupported names a kind of replica that this version does not write to. No secret is in an
/// error, a notice or an address, wherever in the file it stands and however broken the file is.
[[nodiscard]] Result<FileConfig> parseLitestreamYml(const std::string& text,
                                                    const std::string& path,
                                                    const Environment& environment);

}  // namespace tidemark::config
