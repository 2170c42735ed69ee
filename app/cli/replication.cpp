#include "app/cli/replication.h"

#include "app/cli/event_lines.h"
#include "app/cli/output.h"
#include "app/cli/systemd_watchdog.h"
#include "app/cli/wal_switch.h"
#include "core/base/process.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace tidemark::cli {
namespace {

/// Nothing to print for so long: look whether anybody still listens.
constexpr std::chrono::minutes kLook{1};

Error nobodyListens()
{
    return {.code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("cli", "Nobody reads the output any more.")},
            .next = {TIDEMARK_TEXT("cli", "Let it go to a file, or to /dev/null.")}};
}

Error doesNotFit(const std::string& path)
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("cli", "%1 is not followed: too many files would be open."), {path}},
        .next = {TIDEMARK_TEXT("cli",
                               "Raise the limit of open files, or follow it in a process of "
                               "its own.")}};
}

}  // namespace

Replication::Replication(Session& session, const Wanted& wanted)
    : m_session(session),
      m_wanted(wanted),
      m_directories{
          .data = session.places.data, .cache = session.places.cache, .run = session.places.run},
      m_service({.clock = session.clock,
                 .files = session.files,
                 .random = session.random,
                 .storages = session.storages,
                 .directories = m_directories,
                 .program = "tidemarkctl"},
                m_events)
{
}

bool Replication::follow(bool isOnce)
{
    warn(service::openFilesCaution(m_wanted.databases.size(), openFileLimit()), {});
    // One more than fits would take from all the others what they need.
    const auto room = std::max<std::size_t>(service::databasesWithin(openFileLimit()), 1);
    std::set<std::string> taken;
    std::vector<Refused> refused;
    for (const service::DatabaseConfig& database : m_wanted.databases) {
        const Status may = taken.size() < room
                               ? service::mayFollow(m_session.files, m_directories, database)
                               : Status(doesNotFit(database.path));
        if (may.ok()) {
            warn(service::litestreamCaution(m_session.files, database.path), database.path);
            if (const auto path = toBeSwitched(m_session.files, database)) {
                m_toSwitch.insert(*path);
            }
            static_cast<void>(m_service.follow(database));
        } else {
            refused.push_back(
                {.database = database, .why = may.error(), .fits = taken.size() < room});
        }
        const auto canonical = m_session.files.canonical(database.path);
        taken.insert(canonical.ok() ? canonical.value() : database.path);
    }
    const bool followsOne = refused.size() < m_wanted.databases.size();
    const bool followsAny = followFolders(std::move(taken), isOnce) || followsOne;
    for (const Refused& each : refused) {
        refuse(each, followsAny && !isOnce);
    }
    return followsAny;
}

/// Beside others it is waited for, and its status says so; by itself the program ends.
void Replication::refuse(const Refused& refused, bool isWaitedFor)
{
    if (isWaitedFor && refused.fits && refused.why.code != ErrorCode::Usage) {
        m_session.output.error(refused.why);
        m_waitedFor.emplace(m_service.follow(refused.database), refused.why);
    } else {
        failed(refused.why);
    }
}

void Replication::untilStopped()
{
    // Its end may be weeks away.
    if (m_failure) {
        m_session.output.earlyError(*m_failure);
    }
    // A full disk is no reason to stop saving.
    m_session.output.becomeLog();
    SystemdWatchdog watchdog(m_session.environment);
    while (!m_session.stop.stop_requested() && m_session.output.isHeard()) {
        const auto now = m_session.clock.monotonic();
        watchdog.beat(now);
        static_cast<void>(
            m_session.clock.waitUntil(watchdog.next(now + kLook), m_session.stop, m_events.bell()));
        print();
    }
    finish();
    if (!m_session.output.isHeard()) {
        failed(nobodyListens());
    }
}

void Replication::untilUpToDate()
{
    std::optional<Status> outcome;
    std::stop_source done;
    {
        // Its own thread, so that this one prints meanwhile.
        const std::jthread waiter([&] {
            outcome = m_service.bringUpToDate(m_session.stop);
            done.request_stop();
        });
        while (!done.stop_requested()) {
            const auto deadline = m_session.clock.monotonic() + kLook;
            static_cast<void>(
                m_session.clock.waitUntil(deadline, done.get_token(), m_events.bell()));
            print();
        }
    }
    if (!outcome->ok()) {
        failed(outcome->error());
    }
    finish();
}

void Replication::caution(const service::Caution& caution, const std::string& database)
{
    warn(caution, database);
}

