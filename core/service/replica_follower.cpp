#include "core/service/replica_follower.h"

#include "core/base/durable_directories.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/v03_layout.h"
#include "core/service/preflight.h"
#include "core/service/same_database.h"
#include "core/storage/storage_factory.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidemark::service {
namespace {

/// A storage that cannot even be opened is not tried more often than this.
constexpr std::chrono::seconds kOpenPause{30};

/// One that the same database is still letting go of is free soon.
constexpr std::chrono::seconds kClaimPause{1};

engine::Standing standingFor(const Error& error, Timestamp since)
{
    const bool mayHeal = error.code == ErrorCode::Unavailable ||
                         error.code == ErrorCode::Cancelled || error.code == ErrorCode::Busy;
    return {.state = mayHeal ? engine::Protection::Waiting : engine::Protection::Broken,
            .reason = error.what,
            .next = error.next,
            .since = since};
}

/// Whether what is there now leads to the newest moment is looked at again after this, where it did
/// not.
constexpr std::chrono::seconds kMendedPause{60};

/// While what was found is not mended.
engine::Standing damagedStanding(const engine::Damage& damage)
{
    return {.state = engine::Protection::AtRisk,
            .reason = {TIDEMARK_TEXT("service",
                                     "Damaged objects of this replica so far: %1. Moments that "
                                     "were lost with them: %2."),
                       {std::to_string(damage.objects), std::to_string(damage.moments)}},
            .next = {TIDEMARK_TEXT("service",
                                   "What is whole is used in their place, or a new snapshot is "
                                   "made. Everything from then on can be restored.")},
            .since = damage.foundAt};
}

/// While a base has to wait, since those before it became damaged, too.
engine::Standing spoilingStanding(const engine::Damage& damage, Timestamp nextBase)
{
    return {.state = engine::Protection::AtRisk,
            .reason = {TIDEMARK_TEXT("service",
                                     "This disk spoils what is written to it. Damaged objects of "
                                     "the replica so far: %1."),
                       {std::to_string(damage.objects)}},
            .next = {TIDEMARK_TEXT("service",
                                   "Give the database a place on another disk. Here a new snapshot "
                                   "is tried less and less often, once a day at last.")},
            .since = damage.foundAt,
            .nextTry = nextBase};
}

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

ReplicaFollower::ReplicaFollower(EngineContext& context, std::string path, ReplicaConfig config,
                                 engine::Spool& spool, state::StateDb& state)
    : m_context(context),
      m_path(std::move(path)),
      m_config(std::move(config)),
      m_id(storage::replicaId(m_config.address)),
      m_spool(spool),
      m_state(state),
      m_damageBook(context.clock, state, spool, m_id),
      m_keep(m_config.keep)
{
    m_view.standing = {.state = engine::Protection::CatchingUp, .since = context.clock.now()};
}

StepPool::Due ReplicaFollower::step(ltx::TxId captured, const std::stop_token& stop)
{
    if (const Status opened = open(stop); !opened.ok()) {
        return openFailed(opened.error());
    }
    // A back-off outlasts the wakes of new segments, not the wish to try again.
    if (!takeRetry() &&
        m_uploader->nextTry().value_or(Clock::Instant::min()) > m_context.clock.monotonic()) {
        return nextStep(false);
    }
    const auto more = advance(captured, stop);
    remember(more.ok() ? std::nullopt : std::optional(more.error()));
    return nextStep(more.ok() && more.value());
}

StepPool::Due ReplicaFollower::openFailed(const Error& error)
{
    const Clock::Instant now = m_context.clock.monotonic();
    const std::scoped_lock lock(m_mutex);
    m_retry = false;
    m_view.failure = error;
    // Nothing that the capture of the source has to wait for.
    m_view.foreign = error.code == ErrorCode::AlreadyExists;
    m_view.looked = m_view.foreign;
    m_view.standing = standingFor(error, m_view.standing.since);
    const bool isSoon = error.code == ErrorCode::Busy;
    // Whoever wakes it, to leave for example, is not kept waiting.
    return {.notBefore = now, .atLatest = now + (isSoon ? kClaimPause : kOpenPause)};
}

StepPool::Due ReplicaFollower::nextStep(bool hasMore) const
{
    if (hasMore) {
        return after(m_context.clock, Clock::Instant::duration::zero());
    }
    StepPool::Due due = whenWoken(m_context.clock);
    due.atLatest = m_uploader->nextTry().value_or(due.atLatest);
    const std::scoped_lock lock(m_mutex);
    if (maybeMended()) {
        due.atLatest = std::min(due.atLatest, std::max(due.notBefore, m_proveMendedAt));
    }
    return due;
}

bool ReplicaFollower::takeRetry()
{
    const std::scoped_lock lock(m_mutex);
    const bool retry = std::exchange(m_retry, false);
    if (retry) {
        m_isRetrying = true;
        m_uploader->retryNow();
        m_snapshotFailure.reset();
    }
    return retry;
}

Status ReplicaFollower::open(const std::stop_token& stop)
{
    if (m_uploader) {
        return {};
    }
    TIDEMARK_TRY_STATUS(makePlace());
    if (!m_claim) {
        TIDEMARK_TRY(m_claim,
                     ReplicaClaim::make(m_context.files, m_context.directories.data,
                                        realReplicaId(m_context.files, m_config.address), m_path));
    }
    TIDEMARK_TRY(m_storage,
                 storage::openStorage(m_config.address, m_context.files, m_context.random));
    TIDEMARK_TRY_STATUS(refuseLegacy(stop));
    m_place = placeName();
    m_replica = std::make_unique<replica::LtxReplica>(*m_storage);
    m_uploader = std::make_unique<engine::Uploader>(
        m_context.clock, m_context.random, m_spool, m_state, *m_replica, m_id,
        [this](const replica::Catalog& catalog, const std::stop_token& looking) {
            return mayAdopt(catalog, looking);
        });
    m_uploader->setListener(
        {.listed = [this](const replica::Catalog& catalog) { relisted(catalog, {UINT64_MAX}); },
         .written = [this](const replica::ObjectInfo& object) { noteObject(object); }});
    readDamage();
    readProof();
    return {};
}

Status ReplicaFollower::mayAdopt(const replica::Catalog& catalog, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_claim->mayHoldOurs());
    return checkSameDatabase(m_context.files, *m_storage, catalog, m_path, stop);
}

