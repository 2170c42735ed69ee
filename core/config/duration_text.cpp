#include "core/config/duration_text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace tidemark::config {
namespace {

constexpr std::int64_t kMaxCount = 1'000'000;

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
        std::int64_t count = 0;
        const char* const end = text.data() + text.size();
        const auto [stopped, error] = std::from_chars(text.data(), end, count);
        if (error != std::errc() || count < 0 || count > kMaxCount) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
        const Unit* unit = nullptr;
        for (const Unit& candidate : kUnits) {
            if (unit == nullptr && text.starts_with(candidate.name)) {
                unit = &candidate;
            }
        }
        if (unit == nullptr) {
            return std::nullopt;
        }
        sum += count * unit->length;
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
