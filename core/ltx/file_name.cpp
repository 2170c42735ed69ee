#include "core/ltx/file_name.h"

#include "core/base/hash.h"

#include <charconv>

namespace tidemark::ltx {
namespace {

constexpr int kDigits = 16;
constexpr std::string_view kSuffix = ".ltx";
constexpr std::size_t kLength = 2 * kDigits + 1 + kSuffix.size();

std::uint64_t fromHex(std::string_view digits)
{
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

}  // namespace

std::string fileName(TxRange range)
{
    std::string name = hex(range.minTxId.value, kDigits);
    name += '-';
    name += hex(range.maxTxId.value, kDigits);
    name += kSuffix;
    return name;
}

std::optional<TxRange> parseFileName(std::string_view name)
{
    if (name.size() != kLength) {
        return std::nullopt;
    }
    const TxRange range{.minTxId = {fromHex(name.substr(0, kDigits))},
                        .maxTxId = {fromHex(name.substr(kDigits + 1, kDigits))}};
    // Writing it again is the strictest test: capitals, signs and other suffixes all differ.
    if (range.minTxId == TxId{} || range.maxTxId < range.minTxId || range.maxTxId > kMaxTxId ||
        fileName(range) != name) {
        return std::nullopt;
    }
    return range;
}

}  // namespace tidemark::ltx
