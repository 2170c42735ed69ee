#include "core/replica/writer_claim.h"

#include "core/base/hash.h"
#include "core/base/rfc3339.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <span>

namespace tidemark::replica {
namespace {

constexpr int kNodeDigits = 16;
constexpr std::size_t kReplicaBytes = 4;

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

std::string claimObjectName(std::uint64_t nodeId, std::string_view replicaId)
{
    const Sha256 hash = sha256(replicaId);
    return std::string(kClaimPrefix) + hex(nodeId, kNodeDigits) + '-' +
           hex(std::span(hash).first(kReplicaBytes)) + ".json";
}

std::string encodeClaim(const WriterClaim& claim)
{
    const nlohmann::ordered_json object = {
        {"program", claim.program},          {"user", claim.user},
        {"host", claim.life.host},           {"since", formatRfc3339(claim.since)},
        {"machine", claim.life.machine},     {"boot", claim.life.boot},
        {"processes", claim.life.processes}, {"process", claim.life.processId},
        {"started", claim.life.startedAt}};
    // A host may have any name.
    return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::optional<WriterClaim> decodeClaim(std::string_view bytes)
{
    constexpr bool kWithoutExceptions = false;
    const auto object = nlohmann::json::parse(bytes, nullptr, kWithoutExceptions);
    const auto since =
        object.is_object() ? parseRfc3339(textOf(object, "since")) : std::optional<Timestamp>();
    const std::uint64_t process = since ? numberOf(object, "process") : 0;
    if (!since || process > std::uint64_t{std::numeric_limits<int>::max()}) {
        return std::nullopt;
    }
    return WriterClaim{.program = textOf(object, "program"),
                       .user = textOf(object, "user"),
                       .life = {.host = textOf(object, "host"),
                                .machine = textOf(object, "machine"),
                                .boot = textOf(object, "boot"),
                                .processes = textOf(object, "processes"),
                                .processId = static_cast<int>(process),
                                .startedAt = numberOf(object, "started")},
                       .since = *since};
}

}  // namespace tidemark::replica
