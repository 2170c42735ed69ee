#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// The number of this process.
[[nodiscard]] int processId();

/// The numbers of the files that this process has open; any of them may be closed at any time.
[[nodiscard]] std::vector<int> openDescriptors();

/// Whether no process of this computer is hidden from this one, as in a container they are.
[[nodiscard]] bool seesEveryProcess();

/// The name of this process's user: what LOGNAME or USER says, else what the system does; empty
/// where neither does. `variable` gives the value of a variable of the environment.
[[nodiscard]] std::string userName(
    const std::function<std::optional<std::string>(const std::string& name)>& variable);

/// Whoever reads our output goes away, a file may not grow further: both are answers of write(),
/// not the end of the process. Once, at the start.
void ignoreWriteSignals();

/// Lets this process open as many files as the system allows it to: three hundred databases need
/// more than the usual 1024. Once, at the start.
void raiseOpenFileLimit();

/// Ends the process here and now with the status of `code`, whatever its threads do; what was
/// printed is printed.
[[noreturn]] void endAtOnce(ErrorCode code);

/// As many files as this process may have open at once.
[[nodiscard]] std::uint64_t openFileLimit();

}  // namespace tidemark
