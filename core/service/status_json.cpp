#include "core/service/status_json.h"

#include "core/base/rfc3339.h"
#include "core/service/control_request.h"

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

Json snapshotJson(const SnapshotFacts& snapshot)
{
    return {{"txid", snapshot.txId.value},
            {"time", formatRfc3339(snapshot.time)},
            {"bytes", snapshot.bytes},
            {"name", snapshot.name}};
}

const char* stateName(SnapshotOrder::State state)
{
    switch (state) {
    case SnapshotOrder::State::Waiting: return "waiting";
    case SnapshotOrder::State::Done: return "done";
    case SnapshotOrder::State::Failed: return "failed";
    }
    return "";
}

/// Paths may hold any bytes.
std::string oneLine(const Json& object)
{
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void addDamage(Json& object, const engine::Damage& damage)
{
    Json told = {{"objects", damage.objects}, {"moments", damage.moments}};
    if (damage.moments > 0) {
        told["first"] = damage.first.value;
        told["last"] = damage.last.value;
    }
    told["found"] = formatRfc3339(damage.foundAt);
    if (damage.mendedAt) {
        told["mended"] = formatRfc3339(*damage.mendedAt);
    }
    object["damage"] = std::move(told);
}

void addTime(Json& object, const char* key, const std::optional<Timestamp>& time)
{
    if (time) {
        object[key] = formatRfc3339(*time);
    }
}

Json givenUpJson(const state::GivenUp& givenUp)
{
    Json told = {{"moments", givenUp.moments()},
                 {"first", givenUp.first.value},
                 {"last", givenUp.last.value}};
    addTime(told, "from", givenUp.firstAt);
    addTime(told, "to", givenUp.lastAt);
    told["limitBytes"] = givenUp.limitBytes;
    told["began"] = formatRfc3339(givenUp.began);
    addTime(told, "ended", givenUp.ended);
    return told;
}

Json wentBackJson(const state::WentBack& wentBack)
{
    return {{"at", formatRfc3339(wentBack.at)},     {"txid", wentBack.to.value},
            {"time", formatRfc3339(wentBack.toAt)}, {"moments", wentBack.moments()},
            {"last", wentBack.last.value},          {"lastTime", formatRfc3339(wentBack.lastAt)}};
}

Json proofJson(const Proof& proof)
{
    const bool isProven = proof.verdict == restore::Verdict::Proven;
    return {{"at", formatRfc3339(proof.at)},
            {"txid", proof.txId.value},
            {"verdict", isProven ? "proven" : "checked"}};
}

Json replicaJson(const ReplicaStatus& replica)
{
    Json object = {{"name", replica.name}, {"address", storage::formatAddress(replica.address)}};
    addStanding(object, replica.standing);
    object["confirmed"] = replica.confirmed.value;
    if (replica.confirmedAt) {
        object["confirmedAt"] = formatRfc3339(*replica.confirmedAt);
    }
    object["pending"] = replica.pendingSegments;
    if (replica.syncInterval.count() > 0) {
        object["syncIntervalMs"] = replica.syncInterval.count();
    }
    if (replica.snapshot) {
        object["snapshot"] = snapshotJson(*replica.snapshot);
    }
    if (replica.snapshotOrdered) {
        object["snapshotOrdered"] = true;
    }
    if (replica.proof) {
        object["proof"] = proofJson(*replica.proof);
    }
    if (replica.damage) {
        addDamage(object, *replica.damage);
    }
    if (replica.givenUp) {
        object["givenUp"] = givenUpJson(*replica.givenUp);
    }
    return object;
}

}  // namespace

std::string statusJson(const DatabaseStatus& status, int processId)
{
    Json object = {{"version", kControlVersion}, {"database", status.path}, {"pid", processId}};
    addStanding(object, status.standing);
    object["bytes"] = status.sizeBytes;
    object["walBytes"] = status.walBytes;
    if (status.watch) {
        using std::chrono::ceil;
        using std::chrono::milliseconds;
        object["watch"] = {{"readBytes", status.watch->readBytes},
                           {"tookMs", ceil<milliseconds>(status.watch->took).count()},
                           {"everyMs", ceil<milliseconds>(status.watch->every).count()}};
    }
    object["txid"] = status.captured.value;
    if (status.lastChangeAt) {
        object["changed"] = formatRfc3339(*status.lastChangeAt);
    }
    if (status.savedAt) {
        object["saved"] = formatRfc3339(*status.savedAt);
    }
    if (status.proof) {
        object["proof"] = proofJson(*status.proof);
    }
    if (status.unproven) {
        object["unproven"] = {{"at", formatRfc3339(status.unproven->at)},
                              {"reason", inEnglish(status.unproven->why.what)},
                              {"next", inEnglish(status.unproven->why.next)}};
    }
    if (status.wentBack) {
        object["wentBack"] = wentBackJson(*status.wentBack);
    }
    object["replicas"] = Json::array();
    for (const ReplicaStatus& replica : status.replicas) {
        object["replicas"].push_back(replicaJson(replica));
    }
    return oneLine(object);
}

std::string ticketJson(std::uint64_t ticket)
{
    return oneLine({{"version", kControlVersion}, {"ticket", std::to_string(ticket)}});
}

std::string orderJson(const SnapshotOrder& order)
{
    Json object = {{"version", kControlVersion},
                   {"ticket", std::to_string(order.ticket)},
                   {"database", order.database},
                   {"replica", storage::formatAddress(order.replica)},
                   {"state", stateName(order.state)}};
    if (order.snapshot) {
        object["made"] = order.wasMade;
        object["snapshot"] = snapshotJson(*order.snapshot);
    }
    if (order.failure) {
        object["failure"] = {{"error", codeName(order.failure->code)},
                             {"message", inEnglish(order.failure->what)},
                             {"hint", inEnglish(order.failure->next)}};
    }
    return oneLine(object);
}

}  // namespace tidemark::service