Status ReplicaFollower::makePlace()
{
    TIDEMARK_TRY_STATUS(keepsClearOf(m_path, m_config.address.path));
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
    TIDEMARK_TRY_STATUS(m_storage->list(
        replica::kLegacyPrefix,
        [&isLegacy](const storage::ObjectEntry& entry) {
            isLegacy = replica::parseLegacyName(entry.name).has_value();
            return isLegacy ? storage::Listing::Enough : storage::Listing::Continue;
        },
        stop));
    return isLegacy ? Status(holdsLegacy(*m_storage)) : Status();
}

std::string ReplicaFollower::placeName() const
{
    const auto facts = m_context.files.stat(m_config.address.path);
    return facts.ok() && facts.value() ? "disk " + std::to_string(facts.value()->device)
                                       : storage::formatAddress(m_config.address);
}

Result<bool> ReplicaFollower::advance(ltx::TxId captured, const std::stop_token& stop)
{
    const bool isAgain = takeLookAgain();
    if (!m_uploader->looked() || isAgain) {
        if (Status looked = m_uploader->look(stop); !looked.ok()) {
            if (isAgain) {
                lookAgain();
            }
            return looked.error();
        }
        TIDEMARK_TRY_STATUS(m_claim->note());
        const std::scoped_lock lock(m_mutex);
        m_proveMendedAt = {};
    }
    TIDEMARK_TRY_STATUS(takeNews());
    noteMended(stop);
    auto more = m_uploader->step(captured, stop);
    if (const auto suspect = m_uploader->takeSuspect()) {
        static_cast<void>(inspect(std::span(&*suspect, 1), stop));
    }
    if (!more.ok() && more.error().code == ErrorCode::Unavailable) {
        // What comes back need not be all that went.
        lookAgain();
    }
    return more;
}

