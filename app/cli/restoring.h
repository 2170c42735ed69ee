#pragma once

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/restore/restorer.h"
#include "core/storage/storage_address.h"

#include <string>

/// What restore and verify share.
namespace tidemark::cli {

/// Restores with a progress line.
[[nodiscard]] Result<restore::Restored> restoreWithProgress(Session& session,
                                                            const storage::StorageAddress& address,
                                                            const restore::Request& request);

/// The JSON line of both commands; `path` is where the file is, or what was verified.
[[nodiscard]] Json restoredJson(const restore::Restored& restored, const std::string& path);

/// "proven: its digest is the recorded one".
[[nodiscard]] std::string verdictText(restore::Verdict verdict);

}  // namespace tidemark::cli
