#include "app/cli/moment_operand.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/rfc3339.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/mark_check.h"
#include "core/replica/marks.h"
#include "core/replica/open_replica.h"

namespace tidemark::cli {
namespace {

Error isAMoment(const std::string& name)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli",
                                   "\"%1\" is a moment by itself, so a mark of that name would be "
                                   "taken for it."),
                     {name}},
            .next = {TIDEMARK_TEXT("cli", "Give the mark another name.")}};
}

}  // namespace

Status runMark(Session& session, const ParsedArguments& arguments)
{
    replica::Mark mark{.name = arguments.operands()[1],
                       .note = arguments.value("--note").value_or(""),
                       .createdAt = session.clock.now()};
    TIDEMARK_TRY_STATUS(replica::checkMarkName(mark.name));
    if (readsAsMoment(session, mark.name)) {
        return isAMoment(mark.name);
    }
    TIDEMARK_TRY_STATUS(replica::checkMarkNote(mark.note));
    TIDEMARK_TRY(const replica::Wish wish, wishOperand(session, arguments, 2));
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY_STATUS(requireWritable(address));
    TIDEMARK_TRY(const storage::Use use, useOf(session, address));
    TIDEMARK_TRY(OpenedReplica opened, replicaAt(session, address));
    TIDEMARK_TRY_STATUS(requireMarks(opened));
    TIDEMARK_TRY(const replica::RestorePlan plan,
                 replica::planExactly(*opened.storage, opened.catalog, wish, session.stop));
    mark.txId = plan.moment.txId;
    TIDEMARK_TRY_STATUS(replica::writeMark(*opened.storage, mark, session.stop));
    TIDEMARK_TRY_STATUS(
        replica::checkMarked(session.clock, *opened.storage, mark, use.isHeard(), session.stop));
    session.output.fact(
        "Transaction " + std::to_string(mark.txId.value) + " is marked \"" + mark.name + "\".",
        {{"kind", "mark"},
         {"name", mark.name},
         {"txid", mark.txId.value},
         {"note", mark.note},
         {"created", formatRfc3339(mark.createdAt)}});
    return {};
}

Status runUnmark(Session& session, const ParsedArguments& arguments)
{
    const std::string& name = arguments.operands()[1];
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY_STATUS(requireWritable(address));
    TIDEMARK_TRY(const OpenedReplica opened, replicaAt(session, address));
    TIDEMARK_TRY_STATUS(requireMarks(opened));
    TIDEMARK_TRY_STATUS(replica::removeMark(*opened.storage, name, session.stop));
    session.output.fact("The mark \"" + name + "\" is removed; its moment stays.",
                        {{"kind", "unmarked"}, {"name", name}});
    return {};
}

}  // namespace tidemark::cli
