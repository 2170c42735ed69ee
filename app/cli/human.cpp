#include "app/cli/human.h"

#include "core/base/local_time.h"
#include "core/base/rfc3339.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

namespace tidemark::cli {
namespace {

template <typename... Values>
std::string formatted(const char* format, Values... values)
{
    char text[128];
    const int length = std::snprintf(text, sizeof text, format, values...);
    return {text, static_cast<std::size_t>(length)};
}

/// Whether a sentence has a word of that length there, by itself or in brackets.
bool isWordAt(std::string_view sentence, std::size_t at, std::size_t length)
{
    constexpr std::string_view kBefore = " (";
    constexpr std::string_view kBehind = " ).,;:";
    const std::size_t end = at + length;
    const bool begins = at == 0 || kBefore.find(sentence[at - 1]) != std::string_view::npos;
    return begins && end <= sentence.size() &&
           (end == sentence.size() || kBehind.find(sentence[end]) != std::string_view::npos);
}

}  // namespace

std::string humanBytes(std::uint64_t bytes)
{
    if (bytes < 1000) {
        return counted(bytes, "byte");
    }
    constexpr std::array kUnits{"KB", "MB", "GB", "TB", "PB", "EB"};
    auto value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return formatted("%.1f %s", value, kUnits[unit]);
}

std::string humanDuration(std::chrono::milliseconds duration)
{
    const auto milliseconds = static_cast<long long>(duration.count());
    if (milliseconds < 1000) {
        return formatted("%lld ms", milliseconds);
    }
    if (milliseconds < 60'000) {
        return formatted("%.1f s", static_cast<double>(milliseconds) / 1000);
    }
    const long long seconds = milliseconds / 1000;
    if (seconds < 3600) {
        return formatted("%lld min %lld s", seconds / 60, seconds % 60);
    }
    return formatted("%lld h %lld min", seconds / 3600, seconds % 3600 / 60);
}

std::string humanAge(Timestamp time, Timestamp now)
{
    if (time > now + std::chrono::seconds(1)) {
        return "in the future";
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - time).count();
    const auto count = static_cast<std::uint64_t>(seconds < 0 ? 0 : seconds);
    if (count < 1) {
        return "just now";
    }
    if (count < 60) {
        return formatted("%llu s ago", static_cast<unsigned long long>(count));
    }
    if (count < 3600) {
        return formatted("%llu min ago", static_cast<unsigned long long>(count / 60));
    }
    if (count < 48 * 3600) {
        return formatted("%llu h ago", static_cast<unsigned long long>(count / 3600));
    }
    return counted(count / (24 * 3600), "day") + " ago";
}

std::string humanTime(Timestamp time)
{
    const LocalTime local = inLocalZone(time);
    const CivilTime& civil = local.civil;
    return formatted("%04d-%02d-%02d %02d:%02d:%02d.%03d ", civil.year, civil.month, civil.day,
                     civil.hour, civil.minute, civil.second, civil.millisecond) +
           local.zone;
}

std::string withLocalTimes(const std::string& sentence)
{
    const std::size_t length = formatRfc3339(Timestamp()).size();
    const std::string_view whole(sentence);
    std::string text;
    for (std::size_t at = 0; at < whole.size();) {
        const auto time =
            isWordAt(whole, at, length) ? parseRfc3339(whole.substr(at, length)) : std::nullopt;
        text += time ? humanTime(*time) : std::string(1, whole[at]);
        at += time ? length : 1;
    }
    return text;
}

std::string counted(std::uint64_t count, const std::string& noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string quotedForShell(const std::string& word)
{
    const auto isPlain = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') ||
               std::string_view("/._-:=+@%,").find(letter) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, isPlain)) {
        return word;
    }
    std::string quoted = "'";
    for (const char letter : word) {
        quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return quoted + "'";
}

}  // namespace tidemark::cli
