#include "app/cli/commands.h"
#include "app/cli/output.h"

namespace tidemark::cli {

Status runVersion(Session& session, const ParsedArguments&)
{
    session.output.fact("tidemarkctl " TIDEMARK_VERSION,
                        {{"program", "tidemarkctl"}, {"version", TIDEMARK_VERSION}});
    return {};
}

}  // namespace tidemark::cli
