#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/program_life.h"
#include "core/base/random.h"
#include "core/service/database_lock.h"
#include "core/service/observer.h"
#include "core/service/pin_boards.h"
#include "core/service/service.h"
#include "core/service/slots.h"
#include "core/service/snapshot_orders.h"
#include "core/service/source_files.h"
#include "core/service/step_pool.h"
#include "core/sqlite/change_watcher.h"
#include "core/storage/storage_opener.h"

#include <functional>
#include <string>

namespace tidemark::service {

/// What all followed databases of one service share. It outlives them; any thread may use it.
struct EngineContext {
    Clock& clock;
    FileSystem& files;
    Random& random;
    const storage::StorageOpener& storages;
    Observer& observer;
    Directories directories = {};
    std::string program = {};  ///< What others are told who find a replica taken.
    const Programs& programs;
    /// Who has what is locked. The first call starts the control socket; it blocks on the disk.
    std::function<LockOwner()> owner = {};
    StepPool& capture;        ///< Steps of sources.
    StepPool& uploads;        ///< Steps of replicas.
    StepPool& uploadHelpers;  ///< Uploads of a backlog, beside the one of the step itself.
    StepPool& longWork;       ///< Snapshots and drills.
    StepPool& maintenance;    ///< Compaction and later snapshots.
    Slots& wholeReads;        ///< Steps of sources that may read a whole, large database.
    Slots& snapshots;         ///< Sources wait; by the place into which they are written.
    Slots& smallSnapshots;    ///< Also, of what is no large database.
    Slots& maintenanceSlots;  ///< Maintenance waits; by place.
    Slots& drills;            ///< Drills wait; one at a time, wherever it is.
    SourceFiles& sources;
    SnapshotOrders& orders;
    PinBoards& pins;
    sqlite::ChangeWatcher& watcher;
};

/// A due time for "when somebody wakes it".
[[nodiscard]] inline StepPool::Due whenWoken(const Clock& clock)
{
    return {.notBefore = clock.monotonic(), .atLatest = clock.monotonic() + std::chrono::hours(1)};
}

/// Not before `pause` from now, and then in any case.
[[nodiscard]] inline StepPool::Due after(const Clock& clock, Clock::Instant::duration pause)
{
    return {.notBefore = clock.monotonic() + pause, .atLatest = clock.monotonic() + pause};
}

}  // namespace tidemark::service
