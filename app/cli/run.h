#pragma once

#include "app/cli/commands.h"

#include <string>
#include <vector>

namespace tidemark::cli {

/// Where this user's folders are, by the XDG variables.
[[nodiscard]] Places placesFrom(const config::Environment& environment,
                                const std::string& workingDirectory);

/// Runs the command that `arguments` (without the program's name) name, and gives the status to end
/// with.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Session& session);

}  // namespace tidemark::cli
