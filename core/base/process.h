#pragma once

namespace tidemark {

/// The number of this process.
[[nodiscard]] int processId();

/// Lets this process open as many files as the system allows it to: three hundred databases need
/// more than the usual 1024. Once, at the start.
void raiseOpenFileLimit();

}  // namespace tidemark
