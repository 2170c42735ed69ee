#include "core/restore/history_verifier.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/open_replica.h"
#include "core/restore/history_walk.h"
#include "core/restore/legacy_history.h"
#include "core/restore/parallel.h"
#include "core/restore/progress_meter.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace tidemark::restore {
namespace {

// Objects that are read side by side and wait for their turn: so many, and so many stored bytes,
// but one always.
constexpr std::size_t kBatchObjects = 256;
constexpr std::uint64_t kBatchBytes = 32 << 20;

// Compaction and retention may take away what was listed; each time the replica is listed anew.
constexpr int kTries = 3;

/// Reads all objects and lets the walk judge them.
class ObjectPass {
public:
    ObjectPass(const storage::Storage& storage, const std::vector<replica::ObjectInfo>& objects,
               ProgressMeter& meter, const std::stop_token& stop)
        : m_storage(storage),
          m_objects(objects),
          m_meter(meter),
          m_stop(stop),
          m_walk(objects, [this](std::size_t object) { return read(object); })
    {
    }

    Result<std::vector<ObjectFinding>> run()
    {
        const std::vector<std::size_t> order = m_walk.order();
        for (std::span<const std::size_t> rest = order; !rest.empty();) {
            const auto batch = rest.first(batchSize(rest));
            TIDEMARK_TRY_STATUS(runBatch(batch));
            rest = rest.subspan(batch.size());
        }
        TIDEMARK_TRY_STATUS(m_walk.finish());
        return m_walk.findings();
    }

private:
    [[nodiscard]] Result<HashedObject> read(std::size_t object) const
    {
        return readHashes(m_storage, m_objects[object], m_stop);
    }

    [[nodiscard]] std::size_t batchSize(std::span<const std::size_t> rest) const
    {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
        while (count < std::min(rest.size(), kBatchObjects)) {
            bytes += m_objects[rest[count]].sizeBytes;
            if (count > 0 && bytes > kBatchBytes) {
                break;
            }
            ++count;
        }
        return count;
    }

    [[nodiscard]] Status runBatch(std::span<const std::size_t> batch)
    {
        std::vector<std::optional<Result<HashedObject>>> all(batch.size());
        const auto readOne = [&](unsigned, std::size_t i) -> Status {
            all[i].emplace(read(batch[i]));
            if (!all[i]->ok() && !replica::isOfObject(all[i]->error())) {
                return all[i]->error();
            }
            m_meter.add(m_objects[batch[i]].sizeBytes);
            return {};
        };
        TIDEMARK_TRY_STATUS(parallelFor(restoreThreads(m_storage), batch.size(), readOne));
        for (std::size_t i = 0; i < batch.size(); ++i) {
            TIDEMARK_TRY_STATUS(m_walk.add(batch[i], *std::move(all[i])));
            all[i].reset();
        }
        return {};
    }

    const storage::Storage& m_storage;
    const std::vector<replica::ObjectInfo>& m_objects;
    ProgressMeter& m_meter;
    const std::stop_token& m_stop;
    HistoryWalk m_walk;
};

void countObjects(const std::vector<ObjectFinding>& findings, Tally& tally)
{
    for (const ObjectFinding& each : findings) {
        if (each.fault) {
            ++tally.damaged;
        } else if (!each.result) {
            ++tally.unreachable;
        } else {
            ++(each.isProven ? tally.proven : tally.checked);
        }
    }
}

/// What was learnt about the objects, and what follows for the moments.
replica::Catalog rebuilt(const replica::Catalog& listed, const std::vector<ObjectFinding>& findings)
{
    std::vector<replica::ObjectInfo> objects = listed.objects;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!findings[i].fault) {
            objects[i].isFull = findings[i].isFull && replica::isInGap(listed, objects[i]);
            objects[i].time = findings[i].time;
            objects[i].precision = replica::TimePrecision::Exact;
        }
    }
    return replica::buildCatalog(std::move(objects), listed.foreign);
}

