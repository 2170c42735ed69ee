#pragma once

#include <string>

namespace tidemark {

/// What the kernel tells in a file below /proc; empty where it tells nothing. Any thread; no disk
/// is asked.
[[nodiscard]] std::string kernelText(const std::string& path);

}  // namespace tidemark
