#include "app/cli/arguments.h"
#include "app/cli/engines.h"
#include "app/cli/event_queue.h"
#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/wal_switch.h"
#include "core/base/process.h"
#include "core/service/control_socket.h"
#include "core/service/pin_boards.h"
#include "core/service/preflight.h"
#include "core/service/service.h"
#include "core/service/status_json.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::cli {
namespace {

/// An order is looked at again after this.
constexpr std::chrono::milliseconds kAskAgain{250};

/// An engine that does not answer so many times in a row hangs; each takes a second or so.
constexpr int kMostSilences = 30;

Error nobodyFollows(const std::string& storage)
{
    return {
        .code = ErrorCode::NotFound,
        .what = {TIDEMARK_TEXT("cli", "No engine of yours follows a database into %1."), {storage}},
        .next = {TIDEMARK_TEXT("cli", "Start one, or name the database: --db DB")}};
}

Error knowsNoSnapshots()
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("cli", "The engine is too old to be asked for a snapshot.")},
            .next = {TIDEMARK_TEXT("cli", "Start it again with this version.")}};
}

Error engineEnded()
{
    return {.code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("cli",
                                   "The engine that was asked for the snapshot has ended, or does "
                                   "not know of it any more.")},
            .next = {TIDEMARK_TEXT("cli", "See what is there: tidemarkctl objects")}};
}

Error notUnderstood()
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("cli",
                                   "The engine answers in a way that this version does not "
                                   "understand.")},
            .next = {TIDEMARK_TEXT("cli", "Let both be of the same version.")}};
}

/// Which engine to ask, for what.
struct Target {
    std::string socket = {};
    std::string database = {};
    std::string replica = {};
};

/// The address of the replica with the real id `wanted`, as the engine's line shows it.
std::optional<std::string> shownAddress(const Session& session, const Json& status,
                                        const std::string& wanted)
{
    for (const Json& replica : objectsOf(status, "replicas")) {
        const std::string shown = textOf(replica, "address");
        const auto address =
            storage::parseAddress(shown, session.places.workingDirectory, session.places.home);
        if (address.ok() && service::realReplicaId(session.files, address.value()) == wanted) {
            return shown;
        }
    }
    return std::nullopt;
}

/// The engine that follows a database, `database` where one is named, to the address.
std::optional<Target> targetAmong(const Session& session, const EngineAnswers& answers,
                                  const storage::StorageAddress& address,
                                  const std::optional<std::string>& database)
{
    const std::string wanted = service::realReplicaId(session.files, address);
    for (const FollowedStatus& followed : answers.databases) {
        const std::string path = textOf(followed.status, "database");
        // The folders of other databases may lie where nothing answers.
        if (database && *database != path) {
            continue;
        }
        if (const auto replica = shownAddress(session, followed.status, wanted)) {
            return Target{.socket = followed.socket, .database = path, .replica = *replica};
        }
    }
    return std::nullopt;
}

/// The line of the order once it is settled, as `ask` gives it.
Result<Json> whenSettled(Session& session, const std::function<Result<Json>()>& ask)
{
    const Clock::Instant start = session.clock.monotonic();
    for (int silences = 0;;) {
        const auto order = ask();
        const bool isSilent = !order.ok() && order.error().code == ErrorCode::Busy;
        silences = isSilent ? silences + 1 : 0;
        if (!order.ok() && (!isSilent || silences == kMostSilences)) {
            return order.error();
        }
        const std::string state = order.ok() ? textOf(order.value(), "state") : "waiting";
        if (state == "done") {
            return order.value();
        }
        if (state == "failed") {
            const auto failure = order.value().find("failure");
            const auto error = failure != order.value().end()
                                   ? service::errorOfLine(failure->dump())
                                   : std::nullopt;
            return error.value_or(engineEnded());
        }
        if (state != "waiting") {
            return notUnderstood();
        }
        const Clock::Instant now = session.clock.monotonic();
        session.output.progress(
            "Snapshot  " +
            humanDuration(std::chrono::duration_cast<std::chrono::milliseconds>(now - start)));
        if (!session.clock.waitUntil(now + kAskAgain, session.stop)) {
            return cancelled();
        }
    }
}

