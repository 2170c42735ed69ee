#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/storage/probe_step.h"
#include "core/storage/storage.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// A test whether a place is fit to hold a replica, step by step, each with what to do when it
/// fails. It shows what goes wrong before there is a backup that nobody can write or restore.
namespace tidemark::storage {

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

}  // namespace tidemark::storage
