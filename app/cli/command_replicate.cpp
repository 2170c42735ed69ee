#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/operands.h"
#include "app/cli/replication.h"
#include "app/cli/wanted.h"

namespace tidemark::cli {

Status runReplicate(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY_STATUS(watchedOrSwitched(arguments));
    TIDEMARK_TRY(const Wanted wanted, wantedBy(session, arguments));
    const bool isOnce = arguments.has("--once");
    Replication replication(session, wanted);
    if (!replication.follow(isOnce)) {
        return replication.outcome();
    }
    if (isOnce) {
        replication.untilUpToDate();
    } else {
        replication.untilStopped();
    }
    return replication.outcome();
}

}  // namespace tidemark::cli
