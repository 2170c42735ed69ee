// The place of a ReplicaFollower's replica: how it is opened.

#include "core/base/durable_directories.h"
#include "core/replica/v03_layout.h"
#include "core/service/preflight.h"
#include "core/service/replica_follower.h"
#include "core/service/same_database.h"
#include "core/service/shared_place.h"
#include "core/service/side_by_side.h"
#include "core/storage/storage_opener.h"

namespace tidemark::service {
namespace {

Error holdsLegacy(const storage::Storage& storage)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("service",
                                   "%1 holds a history that Litestream 0.3 wrote, which cannot be "
                                   "continued."),
                     {storage.describe()}},
            .next = {TIDEMARK_TEXT("service",
                                   "Give this database a new place; the old one can be opened and "
                                   "restored from.")}};
}

}  // namespace

/// Secrets are read when a storage is opened: who was refused and asks to try again may have others
/// by now.
void ReplicaFollower::leaveRefused(const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        const bool isRefused = m_view.failure && (m_view.failure->code == ErrorCode::Credentials ||
                                                  m_view.failure->code == ErrorCode::Forbidden);
        if (!m_retry || m_wasLooked || !isRefused) {
            return;
        }
    }
    if (m_tenure && m_tenure->isHeld()) {
        m_tenure->release(stop);
    }
    m_uploader.reset();
    m_replica.reset();
    m_tenure.reset();
    m_storage.reset();
}

Status ReplicaFollower::open(const std::stop_token& stop)
{
    if (m_uploader) {
        return {};
    }
    if (!m_tenure) {
        TIDEMARK_TRY_STATUS(makePlace());
        TIDEMARK_TRY_STATUS(openStorage());
    }
    TIDEMARK_TRY_STATUS(refuseLegacy(stop));
    m_place = placeName();
    m_replica = std::make_unique<replica::LtxReplica>(*m_storage, gate());
    m_uploader = std::make_unique<engine::Uploader>(
        m_context.clock, m_context.random, m_spool, m_state, m_damageBook, *m_replica, m_id,
        [this](const replica::Catalog& catalog, const std::stop_token& looking) {
            return mayAdopt(catalog, looking);
        });
    m_uploader->setIsFirst([this] { return m_numbering.mayGoOn(m_id); });
    m_uploader->setRunAll(
        [&helpers = m_context.uploadHelpers](const auto& tasks) { runSideBySide(helpers, tasks); });
    m_uploader->setListener(
        {.listed = [this](const replica::Catalog& catalog) { relisted(catalog, {UINT64_MAX}); },
         .written = [this](const replica::ObjectInfo& object) { noteObject(object); }});
    readDamage();
    readProof();
    return {};
}

Status ReplicaFollower::openStorage()
{
    const std::string realId = realReplicaId(m_context.files, m_config.address);
    if (!m_claim) {
        TIDEMARK_TRY(m_claim, ReplicaClaim::make(m_context.files, m_context.directories.data,
                                                 realId, m_path));
    }
    TIDEMARK_TRY(ReplicaTenure::Ours ours, ownTenure(realId));
    TIDEMARK_TRY(m_storage, m_context.storages.open(m_config.address));
    m_tenure = std::make_shared<ReplicaTenure>(m_context.clock, m_context.programs, *m_storage,
                                               std::move(ours));
    return {};
}

Status ReplicaFollower::mayAdopt(const replica::Catalog& catalog, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_claim->mayHoldOurs());
    m_numbering.look(m_id);
    if (m_config.isSameDatabase || m_claim->isNotedOurs()) {
        return {};
    }
    return checkSameDatabase(m_context.files, *m_storage, catalog, m_path, stop);
}

Status ReplicaFollower::makePlace()
{
    TIDEMARK_TRY_STATUS(keepsClearOf(m_path, m_config.address));
    TIDEMARK_TRY(const auto remembered, m_state.replica(m_id));
    const bool isNew = !remembered || remembered->base == ltx::TxId{};
    // A folder that had the replica and is gone is a disk that was unplugged: never made anew.
    if (isNew && m_config.address.kind == storage::StorageKind::Folder) {
        return makeDirectoriesDurably(m_context.files, m_config.address.path);
    }
    return {};
}

/// A place that holds both layouts would show the new one only.
Status ReplicaFollower::refuseLegacy(const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto remembered, m_state.replica(m_id));
    if (remembered) {
        return {};
    }
    bool isLegacy = false;
    Status listed = m_storage->list(
        replica::kLegacyPrefix,
        [&isLegacy](const storage::ObjectEntry& entry) {
            isLegacy = replica::parseLegacyName(entry.name).has_value();
            return isLegacy ? storage::Listing::Enough : storage::Listing::Continue;
        },
        stop);
    if (!listed.ok() && listed.error().code != ErrorCode::NotFound) {
        return listed;
    }
    return isLegacy ? Status(holdsLegacy(*m_storage)) : Status();
}

std::string ReplicaFollower::placeName() const
{
    const storage::StorageAddress& address = m_config.address;
    if (address.kind != storage::StorageKind::Folder) {
        return serverOf(address);
    }
    const auto facts = m_context.files.stat(address.path);
    return facts.ok() && facts.value() ? "disk " + std::to_string(facts.value()->device)
                                       : storage::formatAddress(address);
}

}  // namespace tidemark::service
