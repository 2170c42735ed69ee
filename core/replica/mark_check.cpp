#include "core/replica/mark_check.h"

#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"
#include "core/replica/open_replica.h"
#include "core/replica/writer_claims.h"

namespace tidemark::replica {
namespace {

Status checkStillThere(storage::Storage& storage, const Mark& mark, const std::stop_token& stop)
{
    TIDEMARK_TRY(Catalog catalog, openCatalog(storage, stop));
    const auto plan = planExactly(storage, catalog, AtTxId{mark.txId}, stop);
    if (plan.ok()) {
        return {};
    }
    if (plan.error().code == ErrorCode::NotFound) {
        TIDEMARK_TRY_STATUS(removeMark(storage, mark.name, stop));
    }
    return plan.error();
}

}  // namespace

Status checkMarked(Clock& clock, storage::Storage& storage, const Mark& mark, bool isUndisturbed,
                   const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(checkStillThere(storage, mark, stop));
    if (isUndisturbed) {
        return {};
    }
    TIDEMARK_TRY(const auto claims, readClaims(storage, stop));
    if (claims.empty()) {
        return {};
    }
    if (!clock.waitUntil(clock.monotonic() + kMarkIsSeen, stop)) {
        return cancelled();
    }
    return checkStillThere(storage, mark, stop);
}

}  // namespace tidemark::replica
