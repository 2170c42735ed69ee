#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/moment_operand.h"
#include "app/cli/operands.h"
#include "app/cli/restoring.h"
#include "app/cli/verify_all.h"
#include "core/restore/verifier.h"

namespace tidemark::cli {
namespace {

void print(Output& output, const restore::Verified& verified, restore::Check check,
           const std::string& place)
{
    const restore::Restored& restored = verified.restored;
    Json object = restoredJson(restored, place);
    object["objects"] = verified.objects;
    output.fact("Transaction " + std::to_string(restored.moment.txId.value) + " of " +
                    momentTime(restored.moment) + ", " + counted(verified.objects, "object") +
                    " of " + humanBytes(verified.bytes) + ", database of " +
                    humanBytes(restored.bytes) + ", in " + humanDuration(restored.duration) + ". " +
                    verdictText(restored, check),
                object);
}

/// --all leaves no choice of moment or check.
Status checkAllOption(const ParsedArguments& arguments)
{
    for (const char* const option : {"--latest", "--txid", "--time", "--mark", "--check"}) {
        if (arguments.has(option)) {
            return Error{
                .code = ErrorCode::Usage,
                .what = {TIDEMARK_TEXT("cli", "--all and %1 exclude each other."), {option}},
                .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl verify --help")}};
        }
    }
    if (const auto when = arguments.operand(1)) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli", "--all and \"%1\" exclude each other."), {*when}},
            .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl verify --help")}};
    }
    return {};
}

}  // namespace

Status runVerify(Session& session, const ParsedArguments& arguments)
{
    if (arguments.has("--all")) {
        TIDEMARK_TRY_STATUS(checkAllOption(arguments));
    }
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    if (arguments.has("--all")) {
        return verifyAll(session, address);
    }
    TIDEMARK_TRY(const replica::Wish wish, wishOperand(session, arguments, 1));
    TIDEMARK_TRY(const restore::Check check, checkOption(arguments));
    const std::string folder = session.places.cache + "/verify";
    TIDEMARK_TRY_STATUS(session.files.makeDirectories(folder));
    TIDEMARK_TRY(const storage::Use use, useOf(session, address));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    restore::Verifier verifier(*storage, session.files, session.clock, session.random);
    ProgressLine line(session.clock, session.output);
    const Clock::Instant start = session.clock.monotonic();
    const auto verified = verifier.verify(wish, folder, check, onLine(line), session.stop);
    line.clear();
    const std::string place = storage::formatAddress(address);
    if (!verified.ok()) {
        if (verified.error().code == ErrorCode::Damaged && session.output.isJson()) {
            session.output.json(damagedJson(verifier.tried(), verifier.nearest(), place,
                                            since(session.clock, start)));
        }
        return verified.error();
    }
    print(session.output, verified.value(), check, place);
    // A replica of which the end is lost is no good backup, however whole the rest of it is.
    const auto& lost = verified.value().restored.lost;
    return lost && !replica::isOneMoment(wish) ? Status(endIsLost(*lost)) : Status();
}

}  // namespace tidemark::cli
