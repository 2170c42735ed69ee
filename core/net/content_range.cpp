#include "core/net/content_range.h"

#include "core/base/whole_number.h"

namespace tidemark::net {
namespace {

constexpr std::string_view kUnit = "bytes ";

}  // namespace

std::optional<ContentRange> parseContentRange(std::string_view text)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || !text.starts_with(kUnit)) {
        return {};
    }
    const auto total = wholeNumber(text.substr(slash + 1));
    if (!total) {
        return {};
    }
    const std::string_view part = text.substr(kUnit.size(), slash - kUnit.size());
    if (part == "*") {
        return ContentRange{.totalBytes = *total};
    }
    const auto dash = part.find('-');
    if (dash == std::string_view::npos) {
        return {};
    }
    const auto first = wholeNumber(part.substr(0, dash));
    const auto last = wholeNumber(part.substr(dash + 1));
    if (!first || !last || *first > *last || *last >= *total) {
        return {};
    }
    return ContentRange{.part = ContentRange::Part{*first, *last}, .totalBytes = *total};
}

}  // namespace tidemark::net
