#pragma once

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/base/clock.h"
#include "core/restore/restorer.h"

#include <chrono>
#include <optional>
#include <string>

/// What the commands share that restore or verify.
namespace tidemark::cli {

/// Says on stderr what follows the moment that `wish` led to and is lost, unless the moment itself
/// was asked for.
void noteLost(Output& output, const replica::Wish& wish, const std::optional<replica::Gap>& lost);

/// Shows a restore's progress on `line`, which outlives the result.
[[nodiscard]] restore::OnProgress onLine(ProgressLine& line);

/// The JSON line of both commands; `path` is where the file is, or what was verified. `bySqlite`:
/// SQLite was asked and could check all of it.
[[nodiscard]] Json restoredJson(const restore::Restored& restored, const std::string& path);

/// The answer to who asks whether a backup is good of which the end is lost.
[[nodiscard]] Error endIsLost(const replica::Gap& gap);

/// As JSON lines give durations.
[[nodiscard]] double seconds(std::chrono::milliseconds duration);

/// How long ago that was.
[[nodiscard]] std::chrono::milliseconds since(Clock& clock, Clock::Instant start);

/// "Proven: it is byte for byte what was recorded.", and what SQLite found where that says more, or
/// could not check all.
[[nodiscard]] std::string verdictText(const restore::Restored& restored, restore::Check check);

/// The verdict on a moment that did not come back whole, and the nearest that may.
[[nodiscard]] Json damagedJson(const replica::Moment& moment, const replica::Nearest& nearest,
                               const std::string& path, std::chrono::milliseconds duration);

}  // namespace tidemark::cli
