// Where an Uploader goes on in its replica.

#include "core/engine/damage_book.h"
#include "core/engine/refusals.h"
#include "core/engine/uploader.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_object.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace tidemark::engine {
namespace {

/// An object that ends with that transaction, a segment if there is one.
const replica::ObjectInfo* endingAt(const replica::Catalog& catalog, ltx::TxId txId)
{
    const auto found = std::ranges::find(catalog.objects, txId, &replica::ObjectInfo::maxTxId);
    return found == catalog.objects.end() ? nullptr : &*found;
}

/// Of a segment in the spool; empty when there is none that can be read, which is found out when it
/// is uploaded.
std::optional<ltx::Header> spooledHeader(const Spool& spool, ltx::TxId txId)
{
    if (!spool.holds(txId)) {
        return std::nullopt;
    }
    const auto source = spool.source(txId);
    auto header = ltx::readHeader(*source);
    return header.ok() ? std::optional(std::move(header).value()) : std::nullopt;
}

bool isBatch(const replica::ObjectInfo& object)
{
    return object.level == replica::kSegmentLevel && object.minTxId < object.maxTxId;
}

/// Where the batches end that follow `last`; empty when one of them is of segments that the spool
/// does not have: then it is not known whose they are.
std::optional<ltx::TxId> behindBatches(const replica::Catalog& catalog, const Spool& spool,
                                       ltx::TxId last)
{
    for (const replica::ObjectInfo& each : catalog.objects) {
        if (!isBatch(each) || each.minTxId.value != last.value + 1) {
            continue;
        }
        if (!spool.holds(each.maxTxId)) {
            return std::nullopt;
        }
        last = each.maxTxId;
    }
    return last;
}

/// Whether what is there can be what was made of our segments up to `ours`. A batch is one of
/// several: it ends as the last of them does.
bool isMadeOf(const replica::ObjectInfo& object, const ltx::Header& there, const ltx::Header& ours)
{
    if (!isBatch(object)) {
        return there == ours;
    }
    const auto wanted = ltx::digestsOf(ours);
    const auto found = ltx::digestsOf(there);
    return there.pageSizeBytes == ours.pageSizeBytes &&
           there.pageCountAfter == ours.pageCountAfter && there.createdAt == ours.createdAt &&
           (!wanted || !found || wanted->after == found->after);
}

/// Whether `next` says that it follows the very state that `there` leads to, or that it has every
/// page and follows whatever is there.
bool surelyFollows(const ltx::Header& there, const ltx::Header& next)
{
    const auto before = ltx::digestsOf(there);
    const auto after = ltx::digestsOf(next);
    return after && (after->before == 0 || (before && before->after == after->before));
}

/// Half of the range: far above what any history reaches, and with room to go on below it. What
/// followed a stray name beyond it would soon have numbers that are none.
constexpr ltx::TxId kLargestCredible{ltx::kMaxTxId.value / 2};

Error outOfReach(const replica::Catalog& catalog)
{
    const auto& largest = std::ranges::max(catalog.objects, {}, &replica::ObjectInfo::maxTxId);
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 would be transaction %2, which no history reaches: it is "
                                   "not of this database."),
                     {largest.name, std::to_string(largest.maxTxId.value)}},
            .next = {TIDEMARK_TEXT("engine", "Move it out of the replica.")}};
}

/// Whether `next` may follow the state that `there` leads to, as far as both say.
bool joins(const ltx::Header& there, const ltx::Header& next)
{
    const auto before = ltx::digestsOf(there);
    const auto after = ltx::digestsOf(next);
    const bool standsAlone = after && after->before == 0;
    return !before || !after || standsAlone || before->after == after->before;
}

}  // namespace

Status Uploader::compare(const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto remembered, m_state.replica(m_replicaId));
    const bool isKnown = remembered && remembered->base.value > 0;
    auto catalog = m_replica.readCatalog(stop);
    if (!catalog.ok()) {
        // What was there has gone as a whole: that may heal.
        Error error = std::move(catalog).error();
        const bool hasGone = isKnown && error.code == ErrorCode::NotFound;
        error.code = hasGone ? ErrorCode::Unavailable : error.code;
        return error;
    }
    // What is damaged leads nowhere, but its number stays taken.
    const ltx::TxId highest = replica::highestTxId(catalog.value());
    if (highest > kLargestCredible) {
        return outOfReach(catalog.value());
    }
    TIDEMARK_TRY(m_knownDamage, m_damage.found());
    TIDEMARK_TRY(const auto missing, m_damage.missing());
    const replica::Catalog whole = replica::without(std::move(catalog).value(), missing);
    const ltx::TxId reached = replica::positionOf(whole);
    if (isKnown && highest.value == 0) {
        return emptied(m_replica.describe(), remembered->confirmed);
    }
    state::ReplicaState position{.id = m_replicaId};
    if (isKnown) {
        position = goOnFrom(*remembered, whole);
    } else if (highest.value > 0) {
        m_position = position;  // A history that is refused is no base.
        TIDEMARK_TRY_STATUS(m_mayAdopt(whole, stop));
        position.base = position.confirmed = reached == highest ? reached : ltx::TxId();
    }
    TIDEMARK_TRY(const Joint joint, jointAt(position.confirmed, whole, stop));
    // What was never ours and does not join was written while another one had it, or while numbers
    // were given without it: a base of ours follows, above it.
    const bool isAdopted = !isKnown && highest.value > 0;
    const bool isBehind = isAdopted && (joint.isOther || (!joint.isOurs && !m_isFirst()));
    m_position = isBehind ? state::ReplicaState{.id = m_replicaId} : position;
    m_baseAbove = !isKnown && m_position.base == ltx::TxId() ? highest : ltx::TxId();
    m_sameAbove = isBehind ? ltx::TxId() : joint.sameAbove;
    m_end = isBehind ? std::nullopt : joint.end;
    if (joint.isOther && isKnown) {
        return otherWriter();
    }
    m_newest = highest;
    m_newestAt = whole.moments.empty() ? Timestamp() : whole.moments.back().time;
    m_looked = true;
    m_mayBeThere = true;
    if (m_listener.listed) {
        m_listener.listed(whole);
    }
    return {};
}

