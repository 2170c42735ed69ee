#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <cstdint>
#include <string>

/// Figures as people read them, in English.
namespace tidemark::cli {

/// "17 bytes", "18.2 KB", "1.4 GB"; thousands, as disks are sold.
[[nodiscard]] std::string humanBytes(std::uint64_t bytes);

/// "812 ms", "4.2 s", "3 min 20 s", "2 h 5 min".
[[nodiscard]] std::string humanDuration(std::chrono::milliseconds duration);

/// "just now", "22 min ago", "3 days ago"; "in the future" for a time after `now`.
[[nodiscard]] std::string humanAge(Timestamp time, Timestamp now);

/// "2026-11-22 13:31:06.812 CET", in the local zone.
[[nodiscard]] std::string humanTime(Timestamp time);

/// `sentence` with each time in it that is written as formatRfc3339() does written as above, so
/// that a time looks the same wherever it is printed. Those within a word, a file's name for one,
/// stay.
[[nodiscard]] std::string withLocalTimes(const std::string& sentence);

/// "1 page", "3 pages": `noun` and its plural with an s.
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& noun);

/// `word` as a shell takes it for one word.
[[nodiscard]] std::string quotedForShell(const std::string& word);

}  // namespace tidemark::cli
