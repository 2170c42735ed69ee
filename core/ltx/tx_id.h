#pragma once

#include <compare>
#include <cstdint>

namespace tidemark::ltx {

/// The number of a transaction, counted from 1. Zero means "none yet".
struct TxId {
    std::uint64_t value = 0;
    auto operator<=>(const TxId&) const = default;
};

}  // namespace tidemark::ltx
