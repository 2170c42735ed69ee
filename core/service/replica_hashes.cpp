#include "core/service/replica_hashes.h"

#include "core/ltx/damaged.h"
#include "core/ltx/state_digest.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/object_source.h"
#include "core/replica/restore_plan.h"
#include "core/restore/hashed_object.h"
#include "core/restore/state_hashes.h"

#include <string>
#include <utility>

namespace tidemark::service {
namespace {

/// The state that an object leads to.
Status apply(restore::StateHashes& state, const storage::Storage& storage,
             const replica::ObjectInfo& object, const std::stop_token& stop)
{
    TIDEMARK_TRY(const restore::HashedObject read, restore::readHashes(storage, object, stop));
    TIDEMARK_TRY(const std::uint64_t digest, state.digestWith(read));
    const auto noted = ltx::digestsOf(read.header);
    if (noted && noted->after != digest) {
        return replica::naming(
            object.name,
            ltx::damaged({TIDEMARK_TEXT("service", "It leads to another state than it says.")}));
    }
    state.apply(read);
    return {};
}

}  // namespace

Result<std::optional<state::PageChecksums>> hashesFrom(const storage::Storage& storage,
                                                       ltx::TxId txId,
                                                       const replica::ObjectNames& missing,
                                                       std::uint64_t mostBytes,
                                                       const std::stop_token& stop)
{
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(storage, stop));
    const replica::Catalog catalog = replica::without(std::move(listed), missing);
    const auto plan = replica::planRestore(catalog, replica::AtTxId{txId});
    if (!plan.ok() || plan.value().bytes > mostBytes) {
        return std::optional<state::PageChecksums>();
    }
    restore::StateHashes state;
    for (const replica::ObjectInfo& each : plan.value().objects) {
        TIDEMARK_TRY_STATUS(apply(state, storage, each, stop));
    }
    state::PageChecksums checksums(state.pageSizeBytes());
    checksums.resize(static_cast<std::uint32_t>(state.hashes().size()));
    std::uint32_t page = 0;
    for (const std::uint64_t hash : state.hashes()) {
        checksums.set(++page, hash);
    }
    return std::optional(std::move(checksums));
}

}  // namespace tidemark::service
