#include "core/service/engine_threads.h"

#include <functional>

namespace tidemark::service {
namespace {

/// Captures are bound by the disk; more threads than this only contend for it.
constexpr unsigned kCaptureThreads = 4;

/// A place that hangs holds up to kUploadsAPlace of these; up to three such places leave some for
/// all others.
constexpr unsigned kUploadThreads = 32;
constexpr unsigned kUploadsAPlace = 8;

/// A few backlogs at once are uploaded in parallel; where all of these wait for storages, one after
/// the other.
constexpr unsigned kUploadHelpers = 12;

/// Of these so many at most read a whole, large database: the others go on capturing.
constexpr unsigned kWholeReads = 2;

/// Snapshots and drills, most of which wait for storages of different speeds.
constexpr unsigned kLongThreads = 8;

/// More at once into one place only contend for it, and each needs memory. The small ones need
/// little, wait for a sync most of the time, and do not wait for the hours that a large one takes.
constexpr unsigned kSnapshotsAPlace = 1;
constexpr unsigned kSmallSnapshotsAPlace = 2;

/// Compactions, by place as well. Each has some hundred files open.
constexpr unsigned kMaintenanceThreads = 4;
constexpr unsigned kMaintenancesAPlace = 1;

constexpr unsigned kJobThreads = 4;

std::function<void(StepPool::Key)> callsIn(StepPool& pool)
{
    return [&pool](StepPool::Key step) { pool.callFirst(step); };
}

}  // namespace

EngineThreads::EngineThreads(Clock& clock)
    : wholeReads(clock, kWholeReads, callsIn(capture)),
      snapshots(clock, kSnapshotsAPlace, callsIn(capture)),
      smallSnapshots(clock, kSmallSnapshotsAPlace, callsIn(capture)),
      maintenanceSlots(clock, kMaintenancesAPlace, callsIn(maintenance)),
      drills(clock, 1, callsIn(longWork)),
      capture(clock, kCaptureThreads),
      uploads(clock, kUploadThreads, kUploadsAPlace),
      uploadHelpers(clock, kUploadHelpers),
      longWork(clock, kLongThreads),
      maintenance(clock, kMaintenanceThreads),
      jobs(clock, kJobThreads)
{
}

EngineThreads::~EngineThreads()
{
    stop();
}

void EngineThreads::stop()
{
    for (StepPool* const pool : pools()) {
        pool->stop();
    }
}

bool EngineThreads::stopBy(Clock::Instant limit)
{
    for (StepPool* const pool : pools()) {
        pool->askToStop();
    }
    bool allEnded = true;
    for (StepPool* const pool : pools()) {
        allEnded = pool->stopBy(limit) && allEnded;
    }
    return allEnded;
}

std::array<StepPool*, 6> EngineThreads::pools()
{
    return {&capture, &longWork, &maintenance, &uploads, &uploadHelpers, &jobs};
}

}  // namespace tidemark::service
