#include "core/restore/restore_run.h"

#include "core/replica/ltx_replica.h"
#include "core/replica/open_replica.h"
#include "core/replica/strays.h"
#include "core/replica/v03_replica.h"
#include "core/restore/file_check.h"
#include "core/restore/legacy_writer.h"
#include "core/restore/page_sources.h"
#include "core/restore/page_writer.h"
#include "core/restore/parallel.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::restore {
namespace {

// Compaction and retention may take away what was planned; each time the replica is listed anew.
// More often than this in one restore something else is wrong.
constexpr int kPlanTries = 3;

// What retention deletes at once it is soon done with; only one that deletes a long history batch
// by batch can be in the way more than once.
constexpr int kPinTries = 20;

Error beingDeleted(const replica::Moment& moment)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("restore",
                                   "What transaction %1 is restored from is being deleted just "
                                   "now, since the replica does not keep it."),
                     {std::to_string(moment.txId.value)}},
            .next = {TIDEMARK_TEXT("restore", "List the replica again.")}};
}

}  // namespace

RestoreRun::RestoreRun(const storage::Storage& storage, FileSystem& files, Random& random,
                       std::string target, Check check, Ending ending, ProgressMeter& progress,
                       replica::PinBoard* pins, std::stop_token stop)
    : m_storage(storage),
      m_files(files),
      m_random(random),
      m_target(std::move(target)),
      m_check(check),
      m_ending(ending),
      m_progress(progress),
      m_pins(pins),
      m_stop(std::move(stop))
{
}

Result<Restored> RestoreRun::restore(const replica::Wish& wish)
{
    m_progress.enter(Phase::Planning);
    TIDEMARK_TRY_STATUS(checkTarget(m_files, m_target));
    auto restored = tryUntilStill(wish);
    if (!restored.ok() && replica::isOfObject(restored.error())) {
        return goAround(restored.error());
    }
    return restored;
}

/// Others may take away what was planned.
Result<Restored> RestoreRun::tryUntilStill(const replica::Wish& wish)
{
    int vanished = 0;
    int refused = 0;
    for (;;) {
        auto restored = tryToRestore(wish);
        const bool isAgain =
            m_isRefused ? ++refused < kPinTries : m_hasVanished && ++vanished < kPlanTries;
        if (restored.ok() || !isAgain) {
            return restored;
        }
        m_progress.enter(Phase::Planning);
    }
}

/// Restores the moment that failed with `first` over other objects, as long as there are any.
Result<Restored> RestoreRun::goAround(const Error& first)
{
    const replica::Moment moment = m_plan.moment;
    if (moment.legacy || m_plan.objects.empty()) {
        return first;
    }
    while (learnDamage()) {
        m_progress.enter(Phase::Planning);
        auto restored = tryUntilStill(replica::AtTxId{moment.txId});
        if (restored.ok()) {
            return restored;
        }
        const bool hasNoWay = restored.error().code == ErrorCode::NotFound;
        if (!hasNoWay && !replica::isOfObject(restored.error())) {
            return restored;
        }
        if (hasNoWay) {
            break;
        }
    }
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    // What is said of the last way is no better than what was said of the first.
    m_plan.moment = moment;
    return m_damaged.empty() ? first : withNearest(first);
}

/// Reads from start to end what was planned and what no call before has read; whether it met
/// damage, or where all is whole, what is of another history.
bool RestoreRun::learnDamage()
{
    std::vector<replica::ObjectInfo> unread = m_plan.objects;
    std::erase_if(unread, [this](const auto& each) { return m_whole.contains(each.name); });
    std::vector<Status> found(unread.size());
    const auto readOne = [&](unsigned, std::size_t index) -> Status {
        found[index] = replica::checkObject(m_storage, unread[index], m_stop);
        const bool isKnown = found[index].ok() || replica::isOfObject(found[index].error()) ||
                             found[index].error().code == ErrorCode::NotFound;
        return isKnown ? Status() : found[index];
    };
    if (!parallelFor(restoreThreads(m_storage), unread.size(), readOne).ok()) {
        return false;
    }
    const std::size_t before = m_damaged.size();
    for (std::size_t i = 0; i < unread.size(); ++i) {
        if (found[i].ok()) {
            m_whole.insert(unread[i].name);
        } else if (replica::isOfObject(found[i].error())) {
            goAroundThis(unread[i]);
        }
    }
    if (m_damaged.size() == before) {
        const auto strays = replica::straysOf(m_storage, m_plan.objects, m_avoided, m_stop);
        if (strays.ok()) {
            std::ranges::for_each(strays.value(), [this](const auto& each) { goAroundThis(each); });
        }
    }
    return m_damaged.size() > before;
}

void RestoreRun::goAroundThis(const replica::ObjectInfo& object)
{
    m_avoided.insert(object.name);
    m_damaged.push_back(object);
}

