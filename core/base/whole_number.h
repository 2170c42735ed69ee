#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace tidemark {

/// The number that all of `text` is: digits alone, without sign or blanks. Empty for anything else,
/// and for a number that does not fit.
template <std::unsigned_integral T = std::uint64_t>
[[nodiscard]] std::optional<T> wholeNumber(std::string_view text, int base = 10)
{
    T number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace tidemark