/// The transactions at which an object ends, ascending, each once; all of them, or those alone
/// that are proven.
std::vector<ltx::TxId> endsOf(const replica::Catalog& catalog,
                              const std::vector<ObjectFinding>& findings, bool onlyProven)
{
    std::vector<ltx::TxId> ends;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!onlyProven || (!findings[i].fault && findings[i].isProven)) {
            ends.push_back(catalog.objects[i].maxTxId);
        }
    }
    std::ranges::sort(ends);
    const auto twice = std::ranges::unique(ends);
    ends.erase(twice.begin(), twice.end());
    return ends;
}

void countMoments(const replica::Catalog& catalog, const std::vector<ObjectFinding>& findings,
                  const std::vector<bool>& isWithdrawn, Tally& tally)
{
    const std::vector<ltx::TxId> proven = endsOf(catalog, findings, true);
    for (std::size_t i = 0; i < catalog.moments.size(); ++i) {
        if (isWithdrawn[i]) {
            ++tally.damaged;
        } else {
            const bool isProven = std::ranges::binary_search(proven, catalog.moments[i].txId);
            ++(isProven ? tally.proven : tally.checked);
        }
    }
    tally.unreachable = endsOf(catalog, findings, false).size() - catalog.moments.size();
}

/// Where Litestream's retention has been, the newest object of each level stays, though it lies
/// before the oldest snapshot that is left: no moment there is claimed.
ltx::TxId oldestClaimed(const replica::Catalog& catalog, const std::vector<ObjectFinding>& findings)
{
    const bool areAllOurs = std::ranges::all_of(
        findings, [](const ObjectFinding& each) { return each.fault || each.stated; });
    ltx::TxId oldest = areAllOurs ? ltx::TxId{} : ltx::kMaxTxId;
    for (const replica::ObjectInfo& each : catalog.objects) {
        oldest = each.minTxId == ltx::TxId{1} ? std::min(oldest, each.maxTxId) : oldest;
    }
    return oldest;
}

/// A stretch without any object is none: the changes in it were removed, and no moment is claimed.
std::optional<replica::Gap> holeIn(const replica::Catalog& catalog,
                                   const std::vector<ObjectFinding>& findings)
{
    const std::vector<ltx::TxId> ends = endsOf(catalog, findings, false);
    const ltx::TxId oldest = oldestClaimed(catalog, findings);
    for (const replica::Gap& gap : catalog.gaps) {
        const auto next = std::ranges::upper_bound(ends, gap.after);
        if (gap.after > ltx::TxId{} && gap.after >= oldest && next != ends.end() &&
            *next < gap.before) {
            return gap;
        }
    }
    return std::nullopt;
}

/// Whether no object of its level reaches further: that one stays (engine/retention.h: Newest),
/// also where those before it, which led to it, have gone.
bool isLastOfLevel(const replica::Catalog& catalog, const replica::ObjectInfo& object)
{
    return std::ranges::none_of(catalog.objects, [&object](const replica::ObjectInfo& each) {
        return each.level == object.level && each.maxTxId > object.maxTxId;
    });
}

/// Objects that nothing leads to, while a merged one holds their end: of that a listing tells
/// nothing, since whoever merges may delete what he merged, from the oldest on. We leave none but
/// the last of a level.
std::optional<replica::Gap> coveredHoleIn(const replica::Catalog& catalog,
                                          const std::vector<ObjectFinding>& findings)
{
    const replica::ObjectInfo* first = nullptr;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const replica::ObjectInfo& object = catalog.objects[i];
        if (findings[i].fault || !findings[i].stated) {
            return std::nullopt;  // What is damaged is told; the others are somebody else's.
        }
        const bool isStranded = !findings[i].result && !catalog.moments.empty() &&
                                object.maxTxId > catalog.moments.front().txId;
        if (isStranded && (first == nullptr || object.minTxId < first->minTxId) &&
            !isLastOfLevel(catalog, object)) {
            first = &object;
        }
    }
    if (first == nullptr) {
        return std::nullopt;
    }
    const auto behind =
        std::ranges::lower_bound(catalog.moments, first->minTxId, {}, &replica::Moment::txId);
    if (behind == catalog.moments.begin() || behind == catalog.moments.end()) {
        return std::nullopt;
    }
    const ltx::TxId after = std::prev(behind)->txId;
    return replica::Gap{
        .after = after,
        .before = behind->txId,
        .reason = {TIDEMARK_TEXT("restore", "The changes of transaction %1 are missing."),
                   {std::to_string(after.value + 1)}}};
}

