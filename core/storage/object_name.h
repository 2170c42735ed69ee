#pragma once

#include "core/base/result.h"

#include <string_view>

namespace tidemark::storage {

/// Whether `name` is what Storage takes for one: relative, '/' between its parts, none of them
/// empty, "." or "..".
[[nodiscard]] bool isObjectName(std::string_view name);

/// Usage when it is not.
[[nodiscard]] Status checkObjectName(std::string_view name);

}  // namespace tidemark::storage
