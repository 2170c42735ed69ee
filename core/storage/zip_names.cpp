#include "core/storage/zip_names.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tidemark::storage {
namespace {

constexpr std::size_t kShownBytes = 120;
constexpr unsigned char kFirstPrintable = 0x20;
constexpr unsigned char kDelete = 0x7f;

unsigned char byteAt(std::string_view text, std::size_t index)
{
    return static_cast<unsigned char>(text[index]);
}

/// How a UTF-8 sequence begins: how many bytes it has, and the smallest character that needs them.
struct Lead {
    std::size_t bytes = 0;
    std::uint32_t bits = 0;
    std::uint32_t smallest = 0;
};

std::optional<Lead> leadOf(unsigned char first)
{
    if (first < 0x80) {
        return Lead{.bytes = 1, .bits = first};
    }
    if (first >= 0xc0 && first < 0xe0) {
        return Lead{.bytes = 2, .bits = first & 0x1fU, .smallest = 0x80};
    }
    if (first >= 0xe0 && first < 0xf0) {
        return Lead{.bytes = 3, .bits = first & 0x0fU, .smallest = 0x800};
    }
    if (first >= 0xf0 && first < 0xf8) {
        return Lead{.bytes = 4, .bits = first & 0x07U, .smallest = 0x10000};
    }
    return {};
}

/// RFC 3629: no surrogates, nothing longer than it has to be, so that no two spellings of ".." or
/// '/' exist.
bool isUtf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = leadOf(byteAt(text, i));
        if (!lead || lead->bytes > text.size() - i) {
            return false;
        }
        std::uint32_t character = lead->bits;
        for (std::size_t k = 1; k < lead->bytes; ++k) {
            const unsigned char next = byteAt(text, i + k);
            if ((next & 0xc0U) != 0x80) {
                return false;
            }
            character = (character << 6) | (next & 0x3fU);
        }
        const bool isSurrogate = character >= 0xd800 && character < 0xe000;
        if (character < lead->smallest || character > 0x10ffff || isSurrogate) {
            return false;
        }
        i += lead->bytes;
    }
    return true;
}

bool isControl(char character)
{
    const auto byte = static_cast<unsigned char>(character);
    return byte < kFirstPrintable || byte == kDelete;
}

bool hasDriveLetter(std::string_view name)
{
    return name.size() >= 2 && name[1] == ':' &&
           ((name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= 'a' && name[0] <= 'z'));
}

bool hasOddPart(std::string_view name)
{
    for (;;) {
        const std::size_t slash = name.find('/');
        const std::string_view part = name.substr(0, slash);
        if (part.empty() || part == "." || part == "..") {
            return true;
        }
        if (slash == std::string_view::npos) {
            return false;
        }
        name.remove_prefix(slash + 1);
        if (name.empty()) {
            return false;  // A folder.
        }
    }
}

Error refused(const std::string& archive, std::string_view name)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("storage",
                                   "%1 has an entry called \"%2\", which leads out of it or is "
                                   "no plain name. None of it is used."),
                     {archive, shownZipName(name)}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Tidemark makes no such archive. Use one that comes from a "
                                   "source you trust.")}};
}

}  // namespace

std::string shownZipName(std::string_view name)
{
    std::string shown(name.substr(0, kShownBytes));
    const bool isText = isUtf8(shown);
    std::ranges::replace_if(
        shown,
        [isText](char each) {
            return isControl(each) || (!isText && static_cast<unsigned char>(each) >= 0x80);
        },
        '?');
    return shown + (name.size() > kShownBytes ? "..." : "");
}

Status checkZipName(const std::string& archive, std::string_view name)
{
    const bool isPlain = !name.empty() && name.size() <= kMaxZipNameBytes && isUtf8(name) &&
                         std::ranges::none_of(name, isControl) &&
                         name.find('\\') == std::string_view::npos && !hasDriveLetter(name) &&
                         !hasOddPart(name);
    return isPlain ? Status() : Status(refused(archive, name));
}

}  // namespace tidemark::storage
