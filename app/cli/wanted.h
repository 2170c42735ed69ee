#pragma once

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/service/folder_scan.h"

#include <vector>

namespace tidemark::cli {

/// What `replicate` is to follow.
struct Wanted {
    std::vector<service::DatabaseConfig> databases = {};
    std::vector<service::FolderConfig> folders = {};

    [[nodiscard]] bool hasSeveral() const { return databases.size() > 1 || !folders.empty(); }
};

/// What the operands name, or the file of --config, whose notices are printed. Each database is
/// named once in it, and each place for one of them; with --once nothing of them is deleted or
/// proven. Usage when they do not say what is wanted or contradict each other, NotFound for a file
/// that names no database, else as readConfigFile() fails.
[[nodiscard]] Result<Wanted> wantedBy(Session& session, const ParsedArguments& arguments);

}  // namespace tidemark::cli