/// What a snapshot came to.
Status ReplicaFollower::takeNews()
{
    std::unique_lock lock(m_mutex);
    const auto baseWritten = m_baseWritten;
    if (m_snapshotFailure && m_snapshotFailure->code == ErrorCode::AlreadyExists) {
        m_uploader->foundForeign(*std::exchange(m_snapshotFailure, std::nullopt));
    }
    lock.unlock();
    if (!baseWritten) {
        return {};
    }
    TIDEMARK_TRY_STATUS(m_uploader->baseWritten(*baseWritten));
    lock.lock();
    m_baseWritten.reset();
    m_proveMendedAt = {};
    return {};
}

void ReplicaFollower::remember(const std::optional<Error>& failure)
{
    const std::scoped_lock lock(m_mutex);
    m_isRetrying = false;
    const bool hasBase = m_uploader->hasBase() || m_baseWritten.has_value();
    if (hasBase) {
        m_snapshotFailure.reset();
    }
    const auto since = m_view.standing.since;
    m_view = {.looked = m_uploader->looked(),
              .hasBase = hasBase,
              .foreign = m_uploader->isForeign(),
              .place = m_place,
              .newest = m_uploader->newest(),
              .newestAt = m_uploader->newestAt(),
              .confirmed = m_uploader->confirmed(),
              .standing = m_uploader->standing(),
              .failure = failure ? failure : m_snapshotFailure,
              .damage = m_view.damage,
              .base = m_uploader->base(),
              .baseIsOlder = m_uploader->base() != m_ownBase,
              .proof = m_view.proof};
    if (m_snapshotFailure && !failure) {
        m_view.standing = standingFor(*m_snapshotFailure, since);
    }
    showDamage();
}

/// With m_mutex held.
void ReplicaFollower::showDamage()
{
    if (!m_view.isMending() || m_view.standing.state > engine::Protection::AtRisk) {
        return;
    }
    const Timestamp now = m_context.clock.now();
    const Timestamp nextBase = engine::nextBaseAt(*m_view.damage, now);
    m_view.standing = m_view.lacksBase() && nextBase > now
                          ? spoilingStanding(*m_view.damage, nextBase)
                          : damagedStanding(*m_view.damage);
}

void ReplicaFollower::baseWritten(const replica::ObjectInfo& snapshot)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_baseWritten = m_ownBase = snapshot.maxTxId;
        m_levels.add(snapshot);
        m_view.hasBase = true;
    }
    // Not remembered, it does not count when the next one is wanted.
    static_cast<void>(m_damageBook.noteBase());
    readDamage();
}

engine::ReplicaLevels ReplicaFollower::levels() const
{
    const std::scoped_lock lock(m_mutex);
    return m_levels;
}

std::optional<SnapshotFacts> ReplicaFollower::snapshot() const
{
    const std::scoped_lock lock(m_mutex);
    const auto& newest = m_levels.snapshot();
    return newest ? std::optional(SnapshotFacts{.txId = newest->maxTxId,
                                                .time = newest->time,
                                                .bytes = newest->sizeBytes,
                                                .name = newest->name})
                  : std::nullopt;
}

std::optional<Error> ReplicaFollower::obstacle() const
{
    const std::scoped_lock lock(m_mutex);
    return m_retry || m_isRetrying ? std::nullopt : m_view.failure;
}

ltx::TxId ReplicaFollower::mergedUpTo() const
{
    const std::scoped_lock lock(m_mutex);
    return m_levels.newest(1);
}

