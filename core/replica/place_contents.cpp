#include "core/replica/place_contents.h"

#include "core/replica/layout.h"
#include "core/replica/v03_layout.h"

#include <functional>
#include <optional>

namespace tidemark::replica {
namespace {

/// What lies beside a replica's objects: marks, claims, tests.
constexpr std::string_view kBesides = "tidemark/";
/// Names of others between ours: after so many nothing is expected any more.
constexpr int kMaxLookedAt = 10'000;

/// The first name below `prefix` that fits; empty when none does.
Result<std::string> firstName(const storage::Storage& storage, std::string_view prefix,
                              const std::function<bool(std::string_view)>& fits,
                              const std::stop_token& stop)
{
    std::string name;
    int looked = 0;
    const auto look = [&](const storage::ObjectEntry& entry) {
        if (fits(entry.name)) {
            name = entry.name;
        }
        return !name.empty() || ++looked == kMaxLookedAt ? storage::Listing::Enough
                                                         : storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list(prefix, look, stop));
    return name;
}

struct Look {
    PlaceContents::Kind kind;
    std::string_view prefix;
    bool (*fits)(std::string_view name);
};

constexpr Look kLooks[]{
    {PlaceContents::Kind::Replica, kLtxPrefix,
     [](std::string_view name) { return parseObjectName(name).has_value(); }},
    {PlaceContents::Kind::Legacy, kLegacyPrefix,
     [](std::string_view name) { return parseLegacyName(name).has_value(); }},
    {PlaceContents::Kind::Others, "",
     [](std::string_view name) { return !name.starts_with(kBesides); }},
};

}  // namespace

Result<PlaceContents> contentsOf(const storage::Storage& storage, const std::stop_token& stop)
{
    for (const Look& each : kLooks) {
        const auto name = firstName(storage, each.prefix, each.fits, stop);
        if (!name.ok() && name.error().code != ErrorCode::NotFound) {
            return name.error();
        }
        if (name.ok() && !name.value().empty()) {
            return PlaceContents{.kind = each.kind, .example = name.value()};
        }
    }
    return PlaceContents{};
}

std::string_view codeName(PlaceContents::Kind kind)
{
    switch (kind) {
    case PlaceContents::Kind::Nothing: return "nothing";
    case PlaceContents::Kind::Replica: return "replica";
    case PlaceContents::Kind::Legacy: return "litestream-0.3";
    case PlaceContents::Kind::Others: return "others";
    }
    return {};
}

}  // namespace tidemark::replica
