#pragma once

#include <compare>
#include <cstdint>

namespace tidemark::ltx {

/// The number of a transaction, counted from 1. Zero means "none yet".
struct TxId {
    std::uint64_t value = 0;
    auto operator<=>(const TxId&) const = default;
};

/// No history comes to it, a name in a folder may: numbers go on from the highest, and must not run
/// over.
inline constexpr TxId kMaxTxId{UINT64_MAX >> 1};

}  // namespace tidemark::ltx