/// The nearest moments that are left around what `damaged` takes away.
void addNearest(const replica::Catalog& catalog, const std::vector<bool>& isWithdrawn,
                DamagedObject& damaged)
{
    const auto& moments = catalog.moments;
    const auto placeOf = [&](ltx::TxId txId) {
        return static_cast<std::size_t>(
            std::ranges::lower_bound(moments, txId, {}, &replica::Moment::txId) - moments.begin());
    };
    if (damaged.withdrawn.moments == 0) {
        return;
    }
    for (std::size_t i = placeOf(damaged.withdrawn.first); i > 0 && !damaged.goodBefore; --i) {
        damaged.goodBefore = isWithdrawn[i - 1] ? std::nullopt : std::optional(moments[i - 1]);
    }
    for (std::size_t i = placeOf(damaged.withdrawn.last); i < moments.size() && !damaged.goodAfter;
         ++i) {
        damaged.goodAfter = isWithdrawn[i] ? std::nullopt : std::optional(moments[i]);
    }
}

HistoryReport reportOn(const replica::Catalog& catalog, const std::vector<ObjectFinding>& findings)
{
    HistoryReport report{.format = catalog.format};
    std::vector<JudgedObject> judged;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        judged.push_back({.isDamaged = findings[i].fault.has_value(),
                          .misleads = findings[i].isMisleading,
                          .isFull = findings[i].isFull});
        report.bytes += catalog.objects[i].sizeBytes;
    }
    const WithdrawnMoments withdrawn = withdrawnBy(catalog, judged);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!findings[i].fault) {
            continue;
        }
        const replica::ObjectInfo& info = catalog.objects[i];
        DamagedObject damaged{.name = info.name, .info = info, .fault = *findings[i].fault};
        if (const auto found = withdrawn.byObject.find(i); found != withdrawn.byObject.end()) {
            damaged.withdrawn = found->second;
        }
        addNearest(catalog, withdrawn.isWithdrawn, damaged);
        report.damaged.push_back(std::move(damaged));
    }
    countObjects(findings, report.objects);
    countMoments(catalog, findings, withdrawn.isWithdrawn, report.moments);
    report.hole = holeIn(catalog, findings);
    if (!report.hole) {
        report.hole = coveredHoleIn(catalog, findings);
    }
    if (!catalog.gaps.empty() && catalog.gaps.back().isTail()) {
        report.lost = catalog.gaps.back();
    }
    return report;
}

Result<HistoryReport> verifyListed(const storage::Storage& storage, const replica::Catalog& catalog,
                                   ProgressMeter& meter, const std::stop_token& stop)
{
    if (catalog.format == replica::Catalog::Format::Legacy) {
        return verifyLegacy(storage, catalog, meter, stop);
    }
    std::uint64_t bytes = 0;
    for (const replica::ObjectInfo& each : catalog.objects) {
        bytes += each.sizeBytes;
    }
    meter.expect(bytes);
    meter.enter(Phase::Checking);
    TIDEMARK_TRY(const auto findings, ObjectPass(storage, catalog.objects, meter, stop).run());
    return reportOn(rebuilt(catalog, findings), findings);
}

Error keptChanging(const storage::Storage& storage)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("restore", "Objects of %1 kept vanishing while it was read."),
                     {storage.describe()}},
            .next = {TIDEMARK_TEXT("restore", "Try again when its retention is done.")}};
}

}  // namespace

Result<HistoryReport> HistoryVerifier::verify(const OnProgress& progress,
                                              const std::stop_token& stop)
{
    const Clock::Instant start = m_clock.monotonic();
    ProgressMeter meter(m_clock, progress);
    for (int tries = 1;; ++tries) {
        meter.enter(Phase::Planning);
        TIDEMARK_TRY(const replica::Catalog catalog, replica::openCatalog(m_storage, stop));
        auto report = verifyListed(m_storage, catalog, meter, stop);
        if (report.ok()) {
            HistoryReport done = std::move(report).value();
            meter.finish();
            done.duration =
                std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
            return done;
        }
        if (report.error().code != ErrorCode::NotFound) {
            return report;
        }
        if (tries == kTries) {
            return keptChanging(m_storage);
        }
    }
}

}  // namespace tidemark::restore
