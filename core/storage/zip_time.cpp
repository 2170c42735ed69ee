#include "core/storage/zip_time.h"

#include "core/base/byte_order.h"
#include "core/base/civil_time.h"

#include <chrono>
#include <limits>

namespace tidemark::storage {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t kUnixTag = 0x5455;
constexpr std::uint16_t kNtfsTag = 0x000a;
constexpr std::uint16_t kNtfsTimesTag = 0x0001;
constexpr std::byte kHasModified{1};
constexpr std::size_t kTagBytes = 4;
constexpr std::size_t kUnixBytes = 5;
constexpr std::size_t kNtfsBytes = 32;
constexpr std::size_t kNtfsTimesBytes = 24;

constexpr std::int64_t kTicksAMillisecond = 10'000;
/// From 1601 to 1970.
constexpr std::int64_t kNtfsEpochMs = 11'644'473'600'000;

/// The first instant of 1980, as the two old fields say it: month 1, day 1.
constexpr std::uint32_t kNoDosTime = 0x0021'0000;

template <typename T>
void append(std::vector<std::byte>& bytes, T value)
{
    const std::size_t end = bytes.size();
    bytes.resize(end + sizeof(T));
    storeLittleEndian(std::span<std::byte, sizeof(T)>(bytes.data() + end, sizeof(T)), value);
}

/// What follows the field of this tag, if there is a whole one.
std::optional<std::span<const std::byte>> fieldOf(std::span<const std::byte> fields,
                                                  std::uint16_t tag)
{
    while (fields.size() >= kTagBytes) {
        const std::size_t size = littleEndianAt<std::uint16_t>(fields, 2);
        if (size > fields.size() - kTagBytes) {
            return {};
        }
        if (littleEndianAt<std::uint16_t>(fields, 0) == tag) {
            return fields.subspan(kTagBytes, size);
        }
        fields = fields.subspan(kTagBytes + size);
    }
    return {};
}

std::optional<Timestamp> ntfsTime(std::span<const std::byte> extra)
{
    const auto field = fieldOf(extra, kNtfsTag);
    if (!field || field->size() < sizeof(std::uint32_t)) {
        return {};
    }
    const auto times = fieldOf(field->subspan(sizeof(std::uint32_t)), kNtfsTimesTag);
    if (!times || times->size() < sizeof(std::uint64_t)) {
        return {};
    }
    const auto ticks = static_cast<std::int64_t>(littleEndianAt<std::uint64_t>(*times, 0));
    if (ticks <= 0) {
        return {};
    }
    return Timestamp(milliseconds(ticks / kTicksAMillisecond - kNtfsEpochMs));
}

std::optional<Timestamp> unixTime(std::span<const std::byte> extra)
{
    const auto field = fieldOf(extra, kUnixTag);
    if (!field || field->size() < kUnixBytes || (field->front() & kHasModified) == std::byte{0}) {
        return {};
    }
    return Timestamp(
        std::chrono::seconds(static_cast<std::int32_t>(littleEndianAt<std::uint32_t>(*field, 1))));
}

std::optional<Timestamp> timeOfDos(std::uint32_t dosTime)
{
    const CivilTime civil{.year = 1980 + static_cast<int>(dosTime >> 25),
                          .month = static_cast<int>((dosTime >> 21) & 0xf),
                          .day = static_cast<int>((dosTime >> 16) & 0x1f),
                          .hour = static_cast<int>((dosTime >> 11) & 0x1f),
                          .minute = static_cast<int>((dosTime >> 5) & 0x3f),
                          .second = 2 * static_cast<int>(dosTime & 0x1f)};
    const std::chrono::year_month_day date{std::chrono::year(civil.year),
                                           std::chrono::month(static_cast<unsigned>(civil.month)),
                                           std::chrono::day(static_cast<unsigned>(civil.day))};
    const bool isReal = date.ok() && civil.hour < 24 && civil.minute < 60 && civil.second < 60;
    return isReal && dosTime != kNoDosTime ? std::optional(fromUtc(civil)) : std::nullopt;
}

}  // namespace

std::vector<std::byte> zipTimeFields(Timestamp time)
{
    std::vector<std::byte> fields;
    const std::int64_t ms = time.time_since_epoch().count();
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    if (seconds >= std::numeric_limits<std::int32_t>::min() &&
        seconds <= std::numeric_limits<std::int32_t>::max()) {
        append(fields, kUnixTag);
        append(fields, static_cast<std::uint16_t>(kUnixBytes));
        fields.push_back(kHasModified);
        append(fields, static_cast<std::uint32_t>(seconds));
    }
    constexpr std::int64_t kMostMs =
        std::numeric_limits<std::int64_t>::max() / kTicksAMillisecond - kNtfsEpochMs;
    if (ms > -kNtfsEpochMs && ms < kMostMs) {
        append(fields, kNtfsTag);
        append(fields, static_cast<std::uint16_t>(kNtfsBytes));
        append(fields, std::uint32_t{0});
        append(fields, kNtfsTimesTag);
        append(fields, static_cast<std::uint16_t>(kNtfsTimesBytes));
        for (int of = 0; of < 3; ++of) {  // Modified, read, made.
            append(fields, static_cast<std::uint64_t>((ms + kNtfsEpochMs) * kTicksAMillisecond));
        }
    }
    return fields;
}

std::optional<Timestamp> zipTimeOf(std::span<const std::byte> extra, std::uint32_t dosTime)
{
    if (const auto exact = ntfsTime(extra)) {
        return exact;
    }
    if (const auto whole = unixTime(extra)) {
        return whole;
    }
    return timeOfDos(dosTime);
}

}  // namespace tidemark::storage
