#pragma once

#include "core/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tidemark::storage {

/// The time of an entry. Its own field has two seconds and no zone, so it is also written as extra
/// fields: "UT" (0x5455, seconds, what Unix tools read) and NTFS's (0x000a, exact to 100 ns). Both
/// are UTC, and so is what we write into the field itself. Source: PKWARE's APPNOTE.TXT 4.4.6 and
/// 4.5.5, Info-ZIP's proginfo/extrafld.txt.

/// Both extra fields, the same in the local header and in the directory; "UT" is left out for what
/// its 32 bits cannot say.
[[nodiscard]] std::vector<std::byte> zipTimeFields(Timestamp time);

/// The best of what an entry says. Empty for the first instant of 1980 alone, which is what stands
/// there when nothing is known. Extra fields that break off say nothing.
[[nodiscard]] std::optional<Timestamp> zipTimeOf(std::span<const std::byte> extra,
                                                 std::uint32_t dosTime);

}  // namespace tidemark::storage
