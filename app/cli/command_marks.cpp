#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/page_counts.h"
#include "core/base/rfc3339.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::cli {
namespace {

/// The moment that a mark names; empty when it cannot be restored any more.
Result<std::optional<replica::Moment>> momentOf(Session& session, OpenedReplica& opened,
                                                ltx::TxId txId)
{
    auto plan =
        replica::planExactly(*opened.storage, opened.catalog, replica::AtTxId{txId}, session.stop);
    if (!plan.ok() && plan.error().code == ErrorCode::NotFound) {
        return std::optional<replica::Moment>();
    }
    TIDEMARK_TRY(const replica::RestorePlan planned, std::move(plan));
    std::vector<replica::Moment> moments{planned.moment};
    TIDEMARK_TRY_STATUS(lookAtMoments(session, *opened.storage, opened.catalog, moments));
    return std::optional(moments.front());
}

Json markJson(const replica::Mark& mark, const std::optional<replica::Moment>& moment)
{
    return {{"kind", "mark"},
            {"name", mark.name},
            {"txid", mark.txId.value},
            {"time", moment ? Json(formatRfc3339(moment->time)) : Json()},
            {"note", mark.note},
            {"created", formatRfc3339(mark.createdAt)},
            {"lost", !moment.has_value()}};
}

std::vector<std::string> rowOf(const replica::Mark& mark,
                               const std::optional<replica::Moment>& moment)
{
    std::string note = mark.note;
    std::ranges::replace(note, '\n', ' ');
    return {std::to_string(mark.txId.value),
            moment ? momentTime(*moment) : "lost: it cannot be restored any more", mark.name, note};
}

}  // namespace

Status runMarks(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(OpenedReplica opened, replicaOperand(session, arguments));
    TIDEMARK_TRY_STATUS(requireMarks(opened));
    TIDEMARK_TRY(const auto list, replica::readMarks(*opened.storage, session.stop));
    std::vector<std::vector<std::string>> rows;
    for (const replica::Mark& mark : list.marks) {
        TIDEMARK_TRY(const auto moment, momentOf(session, opened, mark.txId));
        if (session.output.isJson()) {
            session.output.json(markJson(mark, moment));
        } else {
            rows.push_back(rowOf(mark, moment));
        }
    }
    for (const std::string& line : aligned(rows, {true, false, false, false})) {
        session.output.text(line);
    }
    for (const replica::BadMark& bad : list.bad) {
        const std::string reason = inEnglish(bad.fault.what);
        session.output.fact("-- no mark: " + bad.objectName + ": " + reason,
                            {{"kind", "bad"}, {"name", bad.objectName}, {"reason", reason}});
    }
    if (list.marks.empty()) {
        session.output.note("There is no mark in this replica.");
    }
    return {};
}

}  // namespace tidemark::cli
