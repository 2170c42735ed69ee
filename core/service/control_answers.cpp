#include "core/service/control_answers.h"

#include "core/base/process.h"
#include "core/service/status_json.h"
#include "core/storage/storage_address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>

namespace tidemark::service {
namespace {

using Lines = Result<std::vector<std::string>>;

/// One command: what it may be asked with.
struct Command {
    std::string_view name = {};
    std::span<const std::string_view> needed = {};
    std::span<const std::string_view> optional = {};
    Lines (*answer)(const ControlRequest& request, const DatabaseSet& databases,
                    const SnapshotOrders& orders) = nullptr;
};

Error misunderstood(Message what)
{
    return {.code = ErrorCode::Usage,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("service", "Both programs should be of the same version.")}};
}

Error notFollowedHere(const std::string& database)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "The engine does not follow %1."), {database}},
            .next = {TIDEMARK_TEXT("service", "See what is followed: tidemarkctl status")}};
}

Error noSuchOrder(const std::string& ticket)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "The engine does not know the order %1 any more."),
                     {ticket}},
            .next = {TIDEMARK_TEXT("service", "See what is there: tidemarkctl objects")}};
}

Lines answerStatus(const ControlRequest&, const DatabaseSet& databases, const SnapshotOrders&)
{
    std::vector<std::string> lines;
    for (const DatabaseStatus& status : databases.statuses()) {
        lines.push_back(statusJson(status, processId()));
    }
    return lines;
}

/// The id of the replica that `status` shows under this address; empty when it shows none.
std::string replicaNamed(const DatabaseStatus& status, const std::string& address)
{
    const auto found = std::ranges::find_if(status.replicas, [&](const ReplicaStatus& replica) {
        return storage::formatAddress(replica.address) == address;
    });
    return found != status.replicas.end() ? found->id : "";
}

Lines answerSnapshot(const ControlRequest& request, const DatabaseSet& databases,
                     const SnapshotOrders&)
{
    const std::string& path = request.arguments.at("database");
    const auto all = databases.statuses();
    const auto status = std::ranges::find(all, path, &DatabaseStatus::path);
    if (status == all.end()) {
        return notFollowedHere(path);
    }
    std::string replicaId;
    if (const auto replica = request.arguments.find("replica");
        replica != request.arguments.end()) {
        replicaId = replicaNamed(*status, replica->second);
        if (replicaId.empty()) {
            return notFollowedHere(replica->second);
        }
    }
    TIDEMARK_TRY(const std::uint64_t ticket, databases.orderSnapshot(status->id, replicaId));
    return std::vector{ticketJson(ticket)};
}

Lines answerOrder(const ControlRequest& request, const DatabaseSet&, const SnapshotOrders& orders)
{
    const std::string& text = request.arguments.at("ticket");
    std::uint64_t ticket = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), ticket);
    const bool isNumber = failure == std::errc() && end == text.data() + text.size();
    std::vector<std::string> lines;
    for (const SnapshotOrder& order : orders.of(isNumber ? ticket : 0)) {
        lines.push_back(orderJson(order));
    }
    return lines.empty() ? Lines(noSuchOrder(text)) : lines;
}

constexpr std::array<std::string_view, 1> kDatabase{"database"};
constexpr std::array<std::string_view, 1> kReplica{"replica"};
constexpr std::array<std::string_view, 1> kTicket{"ticket"};

constexpr std::array kCommands{
    Command{.name = "status", .answer = answerStatus},
    Command{
        .name = "snapshot", .needed = kDatabase, .optional = kReplica, .answer = answerSnapshot},
    Command{.name = "order", .needed = kTicket, .answer = answerOrder},
};

Status checkArguments(const Command& command, const ControlRequest& request)
{
    for (const std::string_view name : command.needed) {
        if (!request.arguments.contains(std::string(name))) {
            return misunderstood(
                {TIDEMARK_TEXT("service", "The engine was asked for \"%1\" without \"%2\"."),
                 {request.command, std::string(name)}});
        }
    }
    for (const auto& [name, value] : request.arguments) {
        const bool isKnown = std::ranges::find(command.needed, name) != command.needed.end() ||
                             std::ranges::find(command.optional, name) != command.optional.end();
        if (!isKnown) {
            return misunderstood(
                {TIDEMARK_TEXT("service",
                               "The engine was asked for \"%1\" with \"%2\", which it does not "
                               "know."),
                 {request.command, name}});
        }
    }
    return {};
}

Lines answered(const ControlRequest& request, const DatabaseSet& databases,
               const SnapshotOrders& orders)
{
    const auto* const command = std::ranges::find(kCommands, request.command, &Command::name);
    if (command == kCommands.end()) {
        return misunderstood(
            {TIDEMARK_TEXT("service", "The engine was asked for \"%1\", which it does not know."),
             {request.command}});
    }
    TIDEMARK_TRY_STATUS(checkArguments(*command, request));
    return command->answer(request, databases, orders);
}

}  // namespace

std::vector<std::string> answerRequest(const ControlRequest& request, const DatabaseSet& databases,
                                       const SnapshotOrders& orders)
{
    auto lines = answered(request, databases, orders);
    return lines.ok() ? std::move(lines).value() : std::vector{errorLine(lines.error())};
}

}  // namespace tidemark::service