void ReplicaFollower::noteObject(const replica::ObjectInfo& object)
{
    const std::scoped_lock lock(m_mutex);
    m_levels.add(object);
}

Result<replica::Catalog> ReplicaFollower::relist(const std::stop_token& stop)
{
    const ltx::TxId known = levels().newest(replica::kSegmentLevel);
    TIDEMARK_TRY(replica::Catalog listed, replica::readLtxCatalog(*storage(), stop));
    replica::Catalog whole = replica::without(std::move(listed), missing());
    relisted(whole, known);
    return whole;
}

/// Segments above `known`, the newest before the listing, may have been written meanwhile and are
/// kept in mind.
void ReplicaFollower::relisted(const replica::Catalog& catalog, ltx::TxId known)
{
    const replica::ObjectNames damaged = missing();
    engine::ReplicaLevels listed(catalog, damaged);
    const std::scoped_lock lock(m_mutex);
    for (const replica::ObjectInfo& each : m_levels.open(replica::kSegmentLevel)) {
        if (each.maxTxId > known) {
            listed.add(each);
        }
    }
    // A first snapshot may have been written meanwhile, too.
    const auto& snapshot = m_levels.snapshot();
    if (snapshot && !damaged.contains(snapshot->name)) {
        listed.add(*snapshot);
    }
    m_levels = std::move(listed);
    ++m_listings;
}

std::uint64_t ReplicaFollower::listings() const
{
    const std::scoped_lock lock(m_mutex);
    return m_listings;
}

/// What cannot be remembered is found again.
replica::ObjectNames ReplicaFollower::missing() const
{
    auto names = m_damageBook.missing();
    return names.ok() ? std::move(names).value() : replica::ObjectNames();
}

Inspection ReplicaFollower::inspect(std::span<const replica::ObjectInfo> suspects,
                                    const std::stop_token& stop)
{
    storage::Storage* const where = storage();
    if (where == nullptr) {
        return Inspection::Nothing;
    }
    const auto learnt = m_damageBook.inspect(*where, suspects, stop);
    if (!learnt.ok()) {
        // What has another size than was listed is listed anew.
        if (learnt.error().code == ErrorCode::Unavailable) {
            static_cast<void>(relist(stop));
        }
        return Inspection::Nothing;
    }
    if (learnt.value() < Inspection::Known) {
        return learnt.value();
    }
    {
        const std::scoped_lock lock(m_mutex);
        m_isDamageTold = false;
        m_lookAgain = true;
    }
    readDamage();
    // Failing that, the next look lists it.
    static_cast<void>(relist(stop));
    return learnt.value();
}

void ReplicaFollower::damageTold()
{
    const std::scoped_lock lock(m_mutex);
    m_isDamageTold = true;
}

bool ReplicaFollower::readDamagedAgain(const std::stop_token& stop)
{
    storage::Storage* const where = storage();
    if (where == nullptr) {
        return false;
    }
    ReadAgain which = ReadAgain::Nothing;
    {
        const std::scoped_lock lock(m_mutex);
        which = std::exchange(m_readAgain, ReadAgain::Nothing);
    }
    if (which == ReadAgain::Nothing) {
        return false;
    }
    const auto isAnyWhole = m_damageBook.readAgain(*where, which == ReadAgain::All, stop);
    if (!isAnyWhole.ok()) {
        const std::scoped_lock lock(m_mutex);
        // With the next step, which its uploader's next success brings about.
        m_readAgain = std::max(m_readAgain, which);
        return false;
    }
    if (isAnyWhole.value()) {
        lookAgain();
        readDamage();
        static_cast<void>(relist(stop));
    }
    return isAnyWhole.value();
}

bool ReplicaFollower::isDamaged(const std::string& name) const
{
    const auto names = damaged();
    return names.ok() && names.value().contains(name);
}

