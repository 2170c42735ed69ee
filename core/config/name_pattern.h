#pragma once

#include <string_view>

namespace tidemark::config {

// Patterns for the names of files, as Litestream reads them (Go's filepath.Match): '*' any text,
// '?' any character, "[a-z]" one of these, "[^a-z]" none of these, '\' the next character itself.

/// Whether it is a pattern: every '[' closed and not empty, nothing missing behind a '\' or a '-'.
[[nodiscard]] bool isNamePattern(std::string_view pattern);

/// Whether all of `name` is as `pattern`, which is one, says. Takes a time of their two lengths
/// multiplied at most.
[[nodiscard]] bool matchesName(std::string_view pattern, std::string_view name);

}  // namespace tidemark::config