void Replication::refused(const Error& error)
{
    // One that is locked just then is tried again.
    const bool isTriedAgain = m_willWatch && error.code == ErrorCode::Busy;
    if (m_isWatching || isTriedAgain) {
        m_session.output.error(error);
    } else {
        failed(error);
    }
}

void Replication::letGo(const service::DatabaseId& id, const std::string& database)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_letGo.insert(id);
    }
    const service::Caution gone{
        .what = {TIDEMARK_TEXT("cli", "%1 is gone, and is not followed any more."), {database}},
        .next = {TIDEMARK_TEXT("cli", "Its history stays.")}};
    warn(gone, database);
}

bool Replication::followFolders(std::set<std::string> taken, bool isOnce)
{
    if (m_wanted.folders.empty()) {
        return false;
    }
    const std::size_t within = service::databasesWithin(openFileLimit());
    const std::size_t room = within - std::min(within, taken.size());
    m_folders.emplace(service::FolderFollower::Dependencies{.clock = m_session.clock,
                                                            .files = m_session.files,
                                                            .service = m_service,
                                                            .observer = *this,
                                                            .directories = m_directories,
                                                            .room = room,
                                                            .taken = std::move(taken)},
                      m_wanted.folders);
    m_willWatch = !isOnce && std::ranges::any_of(m_wanted.folders, &service::FolderConfig::watch);
    const bool followsAny = m_folders->look(m_session.stop);
    if (!followsAny && m_willWatch) {
        m_session.output.note(inEnglish(nothingMatches().what));
    } else if (!followsAny && !m_failure) {
        failed(nothingMatches());
    }
    if (m_willWatch) {
        m_isWatching = true;
        m_folders->watch();
    }
    return followsAny || m_willWatch;
}

Error Replication::nothingMatches() const
{
    const service::FolderConfig& folder = m_wanted.folders.front();
    return {
        .code = ErrorCode::NotFound,
        .what = {TIDEMARK_TEXT("cli", "No database in %1 matches \"%2\"."),
                 {folder.path, folder.pattern}},
        .next = {TIDEMARK_TEXT("cli", "Check both, and whether it needs \"recursive: true\".")}};
}

void Replication::warn(const std::optional<service::Caution>& caution, const std::string& database)
{
    if (!caution) {
        return;
    }
    if (m_session.output.isJson()) {
        m_session.output.json(cautionJson(*caution, database, m_session.clock.now()));
    } else {
        m_session.output.note(inEnglish(caution->what) + ' ' + inEnglish(caution->next));
    }
}

void Replication::tellSwitch(const std::string& database)
{
    const auto canonical = m_session.files.canonical(database);
    if (canonical.ok() && m_toSwitch.erase(canonical.value()) > 0) {
        warn(wasSwitched(canonical.value()), canonical.value());
    }
}

void Replication::failed(const Error& error)
{
    if (m_failure) {
        m_session.output.error(error);
    } else {
        m_failure = error;
    }
}

void Replication::finish()
{
    m_folders.reset();
    const bool hasEnded = m_service.stop();
    print();
    if (!m_failure && !m_waitedFor.empty()) {
        m_failure = m_waitedFor.begin()->second;
    }
    if (!hasEnded) {
        if (m_failure) {
            m_session.output.lastError(*m_failure);
        }
        m_session.output.error(service::doesNotEnd());
        endAtOnce(m_failure ? m_failure->code : ErrorCode::Unavailable);
    }
}

bool Replication::isGoneForGood(const service::DatabaseId& id, const Error& failure)
{
    const std::scoped_lock lock(m_mutex);
    return m_letGo.erase(id) > 0 && failure.code == ErrorCode::NotFound;
}

void Replication::print()
{
    for (const service::Event& event : m_events.take()) {
        if (m_session.output.isJson()) {
            m_session.output.json(eventJson(event));
        } else if (isTrouble(event)) {
            m_session.output.note(eventText(event, m_wanted.hasSeveral()));
        } else {
            m_session.output.text(eventText(event, m_wanted.hasSeveral()));
        }
        if (std::holds_alternative<service::Attached>(event.what)) {
            m_waitedFor.erase(event.database);
            tellSwitch(event.path);
        }
        // Said already; it is the run's own failure where there is no earlier one.
        const auto* const stopped = std::get_if<service::Stopped>(&event.what);
        if (stopped != nullptr && stopped->failure && !m_failure &&
            !isGoneForGood(event.database, *stopped->failure)) {
            m_failure = stopped->failure;
        }
    }
}

}  // namespace tidemark::cli
