#include "core/service/replica_jobs.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/replica/listed_times.h"
#include "core/replica/ltx_object.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/open_replica.h"
#include "core/restore/legacy_writer.h"
#include "core/service/captured_moments.h"
#include "core/service/known_damage.h"
#include "core/sqlite/source_probe.h"
#include "core/storage/storage_opener.h"

#include <utility>

namespace tidemark::service {
namespace {

Error noObjectOf(const replica::Moment& moment, const storage::Storage& storage)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "Transaction %1 is not in %2 any more."),
                     {std::to_string(moment.txId.value), storage.describe()}},
            .next = {TIDEMARK_TEXT("service", "List the replica again.")}};
}

/// The object that is new with a moment. Most have one of level 0 of their own, found by its name.
Result<replica::ObjectInfo> objectOf(const storage::Storage& storage, const replica::Moment& moment,
                                     const std::stop_token& stop)
{
    replica::ObjectInfo own{.minTxId = moment.txId, .maxTxId = moment.txId};
    own.name = replica::objectName({.level = own.level, .range = {own.minTxId, own.maxTxId}});
    TIDEMARK_TRY(const auto entry, storage.find(own.name, stop));
    if (entry) {
        own.sizeBytes = entry->sizeBytes;
        return own;
    }
    TIDEMARK_TRY(const replica::Catalog catalog, replica::readLtxCatalog(storage, stop));
    const replica::ObjectInfo* const found = replica::newestObjectOf(catalog, moment.txId);
    return found ? Result(*found) : noObjectOf(moment, storage);
}

}  // namespace

Result<SourceFacts> inspectSource(FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const auto facts, sqlite::probeSource(files, path));
    return SourceFacts{.path = facts.path,
                       .sizeBytes = facts.sizeBytes,
                       .pageSizeBytes = facts.pageSizeBytes,
                       .isWal = facts.isWal};
}

Result<std::shared_ptr<const replica::Catalog>> listReplica(FileSystem& files,
                                                            const storage::StorageOpener& storages,
                                                            const storage::StorageAddress& address,
                                                            const std::stop_token& stop,
                                                            const std::string& stateDb)
{
    TIDEMARK_TRY(const auto storage, storages.open(address));
    TIDEMARK_TRY(replica::Catalog catalog, replica::openCatalog(*storage, stop));
    if (!stateDb.empty()) {
        catalog = replica::without(std::move(catalog),
                                   knownDamage(files, stateDb, storage::replicaId(address)));
        tellCaptured(catalog, files, stateDb, stop);
    }
    TIDEMARK_TRY_STATUS(replica::correctListedTimes(*storage, catalog, stop));
    return std::shared_ptr<const replica::Catalog>(
        std::make_shared<replica::Catalog>(std::move(catalog)));
}

Result<ReplicaPlan> planFrom(const storage::StorageOpener& storages,
                             const storage::StorageAddress& address, const replica::Wish& wish,
                             const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto storage, storages.open(address));
    TIDEMARK_TRY(replica::Catalog catalog, replica::openCatalog(*storage, stop));
    ReplicaPlan planned;
    TIDEMARK_TRY(planned.plan, replica::planExactly(*storage, catalog, wish, stop));
    if (planned.plan.moment.legacy) {
        TIDEMARK_TRY(planned.legacy,
                     replica::planLegacy(*storage, *planned.plan.moment.legacy, stop));
        planned.plan.bytes = restore::bytesToRead(*planned.legacy);
        // Each part is read twice, see restore::writeLegacy().
        planned.plan.requests = static_cast<std::uint32_t>(1 + 2 * planned.legacy->parts.size());
    }
    return planned;
}

Result<MomentFacts> lookAtMoment(const storage::StorageOpener& storages,
                                 const storage::StorageAddress& address,
                                 const replica::Moment& moment, const std::stop_token& stop)
{
    if (moment.legacy) {
        return MomentFacts{.moment = moment, .storedBytes = moment.bytes};
    }
    TIDEMARK_TRY(const auto storage, storages.open(address));
    TIDEMARK_TRY(const replica::ObjectInfo info, objectOf(*storage, moment, stop));
    TIDEMARK_TRY(const replica::ObjectFacts inside, replica::lookInside(*storage, info, stop));
    MomentFacts facts{.moment = moment,
                      .databasePages = inside.header.pageCountAfter,
                      .pageSizeBytes = inside.header.pageSizeBytes,
                      .storedBytes = info.sizeBytes};
    facts.moment.time = inside.header.createdAt;
    facts.moment.precision = replica::TimePrecision::Exact;
    facts.moment.pages = inside.pages;
    return facts;
}

Result<PlaceTest> tryOut(const storage::StorageOpener& storages,
                         const storage::StorageAddress& address, storage::ProbeWith with,
                         const std::stop_token& stop)
{
    with.isReadOnly = address.kind == storage::StorageKind::Zip;
    TIDEMARK_TRY(const auto storage, storages.open(address));
    TIDEMARK_TRY(storage::Probed probed, storage::probe(*storage, with, stop));
    PlaceTest test{.probed = std::move(probed)};
    // Where it cannot be listed a step has said so.
    if (auto contents = replica::contentsOf(*storage, stop); contents.ok()) {
        test.contents = std::move(contents).value();
    } else if (contents.error().code == ErrorCode::Cancelled) {
        return std::move(contents).error();
    }
    return test;
}

}  // namespace tidemark::service
