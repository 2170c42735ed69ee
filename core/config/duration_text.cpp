#include "core/config/duration_text.h"

#include "core/base/whole_number.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tidemark::config {
namespace {

constexpr std::uint32_t kMaxCount = 1'000'000;
constexpr std::chrono::hours kMost{10 * 366 * 24};

struct Unit {
    std::string_view name = {};
    std::chrono::milliseconds length{0};
};
constexpr std::array kUnits{Unit{"ms", std::chrono::milliseconds(1)},
                            Unit{"s", std::chrono::seconds(1)}, Unit{"m", std::chrono::minutes(1)},
                            Unit{"h", std::chrono::hours(1)}};

}  // namespace

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text)
{
    std::chrono::milliseconds sum(0);
    bool isEmpty = true;
    while (!text.empty()) {
        const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
        const auto count = wholeNumber<std::uint32_t>(text.substr(0, digits));
        if (!count || *count > kMaxCount) {
            return std::nullopt;
        }
        text.remove_prefix(digits);
        const Unit* unit = nullptr;
        for (const Unit& candidate : kUnits) {
            if (unit == nullptr && text.starts_with(candidate.name)) {
                unit = &candidate;
            }
        }
        if (unit == nullptr) {
            return std::nullopt;
        }
        sum += *count * unit->length;
        if (sum > kMost) {
            return std::nullopt;
        }
        text.remove_prefix(unit->name.size());
        isEmpty = false;
    }
    return isEmpty ? std::nullopt : std::optional(sum);
}

std::string durationText(std::chrono::milliseconds length)
{
    std::string text;
    for (const std::size_t unit :
         {std::size_t{3}, std::size_t{2}, std::size_t{1}, std::size_t{0}}) {
        const Unit& each = kUnits[unit];
        if (const auto count = length / each.length; count > 0) {
            text += std::to_string(count) + std::string(each.name);
            length -= count * each.length;
        }
    }
    return text.empty() ? "0s" : text;
}

}  // namespace tidemark::config
