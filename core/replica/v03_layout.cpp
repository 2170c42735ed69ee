#include "core/replica/v03_layout.h"

#include <charconv>

namespace tidemark::replica {
namespace {

constexpr std::size_t kGenerationDigits = 16;
constexpr std::size_t kIndexDigits = 8;
constexpr std::size_t kMaxOffsetDigits = 16;
constexpr std::string_view kSnapshots = "/snapshots/";
constexpr std::string_view kSnapshotEnd = ".snapshot.lz4";
constexpr std::string_view kWal = "/wal/";
constexpr std::string_view kWalEnd = ".wal.lz4";

bool isLowerHex(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The text behind `prefix`, which is taken off; empty if it does not start so.
bool takeOff(std::string_view& text, std::string_view prefix)
{
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<std::uint64_t> number(std::string_view digits)
{
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, failure] = std::from_chars(digits.data(), end, value, 16);
    if (!isLowerHex(digits) || failure != std::errc() || rest != end) {
        return std::nullopt;
    }
    return value;
}

/// "0000002a_00001000" without what stands behind it.
bool readWalName(std::string_view name, LegacyKey& key)
{
    if (name.size() < 2 * kIndexDigits + 1 || name.size() > kIndexDigits + 1 + kMaxOffsetDigits ||
        name[kIndexDigits] != '_') {
        return false;
    }
    const auto index = number(name.substr(0, kIndexDigits));
    const auto offset = number(name.substr(kIndexDigits + 1));
    if (!index || !offset) {
        return false;
    }
    key.index = static_cast<std::uint32_t>(*index);
    key.offsetBytes = *offset;
    return true;
}

bool readSnapshotName(std::string_view name, LegacyKey& key)
{
    const auto index = number(name);
    if (name.size() != kIndexDigits || !index) {
        return false;
    }
    key.index = static_cast<std::uint32_t>(*index);
    key.isSnapshot = true;
    return true;
}

}  // namespace

std::optional<LegacyKey> parseLegacyName(std::string_view name)
{
    if (!takeOff(name, kLegacyPrefix) || name.size() < kGenerationDigits) {
        return std::nullopt;
    }
    LegacyKey key{.generation = std::string(name.substr(0, kGenerationDigits))};
    name.remove_prefix(kGenerationDigits);
    if (!isLowerHex(key.generation)) {
        return std::nullopt;
    }
    bool fits = false;
    if (takeOff(name, kSnapshots) && name.ends_with(kSnapshotEnd)) {
        fits = readSnapshotName(name.substr(0, name.size() - kSnapshotEnd.size()), key);
    } else if (takeOff(name, kWal) && name.ends_with(kWalEnd)) {
        fits = readWalName(name.substr(0, name.size() - kWalEnd.size()), key);
    }
    return fits ? std::optional(key) : std::nullopt;
}

}  // namespace tidemark::replica
