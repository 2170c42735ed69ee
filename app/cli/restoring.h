#pragma once

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/restore/restorer.h"

#include <string>

/// What restore and verify share.
namespace tidemark::cli {

/// Shows a restore's progress on `line`, which outlives the result.
[[nodiscard]] restore::OnProgress onLine(ProgressLine& line);

/// The JSON line of both commands; `path` is where the file is, or what was verified.
[[nodiscard]] Json restoredJson(const restore::Restored& restored, const std::string& path);

/// "Proven: it is byte for byte what was recorded."
[[nodiscard]] std::string verdictText(restore::Verdict verdict);

}  // namespace tidemark::cli
