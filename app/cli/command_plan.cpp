#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/rfc3339.h"
#include "core/service/replica_jobs.h"

namespace tidemark::cli {
namespace {

Json planJson(const replica::RestorePlan& plan)
{
    Json objects = Json::array();
    for (const replica::ObjectInfo& object : plan.objects) {
        objects.push_back(objectJson(object));
    }
    return {{"txid", plan.moment.txId.value},
            {"time", formatRfc3339(plan.moment.time)},
            {"bytes", plan.bytes},
            {"requests", plan.requests},
            {"objects", std::move(objects)}};
}

void printText(Output& output, const replica::RestorePlan& plan, Timestamp now)
{
    output.text("Transaction " + std::to_string(plan.moment.txId.value) + " of " +
                momentTime(plan.moment) + ", " + humanAge(plan.moment.time, now));
    if (plan.objects.empty()) {
        output.note(
            "This replica is of Litestream 0.3: what a restore reads is found as it reads.");
        return;
    }
    output.text("Reads " + humanBytes(plan.bytes) + " in " +
                counted(plan.objects.size(), "object") + ", with at least " +
                counted(plan.requests, "request"));
    std::vector<std::vector<std::string>> rows;
    for (const replica::ObjectInfo& object : plan.objects) {
        rows.push_back({"level " + std::to_string(object.level),
                        std::to_string(object.minTxId.value), std::to_string(object.maxTxId.value),
                        humanBytes(object.sizeBytes), object.name});
    }
    for (const std::string& line : aligned(rows, {false, true, true, true, false})) {
        output.text("  " + line);
    }
}

}  // namespace

Status runPlan(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const replica::Wish wish, wishOperand(session, arguments, 1));
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY(const replica::RestorePlan plan,
                 service::planFrom(session.files, session.random, address, wish, session.stop));
    if (session.output.isJson()) {
        session.output.json(planJson(plan));
    } else {
        printText(session.output, plan, session.clock.now());
    }
    return {};
}

}  // namespace tidemark::cli
