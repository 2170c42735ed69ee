#include "core/service/service.h"

#include "core/base/process.h"
#include "core/service/control_answers.h"
#include "core/service/control_socket.h"
#include "core/service/database_set.h"
#include "core/service/engine_context.h"
#include "core/service/engine_threads.h"
#include "core/service/job_pool.h"
#include "core/service/known_damage.h"
#include "core/service/replica_jobs.h"
#include "core/service/watch_rounds.h"
#include "core/state/database_directory.h"
#include "core/storage/use.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace tidemark::service {
namespace {

/// A clean stop is over after this, whatever is still in the way.
constexpr std::chrono::seconds kStopLimit{15};

/// Then whatever runs is told to end where it is. A disk that hangs lets go of nobody.
constexpr std::chrono::seconds kEndLimit{5};

/// The failures of stopping and waiting are looked at again this often, for those that come with
/// time alone.
constexpr std::chrono::seconds kLook{1};

/// Blocks on the disk.
std::string stateDbOf(const EngineContext& context, const std::string& path)
{
    const auto canonical = context.files.canonical(path);
    const std::string id = state::databaseId(canonical.ok() ? canonical.value() : path);
    return state::directoryOf(context.directories.data, id).stateDb();
}

}  // namespace

class Service::Impl {
public:
    Impl(const Dependencies& dependencies, Observer& observer)
        : m_context{.clock = dependencies.clock,
                    .files = dependencies.files,
                    .random = dependencies.random,
                    .storages = dependencies.storages,
                    .observer = observer,
                    .directories = dependencies.directories,
                    .program = dependencies.program,
                    .programs = dependencies.programs,
                    .owner = [this] { return owner(); },
                    .capture = m_threads.capture,
                    .uploads = m_threads.uploads,
                    .uploadHelpers = m_threads.uploadHelpers,
                    .longWork = m_threads.longWork,
                    .maintenance = m_threads.maintenance,
                    .wholeReads = m_threads.wholeReads,
                    .snapshots = m_threads.snapshots,
                    .smallSnapshots = m_threads.smallSnapshots,
                    .maintenanceSlots = m_threads.maintenanceSlots,
                    .drills = m_threads.drills,
                    .sources = m_sources,
                    .orders = m_orders,
                    .pins = m_pins,
                    .watcher = m_watcher},
          m_databases(m_context, [this] { m_changed.ring(); }),
          m_owner{.processId = processId(), .program = dependencies.program},
          m_threads(dependencies.clock),
          m_watchdog(dependencies.clock, [this](bool isLate) { m_databases.watchOver(isLate); })
    {
    }

