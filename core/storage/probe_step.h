#pragma once

#include "core/base/result.h"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

/// What a probe() tells, step by step.
namespace tidemark::storage {

/// In the order in which they are told.
enum class ProbeStep {
    Reach,         ///< Somebody answers, and it is a storage.
    Authenticate,  ///< It knows us, and we know it.
    List,          ///< The place is there, and may be listed.
    Write,
    ReadBack,    ///< Whole and from the middle: the bytes that were written.
    CreateOnly,  ///< The same name written again is refused.
    Clock,       ///< Whether ours and theirs agree.
    Delete,      ///< And it is gone afterwards.
};

enum class ProbeResult {
    Passed,
    Noted,  ///< It works, and there is something to know.
    Failed,
    Skipped,  ///< Nothing is known of it, since an earlier one failed.
};

struct ProbedStep {
    ProbeStep step = ProbeStep::Reach;
    ProbeResult result = ProbeResult::Passed;
    /// Empty where it took no call of its own: to reach, to authenticate and to list is one call,
    /// whose time is that of the last one that it decided.
    std::optional<std::chrono::microseconds> duration = {};
    std::optional<Error> failure = {};  ///< Of one that failed.
    Message note = {};                  ///< Of one that is noted.
    Message advice = {};                ///< Beside the note; empty where nothing is to be done.

    bool operator==(const ProbedStep&) const = default;
};

/// Of the first step that failed; null when none did.
[[nodiscard]] const Error* firstFailure(const std::vector<ProbedStep>& steps);

/// "read-back", for files and programs.
[[nodiscard]] std::string_view codeName(ProbeStep step);
[[nodiscard]] std::string_view codeName(ProbeResult result);

}  // namespace tidemark::storage
