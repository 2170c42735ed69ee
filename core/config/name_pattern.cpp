#include "core/config/name_pattern.h"

#include <cassert>
#include <optional>

namespace tidemark::config {
namespace {

/// Takes the first character, with all its bytes, off `text`, which is not empty. What is no UTF-8
/// is taken byte by byte.
std::string_view takeCharacter(std::string_view& text)
{
    const auto first = static_cast<unsigned char>(text[0]);
    std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
            length = 1;
        }
    }
    const std::string_view taken = text.substr(0, length);
    text.remove_prefix(length);
    return taken;
}

/// A character in a pattern that may stand behind a '\'. UTF-8 is ordered as its characters are.
std::optional<std::string_view> takeLiteral(std::string_view& pattern)
{
    if (pattern.starts_with('\\')) {
        pattern.remove_prefix(1);
    }
    return pattern.empty() ? std::nullopt : std::optional(takeCharacter(pattern));
}

/// Takes "a-z]" and the like, what is behind '[', off `pattern`; empty when it is no such thing.
/// Whether `character` is one of these.
std::optional<bool> takeClass(std::string_view& pattern, std::string_view character)
{
    const bool isNegated = pattern.starts_with('^');
    pattern.remove_prefix(isNegated ? 1 : 0);
    bool isIn = false;
    for (bool isEmpty = true; isEmpty || !pattern.starts_with(']'); isEmpty = false) {
        if (pattern.starts_with(']') || pattern.starts_with('-')) {
            return std::nullopt;
        }
        const auto low = takeLiteral(pattern);
        auto high = low;
        if (low && pattern.starts_with('-')) {
            pattern.remove_prefix(1);
            high = pattern.starts_with(']') || pattern.starts_with('-') ? std::nullopt
                                                                        : takeLiteral(pattern);
        }
        if (!low || !high) {
            return std::nullopt;
        }
        isIn = isIn || (*low <= character && character <= *high);
    }
    pattern.remove_prefix(1);
    return isIn != isNegated;
}

/// Takes one part of the pattern, not a '*', and a character that it stands for off their texts.
bool takeOne(std::string_view& pattern, std::string_view& name)
{
    if (name.empty()) {
        return false;
    }
    const std::string_view character = takeCharacter(name);
    switch (pattern[0]) {
    case '?': pattern.remove_prefix(1); return character != "/";
    case '[': {
        pattern.remove_prefix(1);
        const auto isIn = takeClass(pattern, character);
        assert(isIn);
        return *isIn;
    }
    default: return takeLiteral(pattern) == character;
    }
}

}  // namespace

bool isNamePattern(std::string_view pattern)
{
    while (!pattern.empty()) {
        const char first = pattern[0];
        if (first != '[') {
            if (!takeLiteral(pattern)) {
                return false;
            }
            continue;
        }
        pattern.remove_prefix(1);
        if (!takeClass(pattern, "a")) {
            return false;
        }
    }
    return true;
}

bool matchesName(std::string_view pattern, std::string_view name)
{
    // Of several '*' only the last one has to be tried with more: what stands before it has matched
    // as early as it can.
    std::optional<std::string_view> behindStar;
    std::string_view starName;
    while (!pattern.empty() || !name.empty()) {
        if (pattern.starts_with('*')) {
            pattern.remove_prefix(1);
            behindStar = pattern;
            starName = name;
            continue;
        }
        if (!pattern.empty() && takeOne(pattern, name)) {
            continue;
        }
        if (!behindStar || starName.empty() || takeCharacter(starName) == "/") {
            return false;
        }
        pattern = *behindStar;
        name = starName;
    }
    return true;
}

}  // namespace tidemark::config
