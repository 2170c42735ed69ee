#pragma once

#include "app/cli/commands.h"

#include <string>

namespace tidemark::cli {

/// All commands, a line each.
[[nodiscard]] std::string overview();

/// One command with its options and an example.
[[nodiscard]] std::string helpOf(const CommandSpec& command);

}  // namespace tidemark::cli
