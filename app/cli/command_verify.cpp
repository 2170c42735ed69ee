#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/restoring.h"
#include "core/base/hash.h"

namespace tidemark::cli {
namespace {

constexpr int kNameDigits = 16;

}  // namespace

Status runVerify(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    const std::string folder = session.places.cache + "/verify";
    restore::Request request;
    request.target = folder + "/" + hex(session.random.next(), kNameDigits);
    TIDEMARK_TRY(request.wish, wishOperand(session, arguments, 1));
    TIDEMARK_TRY(request.check, checkOption(arguments));
    TIDEMARK_TRY_STATUS(session.files.makeDirectories(folder));
    const auto restored = restoreWithProgress(session, address, request);
    TIDEMARK_TRY_STATUS(session.files.remove(request.target));
    const std::string place = storage::formatAddress(address);
    if (restored.ok()) {
        const restore::Restored& result = restored.value();
        session.output.fact("Transaction " + std::to_string(result.moment.txId.value) + " of " +
                                momentTime(result.moment) + ", " + humanBytes(result.bytes) +
                                " in " + humanDuration(result.duration) + ". " +
                                verdictText(result.verdict),
                            restoredJson(result, place));
        return {};
    }
    if (restored.error().code == ErrorCode::Damaged && session.output.isJson()) {
        session.output.json({{"verdict", "damaged"}, {"path", place}});
    }
    return restored.error();
}

}  // namespace tidemark::cli
