#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/moment_operand.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/restoring.h"
#include "core/base/rfc3339.h"
#include "core/service/replica_jobs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::cli {
namespace {

Json legacyJson(const std::string& name, std::uint64_t bytes)
{
    return {{"bytes", bytes}, {"name", name}};
}

Json objectsJson(const service::ReplicaPlan& planned)
{
    Json objects = Json::array();
    for (const replica::ObjectInfo& object : planned.plan.objects) {
        objects.push_back(objectJson(object));
    }
    if (const auto& legacy = planned.legacy) {
        objects.push_back(legacyJson(legacy->snapshotName, legacy->snapshotSizeBytes));
        for (const replica::LegacyPart& part : legacy->parts) {
            objects.push_back(legacyJson(part.name, part.sizeBytes));
        }
    }
    return objects;
}

Json planJson(const service::ReplicaPlan& planned)
{
    return {{"txid", planned.plan.moment.txId.value},
            {"time", formatRfc3339(planned.plan.moment.time)},
            {"bytes", planned.plan.bytes},
            {"requests", planned.plan.requests},
            {"objects", objectsJson(planned)}};
}

using Rows = std::vector<std::vector<std::string>>;

Rows rowsOf(const service::ReplicaPlan& planned)
{
    Rows rows;
    for (const replica::ObjectInfo& object : planned.plan.objects) {
        rows.push_back({"level " + std::to_string(object.level),
                        std::to_string(object.minTxId.value), std::to_string(object.maxTxId.value),
                        humanBytes(object.sizeBytes), object.name});
    }
    if (const auto& legacy = planned.legacy) {
        rows.push_back(
            {"snapshot", "", "", humanBytes(legacy->snapshotSizeBytes), legacy->snapshotName});
        for (const replica::LegacyPart& part : legacy->parts) {
            rows.push_back({"part of the log", "", "", humanBytes(part.sizeBytes), part.name});
        }
    }
    return rows;
}

void printText(Output& output, const service::ReplicaPlan& planned, Timestamp now)
{
    const replica::RestorePlan& plan = planned.plan;
    const Rows rows = rowsOf(planned);
    output.text("Transaction " + std::to_string(plan.moment.txId.value) + " of " +
                momentTime(plan.moment) + ", " + humanAge(plan.moment.time, now));
    output.text("Reads " + humanBytes(plan.bytes) + " in " + counted(rows.size(), "object") +
                ", with at least " + counted(plan.requests, "request"));
    for (const std::string& line : aligned(rows, {false, true, true, true, false})) {
        output.text("  " + line);
    }
}

}  // namespace

Status runPlan(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const replica::Wish wish, wishOperand(session, arguments, 1));
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY(const service::ReplicaPlan planned,
                 service::planFrom(session.storages, address, wish, session.stop));
    noteLost(session.output, wish, planned.plan.lost);
    if (session.output.isJson()) {
        session.output.json(planJson(planned));
    } else {
        printText(session.output, planned, session.clock.now());
    }
    return {};
}

}  // namespace tidemark::cli
