#include "core/storage/azure_values.h"

#include "core/base/rfc3339.h"
#include "core/net/http_date.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tidemark::storage {
namespace {

constexpr std::size_t kMaxNameLetters = 1024;
constexpr std::size_t kMaxNameParts = 254;

bool isPrintable(char letter)
{
    const auto byte = static_cast<unsigned char>(letter);
    return byte >= 0x20 && byte != 0x7f && byte != '\\';
}

/// Letters of UTF-8, counted by the bytes that begin one.
bool beginsLetter(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

}  // namespace

std::optional<std::uint64_t> azureCount(std::string_view text)
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

std::optional<Timestamp> azureMoment(std::string_view metadata, const std::string& created,
                                     const std::string& modified)
{
    if (const auto told = parseRfc3339(metadata)) {
        return told;
    }
    const auto made = net::parseHttpDate(created);
    return made ? made : net::parseHttpDate(modified);
}

bool isSameKey(std::string_view name, std::string_view lowerCase)
{
    return std::ranges::equal(name, lowerCase, [](char left, char right) {
        return std::tolower(static_cast<unsigned char>(left)) == right;
    });
}

bool isBlobName(std::string_view name)
{
    if (!std::ranges::all_of(name, isPrintable) ||
        std::ranges::count_if(name, beginsLetter) > std::ptrdiff_t{kMaxNameLetters} ||
        std::ranges::count(name, '/') >= std::ptrdiff_t{kMaxNameParts}) {
        return false;
    }
    for (;;) {
        const std::string_view part = name.substr(0, name.find('/'));
        if (part.empty() || part.ends_with('.')) {
            return false;
        }
        if (part.size() == name.size()) {
            return true;
        }
        name.remove_prefix(part.size() + 1);
    }
}

}  // namespace tidemark::storage