Result<Json> snapshotByEngine(Session& session, const Target& target)
{
    TIDEMARK_TRY(const auto ordered,
                 service::askEngine(target.socket, {.command = "snapshot",
                                                    .arguments = {{"database", target.database},
                                                                  {"replica", target.replica}}}));
    const Json answer = ordered.empty() ? Json() : Json::parse(ordered.front(), nullptr, false);
    const std::string ticket = answer.is_object() ? textOf(answer, "ticket") : "";
    if (ticket.empty()) {
        return knowsNoSnapshots();
    }
    auto settled = whenSettled(session, [&]() -> Result<Json> {
        const auto lines = service::askEngine(
            target.socket, {.command = "order", .arguments = {{"ticket", ticket}}});
        if (!lines.ok()) {
            return lines.error().code == ErrorCode::NotFound ? engineEnded() : lines.error();
        }
        Json order =
            lines.value().empty() ? Json() : Json::parse(lines.value().front(), nullptr, false);
        return order.is_object() ? Result<Json>(std::move(order)) : engineEnded();
    });
    if (!settled.ok() && settled.error().code == ErrorCode::Cancelled) {
        session.output.note("The engine makes the snapshot all the same.");
    }
    return settled;
}

/// Why the end of following was no clean one.
std::optional<Error> failureAtTheEnd(EventQueue& events)
{
    for (const service::Event& event : events.take()) {
        const auto* const stopped = std::get_if<service::Stopped>(&event.what);
        if (stopped != nullptr && stopped->failure) {
            return stopped->failure;
        }
    }
    return std::nullopt;
}

/// Follows the database for as long as the snapshot takes.
Result<Json> snapshotHere(Session& session, const service::DatabaseConfig& database)
{
    const service::Directories directories{
        .data = session.places.data, .cache = session.places.cache, .run = session.places.run};
    TIDEMARK_TRY_STATUS(service::mayFollow(session.files, directories, database));
    EventQueue events;
    service::Service service({.clock = session.clock,
                              .files = session.files,
                              .random = session.random,
                              .storages = session.storages,
                              .directories = directories,
                              .program = "tidemarkctl"},
                             events);
    const auto toSwitch = toBeSwitched(session.files, database);
    TIDEMARK_TRY(const std::uint64_t ticket, service.snapshotNow(service.follow(database)));
    auto settled = whenSettled(session, [&]() -> Result<Json> {
        const auto orders = service.snapshotOrders(ticket);
        return orders.empty() ? Result<Json>(engineEnded())
                              : Json::parse(service::orderJson(orders.front()));
    });
    if (!service.stop()) {
        session.output.error(service::doesNotEnd());
        endAtOnce(ErrorCode::Unavailable);
    }
    if (settled.ok() && toSwitch) {
        const service::Caution caution = wasSwitched(*toSwitch);
        session.output.note(inEnglish(caution.what) + ' ' + inEnglish(caution.next));
    }
    const auto failure = failureAtTheEnd(events);
    return settled.ok() && failure ? Result<Json>(*failure) : settled;
}

void print(Output& output, const Json& order)
{
    const Json snapshot = order.value("snapshot", Json::object());
    const bool isMade = order.value("made", Json()) == Json(true);
    const std::string txId = std::to_string(numberOf(snapshot, "txid"));
    output.fact(isMade ? "Snapshot of transaction " + txId + ": " +
                             humanBytes(numberOf(snapshot, "bytes")) + "."
                       : "Transaction " + txId + " is a snapshot already; nothing was made.",
                {{"kind", "snapshot"},
                 {"txid", numberOf(snapshot, "txid")},
                 {"time", textOf(snapshot, "time")},
                 {"bytes", numberOf(snapshot, "bytes")},
                 {"name", textOf(snapshot, "name")},
                 {"made", isMade}});
}

}  // namespace

Status runSnapshot(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY_STATUS(watchedOrSwitched(arguments));
    const std::string& storage = arguments.operands().front();
    TIDEMARK_TRY(const auto address, storageOperand(session, storage));
    TIDEMARK_TRY_STATUS(requireWritable(address));
    auto database = arguments.value("--db");
    if (database) {
        const std::string path = absolutePath(session, *database);
        const auto canonical = session.files.canonical(path);
        database = canonical.ok() ? canonical.value() : path;
    }
    TIDEMARK_TRY(const EngineAnswers answers, askEngines(session));
    if (const auto target = targetAmong(session, answers, address, database)) {
        TIDEMARK_TRY(const Json order, snapshotByEngine(session, *target));
        print(session.output, order);
        return {};
    }
    if (!database) {
        return answers.failures.empty() ? nobodyFollows(storage) : answers.failures.front();
    }
    TIDEMARK_TRY(const Json order,
                 snapshotHere(session, {.path = *database,
                                        .replicas = {{.name = storage, .address = address}},
                                        .switchToWal = arguments.has("--switch-to-wal"),
                                        .watch = arguments.has("--watch"),
                                        .proveFirstSnapshot = false,
                                        .drillEvery = std::chrono::hours(0)}));
    print(session.output, order);
    return {};
}

}  // namespace tidemark::cli
