#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/rfc3339.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"
#include "core/replica/open_replica.h"

namespace tidemark::cli {
namespace {

/// Retention elsewhere, of an engine that knows nothing of our use of the replica, may have deleted
/// the moment just before it saw the mark.
Status checkStillThere(Session& session, storage::Storage& storage, const replica::Mark& mark)
{
    TIDEMARK_TRY(replica::Catalog catalog, replica::openCatalog(storage, session.stop));
    const auto plan =
        replica::planExactly(storage, catalog, replica::AtTxId{mark.txId}, session.stop);
    if (plan.ok()) {
        return {};
    }
    if (plan.error().code == ErrorCode::NotFound) {
        TIDEMARK_TRY_STATUS(replica::removeMark(storage, mark.name, session.stop));
    }
    return plan.error();
}

}  // namespace

Status runMark(Session& session, const ParsedArguments& arguments)
{
    replica::Mark mark{.name = arguments.operands()[1],
                       .note = arguments.value("--note").value_or(""),
                       .createdAt = session.clock.now()};
    TIDEMARK_TRY_STATUS(replica::checkMarkName(mark.name));
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
    TIDEMARK_TRY_STATUS(checkStillThere(session, *opened.storage, mark));
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
