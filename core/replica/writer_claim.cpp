#include "core/replica/writer_claim.h"

#include "core/base/hash.h"
#include "core/base/rfc3339.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <span>

namespace tidemark::replica {
namespace {

constexpr int kNodeDigits = 16;
constexpr std::string_view kEnd = ".json";

/// The text of a key; empty where there is none.
std::string textOf(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t numberOf(const nlohmann::json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace

std::string claimNamePrefix(std::uint64_t nodeId, std::string_view replicaId)
{
    return std::string(kClaimPrefix) + hex(nodeId, kNodeDigits) + '-' + shortHash(replicaId) + '-';
}

std::string claimObjectName(std::string_view prefix, const WriterClaim& claim)
{
    return std::string(prefix) + shortHash(encodeClaim(claim)) + std::string(kEnd);
}

bool isClaimName(std::string_view name)
{
    if (!name.starts_with(kClaimPrefix) || !name.ends_with(kEnd)) {
        return false;
    }
    std::string_view rest = name.substr(kClaimPrefix.size());
    rest.remove_suffix(kEnd.size());
    constexpr std::size_t kSecond = kNodeDigits + 1;
    constexpr std::size_t kThird = kSecond + kShortHashDigits + 1;
    if (rest.size() != kThird + kShortHashDigits || rest[kSecond - 1] != '-' ||
        rest[kThird - 1] != '-') {
        return false;
    }
    return isHex(rest.substr(0, kSecond - 1)) && isHex(rest.substr(kSecond, kShortHashDigits)) &&
           isHex(rest.substr(kThird));
}

std::string encodeClaim(const WriterClaim& claim)
{
    const nlohmann::ordered_json object = {{"program", claim.program},
                                           {"user", claim.user},
                                           {"host", claim.life.host},
                                           {"since", formatRfc3339(claim.since)},
                                           {"machineIdHash", claim.life.machine},
                                           {"bootId", claim.life.boot},
                                           {"pidNamespace", claim.life.processes},
                                           {"pid", claim.life.processId},
                                           {"startTicks", claim.life.startedAt}};
    // A host may have any name.
    return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::optional<WriterClaim> decodeClaim(std::string_view bytes)
{
    constexpr bool kWithoutExceptions = false;
    const auto object = nlohmann::json::parse(bytes, nullptr, kWithoutExceptions);
    const auto since =
        object.is_object() ? parseRfc3339(textOf(object, "since")) : std::optional<Timestamp>();
    const std::uint64_t process = since ? numberOf(object, "pid") : 0;
    if (!since || process > std::uint64_t{std::numeric_limits<int>::max()}) {
        return std::nullopt;
    }
    return WriterClaim{.program = textOf(object, "program"),
                       .user = textOf(object, "user"),
                       .life = {.host = textOf(object, "host"),
                                .machine = textOf(object, "machineIdHash"),
                                .boot = textOf(object, "bootId"),
                                .processes = textOf(object, "pidNamespace"),
                                .processId = static_cast<int>(process),
                                .startedAt = numberOf(object, "startTicks")},
                       .since = *since};
}

}  // namespace tidemark::replica