state::ReplicaState Uploader::goOnFrom(const state::ReplicaState& remembered,
                                       const replica::Catalog& catalog) const
{
    const ltx::TxId reached = replica::positionOf(catalog);
    // Fewer than were confirmed: somebody removed some, and what follows would hang in the air.
    if (reached < remembered.confirmed) {
        return {.id = m_replicaId};
    }
    state::ReplicaState position = remembered;
    // More, of which the spool tells nothing: what was remembered of them was lost, or another one
    // took turns with us. What the spool tells of is compared as it is uploaded.
    const auto waiting = m_spool.above(remembered.confirmed, 1);
    if (waiting.empty() || waiting.front().txId.value != remembered.confirmed.value + 1) {
        position.confirmed = reached;
        return position;
    }
    // By our own work since, which what is remembered knows nothing of: a loss of power, a computer
    // that was set back. Hung onto it nothing would be restored.
    if (!replica::isMoment(catalog, remembered.confirmed)) {
        return {.id = m_replicaId};
    }
    // A batch that was written when we were ended is not made once more, with others behind it.
    const auto behind = behindBatches(catalog, m_spool, remembered.confirmed);
    if (!behind) {
        return {.id = m_replicaId};
    }
    position.confirmed = *behind;
    return position;
}

/// Numbers alone do not tell whose transactions they count: another installation, or one that
/// was brought back from a backup, may have given them to others.
Result<Uploader::Joint> Uploader::jointAt(ltx::TxId end, const replica::Catalog& catalog,
                                          const std::stop_token& stop) const
{
    const replica::ObjectInfo* const object = end == ltx::TxId{} ? nullptr : endingAt(catalog, end);
    if (object == nullptr) {
        return Joint{.sameAbove = end};
    }
    const auto there = replica::readObjectHeader(m_replica.storage(), *object, stop);
    if (!there.ok()) {
        // What is wrong with its bytes or its disk is found by those who read them all.
        const bool isIts =
            replica::isOfObject(there.error()) || there.error().code == ErrorCode::Io;
        return isIts ? Result<Joint>(Joint{.sameAbove = end}) : there.error();
    }
    TIDEMARK_TRY(const auto source, m_state.source());
    const auto digests = ltx::digestsOf(there.value());
    const bool isState =
        source && source->txId == end && digests && digests->after == source->digest;
    const auto ours = spooledHeader(m_spool, end);
    const auto next = spooledHeader(m_spool, {end.value + 1});
    const bool isSegment = object->level == replica::kSegmentLevel;
    const bool differs = ours && isSegment && !isMadeOf(*object, there.value(), *ours);
    const bool gapes = next && !joins(there.value(), *next);
    if (differs || gapes) {
        // A header has no checksum of its own: only whole files tell of another writer.
        TIDEMARK_TRY(const bool areWhole,
                     areWholeAround(*object,
                                    {.minTxId = differs ? end : ltx::TxId{end.value + 1},
                                     .maxTxId = gapes ? ltx::TxId{end.value + 1} : end},
                                    stop));
        return Joint{.isOther = areWhole, .sameAbove = end};
    }
    // Each was written there in its turn, and none is ever overwritten.
    return Joint{
        .isOurs = isState || (ours && isSegment) || (next && surelyFollows(there.value(), *next)),
        .sameAbove = ours && isSegment && !isBatch(*object) ? ltx::TxId() : end,
        .end = End{.object = *object, .header = there.value()}};
}

/// Whether what is uploaded first behind a look follows what is there, as far as both say: it may
/// have been captured since, from what another replica told of the pages.
Result<bool> Uploader::followsEnd(const SpooledSegment& next, const std::stop_token& stop)
{
    const auto end = m_end;
    const auto header = end && next.txId.value == m_position.confirmed.value + 1
                            ? spooledHeader(m_spool, next.txId)
                            : std::nullopt;
    bool isOther = false;
    if (header && !joins(end->header, *header)) {
        TIDEMARK_TRY(isOther, areWholeAround(end->object,
                                             {.minTxId = next.txId, .maxTxId = next.txId}, stop));
    }
    m_end.reset();
    return !isOther;
}

/// Whether an object of the replica and those segments of the spool are what they say.
Result<bool> Uploader::areWholeAround(const replica::ObjectInfo& object, ltx::TxRange spooled,
                                      const std::stop_token& stop) const
{
    if (m_knownDamage.contains(object.name)) {
        return false;
    }
    for (ltx::TxId each = spooled.minTxId; each <= spooled.maxTxId; each.value += 1) {
        const replica::ObjectInfo segment = replica::segmentAt(each);
        if (!replica::checkFile(*m_spool.source(each), segment, stop).ok()) {
            return false;
        }
    }
    const Status read = replica::checkObject(m_replica.storage(), object, stop);
    const bool isBad =
        !read.ok() && (replica::isOfObject(read.error()) || read.error().code == ErrorCode::Io);
    return read.ok() || isBad ? Result<bool>(read.ok()) : read.error();
}

}  // namespace tidemark::engine
