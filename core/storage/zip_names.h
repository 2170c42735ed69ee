#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// Longer than any name of a replica, and than most disks take.
inline constexpr std::size_t kMaxZipNameBytes = 1024;

/// Whether an entry of a zip archive may be called so: UTF-8, relative, parts separated by '/',
/// none of them empty, "." or "..", no backslash, no drive letter, no control characters. A '/' may
/// stand at its end: that is a folder. Damaged otherwise; the sentence shows the name with '?' for
/// what cannot be shown. `archive` is how the archive is called.
[[nodiscard]] Status checkZipName(const std::string& archive, std::string_view name);

/// The name as sentences show it: cut, and with '?' for what may drive a terminal.
[[nodiscard]] std::string shownZipName(std::string_view name);

}  // namespace tidemark::storage
