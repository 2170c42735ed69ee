#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/moment_operand.h"
#include "app/cli/operands.h"
#include "app/cli/restoring.h"

namespace tidemark::cli {
namespace {

void print(Output& output, const restore::Restored& restored, restore::Check check)
{
    output.fact("Restored transaction " + std::to_string(restored.moment.txId.value) + " of " +
                    momentTime(restored.moment) + " to " + restored.path + ": " +
                    humanBytes(restored.bytes) + " in " + humanDuration(restored.duration) + ". " +
                    verdictText(restored, check),
                restoredJson(restored, restored.path));
}

}  // namespace

Status runRestore(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    restore::Request request;
    TIDEMARK_TRY(request.target, outOperand(session, arguments));
    TIDEMARK_TRY(request.wish, wishOperand(session, arguments, 2));
    TIDEMARK_TRY(request.check, checkOption(arguments));
    TIDEMARK_TRY(const storage::Use use, useOf(session, address));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    restore::Restorer restorer(*storage, session.files, session.clock, session.random);
    ProgressLine line(session.clock, session.output);
    const Clock::Instant start = session.clock.monotonic();
    const auto restored = restorer.restore(request, onLine(line), session.stop);
    line.clear();
    if (!restored.ok()) {
        if (restored.error().code == ErrorCode::Damaged && session.output.isJson()) {
            session.output.json(damagedJson(restorer.tried(), restorer.nearest(), request.target,
                                            since(session.clock, start)));
        }
        return restored.error();
    }
    noteLost(session.output, request.wish, restored.value().lost);
    print(session.output, restored.value(), request.check);
    return {};
}

}  // namespace tidemark::cli
