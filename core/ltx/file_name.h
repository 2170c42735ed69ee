#pragma once

#include "core/ltx/tx_id.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::ltx {

/// The transactions of one file, both ends inclusive.
struct TxRange {
    TxId minTxId = {};
    TxId maxTxId = {};
    auto operator<=>(const TxRange&) const = default;
};

/// "0000000000000001-000000000000002a.ltx": names sort as their transactions do.
[[nodiscard]] std::string fileName(TxRange range);

/// The range that `name` stands for. Empty for every other name: anything may lie in a folder.
/// Only what fileName() writes for a range from 1 to kMaxTxId, min <= max, counts.
[[nodiscard]] std::optional<TxRange> parseFileName(std::string_view name);

}  // namespace tidemark::ltx
