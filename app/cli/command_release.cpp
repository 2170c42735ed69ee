#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/program_life.h"
#include "core/replica/writer_claims.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tidemark::cli {
namespace {

Error stillRuns(const replica::ListedClaim& listed)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("cli", "%1 still runs; nothing was changed."),
                     {replica::describe(listed)}},
            .next = {TIDEMARK_TEXT("cli",
                                   "Stop it, or remove this replica from what it follows; then "
                                   "try again.")}};
}

bool runsHere(const replica::ListedClaim& listed)
{
    return listed.claim && systemPrograms().lifeOf(listed.claim->life) == Life::Running;
}

}  // namespace

Status runRelease(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY_STATUS(requireWritable(address));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    TIDEMARK_TRY(const auto claims, replica::readClaims(*storage, session.stop));
    if (const auto running = std::ranges::find_if(claims, runsHere); running != claims.end()) {
        return stillRuns(*running);
    }
    if (claims.empty()) {
        session.output.note("No program has claimed this replica; nothing was changed.");
        return {};
    }
    std::vector<std::string> names;
    for (const replica::ListedClaim& each : claims) {
        names.push_back(each.objectName);
    }
    TIDEMARK_TRY_STATUS(storage->remove(names, session.stop));
    for (const replica::ListedClaim& each : claims) {
        const replica::WriterClaim claim = each.claim.value_or(replica::WriterClaim());
        session.output.fact("Released: " + replica::describe(each) + '.',
                            {{"kind", "released"},
                             {"name", each.objectName},
                             {"program", claim.program},
                             {"user", claim.user},
                             {"host", claim.life.host},
                             {"process", claim.life.processId}});
    }
    return {};
}

}  // namespace tidemark::cli
