#include "core/service/status_json.h"

#include "core/base/rfc3339.h"
#include "core/service/control_socket.h"

#include <nlohmann/json.hpp>

namespace tidemark::service {
namespace {

// Fields keep the order in which they are written.
using Json = nlohmann::ordered_json;

void addStanding(Json& object, const engine::Standing& standing)
{
    object["state"] = engine::codeName(standing.state);
    object["reason"] = inEnglish(standing.reason);
    object["next"] = inEnglish(standing.next);
    object["since"] = formatRfc3339(standing.since);
    if (standing.nextTry) {
        object["nextTry"] = formatRfc3339(*standing.nextTry);
    }
}

Json replicaJson(const ReplicaStatus& replica)
{
    Json object = {{"name", replica.name}, {"address", storage::formatAddress(replica.address)}};
    addStanding(object, replica.standing);
    object["confirmed"] = replica.confirmed.value;
    object["pending"] = replica.pendingSegments;
    return object;
}

}  // namespace

std::string statusJson(const DatabaseStatus& status, int processId)
{
    Json object = {{"version", kControlVersion}, {"database", status.path}, {"pid", processId}};
    addStanding(object, status.standing);
    object["bytes"] = status.sizeBytes;
    object["walBytes"] = status.walBytes;
    object["txid"] = status.captured.value;
    if (status.lastChangeAt) {
        object["changed"] = formatRfc3339(*status.lastChangeAt);
    }
    if (status.savedAt) {
        object["saved"] = formatRfc3339(*status.savedAt);
    }
    if (status.proof) {
        const bool isProven = status.proof->verdict == restore::Verdict::Proven;
        object["proof"] = {{"at", formatRfc3339(status.proof->at)},
                           {"txid", status.proof->txId.value},
                           {"verdict", isProven ? "proven" : "checked"}};
    }
    object["replicas"] = Json::array();
    for (const ReplicaStatus& replica : status.replicas) {
        object["replicas"].push_back(replicaJson(replica));
    }
    // Paths may hold any bytes.
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tidemark::service
