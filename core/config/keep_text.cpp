#include "core/config/keep_text.h"

#include "core/base/whole_number.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace tidemark::config {
namespace {

using engine::Grid;
using engine::RetentionPolicy;
using std::chrono::hours;

constexpr std::string_view kEverything = "everything";
constexpr std::string_view kTimeMachine = "time-machine";
constexpr std::string_view kForever = "forever";
constexpr std::string_view kEvery = "every";
constexpr std::string_view kAtMost = "at-most";

constexpr std::array<std::pair<std::string_view, Grid>, 5> kGrids{
    {{"half-minutes", Grid::HalfMinute},
     {"five-minutes", Grid::FiveMinutes},
     {"hours", Grid::Hour},
     {"days", Grid::Day},
     {"months", Grid::Month}}};

constexpr std::int64_t kHoursADay = 24;

/// A thousand years: differences of times stay far from overflowing.
constexpr std::int64_t kMostHours = 1000 * 366 * kHoursADay;

Error refused(std::string_view text)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("config", "\"%1\" does not say what is to be kept."),
                     {std::string(text)}},
            .next = {TIDEMARK_TEXT("config",
                                   "Write \"everything\", \"time-machine\", or "
                                   "\"time-machine:every=24h,five-minutes=7d\".")}};
}

/// Digits alone, and not too many.
std::optional<std::int64_t> numberOf(std::string_view text, std::int64_t most)
{
    const auto number = wholeNumber(text);
    return number && *number <= static_cast<std::uint64_t>(most)
               ? std::optional(static_cast<std::int64_t>(*number))
               : std::nullopt;
}

std::optional<hours> ageOf(std::string_view text)
{
    if (text == kForever) {
        return engine::kForEver;
    }
    if (text.empty() || (text.back() != 'h' && text.back() != 'd')) {
        return std::nullopt;
    }
    const std::int64_t unit = text.back() == 'd' ? kHoursADay : 1;
    const auto number = numberOf(text.substr(0, text.size() - 1), kMostHours / unit);
    return number ? std::optional(hours(*number * unit)) : std::nullopt;
}

std::string textOf(hours age)
{
    if (age == engine::kForEver) {
        return std::string(kForever);
    }
    const bool isDays = age.count() > kHoursADay && age.count() % kHoursADay == 0;
    return isDays ? std::to_string(age.count() / kHoursADay) + 'd'
                  : std::to_string(age.count()) + 'h';
}

engine::Thinning& thinningOf(RetentionPolicy& policy, Grid grid)
{
    return *std::ranges::find(policy.thinnings, grid, &engine::Thinning::grid);
}

bool take(std::string_view name, std::string_view value, RetentionPolicy& policy)
{
    if (name == kAtMost) {
        const auto number = numberOf(value, INT32_MAX);
        policy.everyMomentAtMost =
            number ? static_cast<std::size_t>(*number) : policy.everyMomentAtMost;
        return number.has_value();
    }
    const auto age = ageOf(value);
    const auto* const grid = std::ranges::find(kGrids, name, &decltype(kGrids)::value_type::first);
    if (!age || (name != kEvery && grid == kGrids.end())) {
        return false;
    }
    if (name == kEvery) {
        policy.everyMomentFor = *age;
    } else {
        thinningOf(policy, grid->second).age = *age;
    }
    return true;
}

/// What stands before the first `mark`; `rest` is then what stands behind it.
std::string_view upTo(char mark, std::string_view& rest)
{
    const auto at = std::min(rest.find(mark), rest.size());
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return part;
}

}  // namespace

Result<RetentionPolicy> parseKeep(std::string_view text)
{
    if (text == kEverything) {
        return engine::kKeepEverything;
    }
    std::string_view rest = text;
    RetentionPolicy policy;
    const bool isBare = text == kTimeMachine;
    if (upTo(':', rest) != kTimeMachine || (!isBare && rest.empty())) {
        return refused(text);
    }
    if (rest.ends_with(',')) {
        return refused(text);
    }
    while (!rest.empty()) {
        std::string_view value = upTo(',', rest);
        const std::string_view name = upTo('=', value);
        if (!take(name, value, policy)) {
            return refused(text);
        }
    }
    return policy;
}

std::string keepText(const RetentionPolicy& policy)
{
    if (policy.neverDelete) {
        return std::string(kEverything);
    }
    RetentionPolicy known;
    RetentionPolicy asked = policy;
    std::string numbers;
    const auto add = [&numbers](std::string_view name, const std::string& value) {
        numbers += (numbers.empty() ? ":" : ",") + std::string(name) + '=' + value;
    };
    if (asked.everyMomentFor != known.everyMomentFor) {
        add(kEvery, textOf(asked.everyMomentFor));
    }
    if (asked.everyMomentAtMost != known.everyMomentAtMost) {
        add(kAtMost, std::to_string(asked.everyMomentAtMost));
    }
    for (const auto& [name, grid] : kGrids) {
        if (const hours age = thinningOf(asked, grid).age; age != thinningOf(known, grid).age) {
            add(name, textOf(age));
        }
    }
    return std::string(kTimeMachine) + numbers;
}

}  // namespace tidemark::config
