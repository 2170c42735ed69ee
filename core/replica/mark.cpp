#include "core/replica/mark.h"

#include "core/base/hash.h"
#include "core/base/rfc3339.h"

#include <nlohmann/json.hpp>

#include <cassert>
#include <charconv>
#include <span>
#include <utility>

namespace tidemark::replica {
namespace {

constexpr int kTxIdDigits = 16;
constexpr std::string_view kEnd = ".json";

/// One character of UTF-8.
struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  ///< 0: there is none.
};

/// The character at the start of `text`, which is not empty, as Unicode's table 3-7 has them: none
/// of them longer than it must be, no surrogates.
Character firstOf(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
        return {.code = lead, .bytes = 1};
    }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) {
        return {};
    }
    std::uint32_t code = lead & (0x7fU >> size);
    for (const char each : text.substr(1, size - 1)) {
        const auto byte = static_cast<unsigned char>(each);
        if ((byte & 0xc0U) != 0x80U) {
            return {};
        }
        code = (code << 6) | (byte & 0x3fU);
    }
    const std::uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
    const bool isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least || code > 0x10ffff || isSurrogate) {
        return {};
    }
    return {.code = code, .bytes = size};
}

bool isControl(std::uint32_t code)
{
    const bool breaksLines = code == 0x2028 || code == 0x2029;
    const bool turnsWriting =
        (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || breaksLines || turnsWriting;
}

enum class Lines { One, Several };

/// Whether it is UTF-8 that only shows what it is.
bool isPlainText(std::string_view text, Lines lines)
{
    while (!text.empty()) {
        const Character character = firstOf(text);
        const bool isLayout = character.code == '\n' || character.code == '\t';
        const bool isAllowed = lines == Lines::Several && isLayout;
        if (character.bytes == 0 || (isControl(character.code) && !isAllowed)) {
            return false;
        }
        text.remove_prefix(character.bytes);
    }
    return true;
}

Error refused(Message what)
{
    return {.code = ErrorCode::Usage,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("replica", "Write something shorter and plainer.")}};
}

Error notAMark()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("replica", "This is not a mark, or it is damaged.")}};
}

/// The text of a key; empty when it has none.
std::optional<std::string> textOf(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                       : std::nullopt;
}

}  // namespace

Status checkMarkName(std::string_view name)
{
    if (name.empty() || name.size() > kMaxMarkNameBytes) {
        return refused({TIDEMARK_TEXT("replica", "The name of a mark has 1 to %1 bytes."),
                        {std::to_string(kMaxMarkNameBytes)}});
    }
    if (!isPlainText(name, Lines::One)) {
        return refused(
            {TIDEMARK_TEXT("replica", "The name of a mark is UTF-8 without control characters.")});
    }
    if (name.front() == ' ' || name.back() == ' ') {
        return refused({TIDEMARK_TEXT("replica", "The name of a mark has no space at its ends.")});
    }
    return {};
}

Status checkMarkNote(std::string_view note)
{
    if (note.size() > kMaxMarkNoteBytes) {
        return refused({TIDEMARK_TEXT("replica", "The note of a mark has at most %1 bytes."),
                        {std::to_string(kMaxMarkNoteBytes)}});
    }
    if (!isPlainText(note, Lines::Several)) {
        return refused(
            {TIDEMARK_TEXT("replica", "The note of a mark is UTF-8 without control characters.")});
    }
    return {};
}

std::string markObjectName(ltx::TxId txId, std::string_view name)
{
    return std::string(kMarkPrefix) + hex(txId.value, kTxIdDigits) + '-' + shortHash(name) +
           std::string(kEnd);
}

bool MarkKey::isOf(std::string_view name) const
{
    return nameHash == shortHash(name);
}

std::optional<MarkKey> parseMarkObjectName(std::string_view name)
{
    constexpr std::size_t kSize = kTxIdDigits + 1 + kShortHashDigits;
    if (!name.starts_with(kMarkPrefix) || !name.ends_with(kEnd) ||
        name.size() != kMarkPrefix.size() + kSize + kEnd.size()) {
        return std::nullopt;
    }
    const std::string_view key = name.substr(kMarkPrefix.size(), kSize);
    const std::string_view number = key.substr(0, kTxIdDigits);
    const std::string_view hash = key.substr(kTxIdDigits + 1);
    if (key[kTxIdDigits] != '-' || !isHex(number) || !isHex(hash)) {
        return std::nullopt;
    }
    MarkKey parsed{.nameHash = std::string(hash)};
    std::from_chars(number.data(), number.data() + number.size(), parsed.txId.value, 16);
    if (parsed.txId == ltx::TxId{} || parsed.txId > ltx::kMaxTxId) {
        return std::nullopt;
    }
    return parsed;
}

std::string encodeMark(const Mark& mark)
{
    assert(checkMarkName(mark.name).ok() && checkMarkNote(mark.note).ok());
    const nlohmann::ordered_json object = {
        {"name", mark.name}, {"note", mark.note}, {"created", formatRfc3339(mark.createdAt)}};
    return object.dump(2) + '\n';
}

Result<Mark> decodeMark(const MarkKey& key, std::string_view bytes)
{
    if (bytes.size() > kMaxMarkFileBytes) {
        return notAMark();
    }
    constexpr bool kWithoutExceptions = false;
    const auto object = nlohmann::json::parse(bytes, nullptr, kWithoutExceptions);
    if (!object.is_object()) {
        return notAMark();
    }
    auto name = textOf(object, "name");
    const auto created = parseRfc3339(textOf(object, "created").value_or(""));
    std::string note = textOf(object, "note").value_or("");
    if (!name || !created || !key.isOf(*name) || !checkMarkName(*name).ok() ||
        !checkMarkNote(note).ok()) {
        return notAMark();
    }
    return Mark{
        .name = *std::move(name), .txId = key.txId, .note = std::move(note), .createdAt = *created};
}

}  // namespace tidemark::replica
