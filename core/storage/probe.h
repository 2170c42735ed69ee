#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/storage/storage.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// A test whether a place is fit to hold a replica, step by step, each with what to do when it
/// fails. It shows what goes wrong before there is a backup that nobody can write or restore.
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

struct ProbeWith {
    Clock& clock;
    Random& random;
    /// Called with each step as soon as it is known, on the thread of the caller.
    std::function<void(const ProbedStep&)> tell = [](const ProbedStep&) {};
    /// Nothing is written then, and the steps end with a note in the place of Write.
    bool isReadOnly = false;
};

struct Probed {
    std::vector<ProbedStep> steps = {};
    std::string left = {};  ///< The object that may be there still; empty as a rule.
};

/// Names of the objects that a test writes start so, 16 hex digits follow. No replica has such, and
/// what reads replicas passes over it.
inline constexpr std::string_view kProbeStem = "tidemark/test-";

/// Tries it out with one object of some KB, which is removed in the end, also after a failure or a
/// stop; a folder that was not there is made and stays. A missing right does not end it, so that
/// one run tells of all that are missing. Blocks, and waits for nothing but the storage. Fails with
/// Cancelled alone; the object is removed then, too, if that takes no more than five seconds.
[[nodiscard]] Result<Probed> probe(Storage& storage, const ProbeWith& with,
                                   const std::stop_token& stop);

/// Of the first step that failed; null when none did.
[[nodiscard]] const Error* firstFailure(const std::vector<ProbedStep>& steps);

/// "read-back", for files and programs.
[[nodiscard]] std::string_view codeName(ProbeStep step);
[[nodiscard]] std::string_view codeName(ProbeResult result);

}  // namespace tidemark::storage
