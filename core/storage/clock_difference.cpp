#include "core/storage/clock_difference.h"

#include <cstdint>
#include <string_view>

namespace tidemark::storage {
namespace {

using namespace std::chrono_literals;

/// From here on the larger unit tells enough.
constexpr auto kInMinutes = 120min;
constexpr auto kInHours = 48h;

struct Sentences {
    Message ahead;
    Message behind;
};

Message chosen(const Sentences& sentences, bool isAhead, std::int64_t count,
               const std::string& place)
{
    Message message = isAhead ? sentences.ahead : sentences.behind;
    message.arguments = {std::to_string(count), place};
    return message;
}

}  // namespace

Message clockDifference(std::chrono::milliseconds ahead, const std::string& place)
{
    const bool isAhead = ahead > 0ms;
    const auto distance = std::chrono::abs(ahead);
    if (distance < kInMinutes) {
        return chosen(
            {{TIDEMARK_TEXT("storage", "This computer's clock is %1 minutes ahead of that of %2.")},
             {TIDEMARK_TEXT("storage", "This computer's clock is %1 minutes behind that of %2.")}},
            isAhead, std::chrono::round<std::chrono::minutes>(distance).count(), place);
    }
    if (distance < kInHours) {
        return chosen(
            {{TIDEMARK_TEXT("storage", "This computer's clock is %1 hours ahead of that of %2.")},
             {TIDEMARK_TEXT("storage", "This computer's clock is %1 hours behind that of %2.")}},
            isAhead, std::chrono::round<std::chrono::hours>(distance).count(), place);
    }
    return chosen(
        {{TIDEMARK_TEXT("storage", "This computer's clock is %1 days ahead of that of %2.")},
         {TIDEMARK_TEXT("storage", "This computer's clock is %1 days behind that of %2.")}},
        isAhead, std::chrono::round<std::chrono::days>(distance).count(), place);
}

}  // namespace tidemark::storage
