#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/restoring.h"

namespace tidemark::cli {

Status runRestore(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    restore::Request request;
    request.target = absolutePath(session, arguments.operands()[1]);
    TIDEMARK_TRY(request.wish, wishOperand(session, arguments, 2));
    TIDEMARK_TRY(request.check, checkOption(arguments));
    TIDEMARK_TRY(const restore::Restored restored, restoreWithProgress(session, address, request));
    session.output.fact("Restored transaction " + std::to_string(restored.moment.txId.value) +
                            " of " + momentTime(restored.moment) + " to " + restored.path + ": " +
                            humanBytes(restored.bytes) + " in " + humanDuration(restored.duration) +
                            ". " + verdictText(restored.verdict),
                        restoredJson(restored, restored.path));
    return {};
}

}  // namespace tidemark::cli
