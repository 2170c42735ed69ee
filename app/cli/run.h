#pragma once

#include "app/cli/commands.h"

#include <string>
#include <vector>

namespace tidemark::cli {

/// Where systemd makes each user a folder for sockets, whether or not a variable says so.
inline constexpr const char* kRuntimeFolders = "/run/user";

/// Where this user's folders are, by the XDG variables. Where there is no XDG_RUNTIME_DIR, as in
/// cron's jobs, that is `runtimeFolders` / the user's number, if it is there and the user's own.
[[nodiscard]] Places placesFrom(const config::Environment& environment,
                                const std::string& workingDirectory,
                                const std::string& runtimeFolders = kRuntimeFolders);

/// Runs the command that `arguments` (without the program's name) name, and gives the status to end
/// with.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Session& session);

}  // namespace tidemark::cli