Error RestoreRun::withNearest(Error error)
{
    auto catalog = replica::openCatalog(m_storage, m_stop);
    if (!catalog.ok()) {
        return error;
    }
    m_nearest = replica::nearestTo(replica::without(std::move(catalog).value(), m_avoided),
                                   m_plan.moment.txId);
    error.next = replica::inWords(m_nearest);
    return error;
}

Result<Restored> RestoreRun::tryToRestore(const replica::Wish& wish)
{
    m_hasVanished = false;
    m_isRefused = false;
    TIDEMARK_TRY_STATUS(plan(wish));
    auto restored = m_plan.moment.legacy ? restoreLegacy() : restoreLtx();
    if (restored.ok() && m_alsoCheck) {
        if (Status checked = m_alsoCheck(); !checked.ok()) {
            restored = std::move(checked).error();
        }
    }
    m_hasVanished = !restored.ok() && restored.error().code == ErrorCode::NotFound;
    return restored;
}

/// The catalog, which may tell of a million objects, goes before anything is restored.
Status RestoreRun::plan(const replica::Wish& wish)
{
    TIDEMARK_TRY(replica::Catalog listed, replica::openCatalog(m_storage, m_stop));
    replica::Catalog catalog = replica::without(std::move(listed), m_avoided);
    const bool isThere = replica::resolve(catalog, wish).ok();
    auto planned = replica::planExactly(m_storage, catalog, wish, m_stop);
    if (!planned.ok()) {
        // A header that was to be read has gone since the listing.
        m_hasVanished = isThere && planned.error().code == ErrorCode::NotFound;
        return std::move(planned).error();
    }
    m_plan = std::move(planned).value();
    return pin();
}

/// From here on nobody in this process deletes what is to be read. What was deleted between the
/// listing and now is found missing when it is read.
Status RestoreRun::pin()
{
    m_pin.reset();
    if (m_pins == nullptr) {
        return {};
    }
    std::vector<std::string> names;
    names.reserve(m_plan.objects.size());
    for (const replica::ObjectInfo& each : m_plan.objects) {
        names.push_back(each.name);
    }
    m_pin = m_pins->pin(std::move(names));
    m_isRefused = !m_pin.has_value();
    return m_isRefused ? Status(beingDeleted(m_plan.moment)) : Status();
}

Result<Restored> RestoreRun::restoreLtx()
{
    TIDEMARK_TRY(const PageSources sources, findPageSources(m_storage, m_plan, m_stop));
    TIDEMARK_TRY(TargetFile target,
                 TargetFile::create(m_files, m_random, m_target, sources.sizeBytes()));
    m_progress.expect(bytesToRead(sources) + sources.sizeBytes());
    m_progress.enter(Phase::Reading);
    TIDEMARK_TRY_STATUS(target.file().resize(sources.sizeBytes()));
    TIDEMARK_TRY_STATUS(writePages(m_storage, sources, target.file(), m_progress, m_stop));

    replica::Moment moment = m_plan.moment;
    moment.time = sources.time;
    moment.precision = replica::TimePrecision::Exact;
    return finish(std::move(target), std::move(moment),
                  {.pageSizeBytes = sources.pageSizeBytes,
                   .pageCount = sources.pageCount,
                   .digest = sources.digest});
}

Result<Restored> RestoreRun::restoreLegacy()
{
    TIDEMARK_TRY(m_legacy, replica::planLegacy(m_storage, *m_plan.moment.legacy, m_stop));
    const replica::LegacyPlan& legacy = *m_legacy;
    // How large it is inside, no name tells; but not smaller.
    TIDEMARK_TRY(TargetFile target,
                 TargetFile::create(m_files, m_random, m_target, legacy.snapshotSizeBytes));
    m_progress.expect(bytesToRead(legacy));
    m_progress.enter(Phase::Reading);
    TIDEMARK_TRY_STATUS(writeLegacy(m_storage, legacy, target.file(), m_progress, m_stop));
    return finish(std::move(target), m_plan.moment, {});
}

/// Checks, makes durable and names what is written.
Result<Restored> RestoreRun::finish(TargetFile target, replica::Moment moment,
                                    const Expected& expected)
{
    m_progress.enter(Phase::Checking);
    Restored restored{.moment = std::move(moment), .lost = m_plan.lost};
    TIDEMARK_TRY(const FileChecked checked,
                 checkFile(target.file(), m_target, expected, m_check, m_ending == Ending::Publish,
                           m_progress, m_stop));
    restored.verdict = checked.verdict;
    restored.bySqlite = checked.bySqlite;
    TIDEMARK_TRY(restored.bytes, target.file().sizeBytes());
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    if (m_ending == Ending::Publish) {
        TIDEMARK_TRY_STATUS(target.publish());
        restored.path = m_target;
    }
    return restored;
}

}  // namespace tidemark::restore