void ReplicaFollower::readProof()
{
    const auto remembered = m_state.proofOf(m_id);
    const std::scoped_lock lock(m_mutex);
    if (remembered.ok() && remembered.value()) {
        const state::ProofState& proof = *remembered.value();
        m_view.proof =
            Proof{.at = proof.at,
                  .txId = proof.txId,
                  .verdict = proof.byDigest ? restore::Verdict::Proven : restore::Verdict::Checked};
    }
}

void ReplicaFollower::noteProof(const Proof& proof)
{
    // Not remembered, it is known until the next start all the same.
    static_cast<void>(
        m_state.setProofOf(m_id, {.at = proof.at,
                                  .txId = proof.txId,
                                  .byDigest = proof.verdict == restore::Verdict::Proven}));
    const std::scoped_lock lock(m_mutex);
    m_view.proof = proof;
}

void ReplicaFollower::askForDrill()
{
    const std::scoped_lock lock(m_mutex);
    m_drillWish = DrillWish::Now;
}

DrillWish ReplicaFollower::takeDrillWish()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_drillWish, DrillWish::None);
}

void ReplicaFollower::readDamage()
{
    const auto damage = m_damageBook.damage();
    const std::scoped_lock lock(m_mutex);
    if (damage.ok()) {
        m_view.damage = damage.value();
        showDamage();
    }
}

/// Only then it is worth while to list it.
bool ReplicaFollower::maybeMended() const
{
    return m_view.isMending() && m_isDamageTold && !m_lookAgain && m_uploader->hasBase();
}

/// A replica with a base, as it was looked at without what is damaged, should lead to the newest
/// moment.
void ReplicaFollower::noteMended(const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        const Clock::Instant now = m_context.clock.monotonic();
        if (!maybeMended() || now < m_proveMendedAt) {
            return;
        }
        m_proveMendedAt = now + kMendedPause;
    }
    const auto isMended =
        m_damageBook.mended(*m_storage, m_uploader->knownDamage(), m_uploader->confirmed(), stop);
    if (isMended.ok() && isMended.value()) {
        readDamage();
        const std::scoped_lock lock(m_mutex);
        m_isMended = m_view.damage && m_view.damage->mendedAt;
    }
}

std::optional<engine::Damage> ReplicaFollower::takeMended()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_isMended, false) ? m_view.damage : std::nullopt;
}

void ReplicaFollower::lookAgain()
{
    const std::scoped_lock lock(m_mutex);
    m_lookAgain = true;
}

bool ReplicaFollower::takeLookAgain()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_lookAgain, false);
}

bool ReplicaFollower::takeMaintenanceRetry()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_retryMaintenance, false);
}

void ReplicaFollower::setKeep(const engine::RetentionPolicy& keep)
{
    const std::scoped_lock lock(m_mutex);
    m_keep = keep;
}

engine::RetentionPolicy ReplicaFollower::keep() const
{
    const std::scoped_lock lock(m_mutex);
    return m_keep;
}

replica::PinBoard& ReplicaFollower::pins() const
{
    return m_context.pins.of(m_context.files, m_config.address);
}

void ReplicaFollower::snapshotFailed(const Error& error)
{
    const std::scoped_lock lock(m_mutex);
    m_snapshotFailure = error;
    m_view.foreign = m_view.foreign || error.code == ErrorCode::AlreadyExists;
}

void ReplicaFollower::retryNow()
{
    const std::scoped_lock lock(m_mutex);
    m_retry = true;
    m_retryMaintenance = true;
    m_readAgain = ReadAgain::All;
    m_drillWish = std::max(m_drillWish, DrillWish::Retry);
}

ReplicaView ReplicaFollower::view() const
{
    const std::scoped_lock lock(m_mutex);
    return m_view;
}

storage::Storage* ReplicaFollower::storage() const
{
    const std::scoped_lock lock(m_mutex);
    return m_view.looked ? m_storage.get() : nullptr;
}

}  // namespace tidemark::service