    /// Whoever goes while others wait calls them: the pools are there until all have gone.
    ~Impl()
    {
        m_threads.stop();
        m_databases.clear();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    DatabaseSet& databases() { return m_databases; }

    Status bringUpToDate(const std::stop_token& stop)
    {
        const auto databases = m_databases.all();
        std::vector<std::uint64_t> notes;
        for (const auto& database : databases) {
            notes.push_back(database->noteNow());
        }
        for (;;) {
            bool allDone = true;
            std::optional<Error> failure;
            for (std::size_t i = 0; i < databases.size(); ++i) {
                const auto outcome = databases[i]->outcomeOf(notes[i]);
                allDone = allDone && outcome.has_value();
                if (outcome && !outcome->ok() && !failure) {
                    failure = outcome->error();
                }
            }
            if (allDone) {
                for (const auto& database : databases) {
                    database->showReplicas();
                }
                return failure ? Status(*failure) : Status();
            }
            if (m_context.clock.waitUntil(m_context.clock.monotonic() + kLook, stop, m_changed) ==
                WaitEnd::Stopped) {
                return cancelled();
            }
        }
    }

    bool stop()
    {
        m_jobsStop.request_stop();
        endControl();
        m_databases.leaveAll();
        const Clock::Instant limit = m_context.clock.monotonic() + kStopLimit;
        while (!m_databases.all().empty() && m_context.clock.monotonic() < limit) {
            const auto next = std::min(limit, m_context.clock.monotonic() + kLook);
            static_cast<void>(m_context.clock.waitUntil(next, {}, m_changed));
        }
        for (const auto& database : m_databases.all()) {
            database->abandon();
        }
        const bool allEnded = m_threads.stopBy(m_context.clock.monotonic() + kEndLimit);
        m_watchdog.stop();
        if (allEnded) {
            m_databases.clear();
        }
        return allEnded;
    }

    /// Hands what `work` gives to `done`. A job that nobody took before it was asked to stop does
    /// no work: it may end on the thread of its owner, who must not be kept waiting.
    template <typename Work, typename Value>
    std::unique_ptr<Job> job(Work work, std::function<void(Result<Value>)> done)
    {
        return startJob(m_threads.jobs, m_jobsStop.get_token(),
                        [work = std::move(work), done = std::move(done)](std::stop_token stop) {
                            done(stop.stop_requested() ? Result<Value>(cancelled())
                                                       : Result<Value>(work(stop)));
                        });
    }

    EngineContext& context() { return m_context; }
    SnapshotOrders& orders() { return m_orders; }

private:
    /// Lets other programs ask, from the first step of the first database on.
    LockOwner owner()
    {
        const std::scoped_lock lock(m_controlMutex);
        if (!std::exchange(m_controlAsked, true)) {
            auto control =
                ControlSocket::serve(m_context.files, m_context.directories.run, m_owner.processId,
                                     [this](const ControlRequest& request) {
                                         return answerRequest(request, m_databases, m_orders);
                                     });
            // Without it others learn from the lock file alone who follows what.
            if (control.ok()) {
                m_control = std::move(control).value();
                m_owner.socket = m_control->path();
            }
        }
        return m_owner;
    }

    /// Ends the socket; from now on nobody starts it.
    void endControl()
    {
        std::unique_ptr<ControlSocket> control;
        const std::scoped_lock lock(m_controlMutex);
        m_controlAsked = true;
        control = std::move(m_control);
    }

    std::stop_source m_jobsStop;
    Wakeup m_changed;  // For the one thread in bringUpToDate or stop.
    sqlite::ChangeWatcher m_watcher;
    SourceFiles m_sources;
    SnapshotOrders m_orders;
    PinBoards m_pins;

    EngineContext m_context;
    DatabaseSet m_databases;

    std::mutex m_controlMutex;  // Guards what follows.
    bool m_controlAsked = false;
    LockOwner m_owner;
    std::unique_ptr<ControlSocket> m_control;

    // Last, so that they and what their steps hold are gone before what those use.
    EngineThreads m_threads;
    WatchRounds m_watchdog;
};

Service::Service(const Dependencies& dependencies, Observer& observer)
    : m_impl(std::make_unique<Impl>(dependencies, observer))
{
}

Service::~Service()
{
    static_cast<void>(stop());
}

DatabaseId Service::follow(const DatabaseConfig& config)
{
    return m_impl->databases().follow(config);
}

void Service::unfollow(const DatabaseId& id)
{
    m_impl->databases().unfollow(id);
}

bool Service::isLeaving(const std::string& path) const
{
    return m_impl->databases().isLeaving(path);
}

void Service::pause(const DatabaseId& id)
{
    m_impl->databases().setPaused(id, true);
}

void Service::resume(const DatabaseId& id)
{
    m_impl->databases().setPaused(id, false);
}

void Service::retryNow(const DatabaseId& id)
{
    m_impl->databases().with(id, [](FollowedDatabase& database) { database.retryNow(); });
}

void Service::networkIsBack()
{
    for (const auto& database : m_impl->databases().all()) {
        database->networkIsBack();
    }
}

Result<std::uint64_t> Service::snapshotNow(const DatabaseId& id, const std::string& replicaId)
{
    return m_impl->databases().orderSnapshot(id, replicaId);
}

std::vector<SnapshotOrder> Service::snapshotOrders(std::uint64_t ticket) const
{
    return m_impl->orders().of(ticket);
}

void Service::proveNow(const DatabaseId& id)
{
    m_impl->databases().with(id, [](FollowedDatabase& database) { database.proveNow(); });
}

std::vector<DatabaseStatus> Service::statuses() const
{
    return m_impl->databases().statuses();
}

Status Service::bringUpToDate(const std::stop_token& stop)
{
    return m_impl->bringUpToDate(stop);
}

std::unique_ptr<Job> Service::inspect(std::string path,
                                      std::function<void(Result<SourceFacts>)> done)
{
    return m_impl->job([&context = m_impl->context(), path = std::move(path)](
                           const std::stop_token&) { return inspectSource(context.files, path); },
                       std::move(done));
}

std::unique_ptr<Job> Service::openReplica(
    storage::StorageAddress address,
    std::function<void(Result<std::shared_ptr<const replica::Catalog>>)> done)
{
    return m_impl->job(
        [&context = m_impl->context(), &databases = m_impl->databases(),
         address = std::move(address)](const std::stop_token& stop) {
            const auto owner = databases.ownerOf(address);
            return listReplica(context.files, context.storages, address, stop,
                               owner ? stateDbOf(context, *owner) : std::string());
        },
        std::move(done));
}

std::unique_ptr<Job> Service::describeMoment(storage::StorageAddress address,
                                             replica::Moment moment,
                                             std::function<void(Result<MomentFacts>)> done)
{
    return m_impl->job(
        [&context = m_impl->context(), address = std::move(address),
         moment = std::move(moment)](const std::stop_token& stop) {
            return lookAtMoment(context.storages, address, moment, stop);
        },
        std::move(done));
}

std::unique_ptr<Job> Service::testPlace(storage::StorageAddress address,
                                        std::function<void(const storage::ProbedStep&)> tell,
                                        std::function<void(Result<PlaceTest>)> done)
{
    return m_impl->job(
        [&context = m_impl->context(), address = std::move(address),
         tell = std::move(tell)](const std::stop_token& stop) {
            return tryOut(context.storages, address,
                          {.clock = context.clock, .random = context.random, .tell = tell}, stop);
        },
        std::move(done));
}

std::unique_ptr<Job> Service::restore(storage::StorageAddress address, restore::Request request,
                                      restore::OnProgress progress,
                                      std::function<void(Result<restore::Restored>)> done)
{
    return m_impl->job(
        [&context = m_impl->context(), address = std::move(address), request = std::move(request),
         progress = std::move(progress)](const std::stop_token& stop) -> Result<restore::Restored> {
            TIDEMARK_TRY(const storage::Use use, storage::shareUse(context.clock, address, stop));
            TIDEMARK_TRY(const auto storage, context.storages.open(address));
            restore::Restorer restorer(*storage, context.files, context.clock, context.random,
                                       &context.pins.of(context.files, address));
            return restorer.restore(request, progress, stop);
        },
        std::move(done));
}

std::unique_ptr<Job> Service::previewRetention(storage::StorageAddress address,
                                               engine::RetentionPolicy policy,
                                               std::function<void(Result<RetentionPreview>)> done)
{
    return m_impl->job(
        [&context = m_impl->context(), &databases = m_impl->databases(),
         address = std::move(address), policy](const std::stop_token& stop) {
            const auto owner = databases.ownerOf(address);
            const auto damaged = owner ? knownDamage(context.files, stateDbOf(context, *owner),
                                                     storage::replicaId(address))
                                       : replica::ObjectNames();
            return service::previewRetention(context.storages, address, policy, context.clock.now(),
                                             context.pins.of(context.files, address).pinned(),
                                             damaged, stop);
        },
        std::move(done));
}

bool Service::stop()
{
    return m_impl->stop();
}

Error doesNotEnd()
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT(
                "service", "A disk does not answer, and Tidemark ends without waiting for it.")},
            .next = {TIDEMARK_TEXT("service",
                                   "What it was to get waits here, and is uploaded when the "
                                   "database is followed again.")}};
}

}  // namespace tidemark::service
