#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/human.h"
#include "app/cli/output.h"
#include "core/base/rfc3339.h"
#include "core/service/control_socket.h"

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::cli {
namespace {

constexpr std::string_view kSocketSuffix = ".sock";

/// Whether the name is that of an engine's socket, "<process>.sock"; the desktop's own lies beside
/// it.
bool isEngineSocket(std::string_view name)
{
    if (!name.ends_with(kSocketSuffix) || name.size() == kSocketSuffix.size()) {
        return false;
    }
    name.remove_suffix(kSocketSuffix.size());
    return name.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A text field of an engine's line; empty when it is missing or something else.
std::string textOf(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string ageOf(const Json& object, const char* key, Timestamp now)
{
    const auto time = parseRfc3339(textOf(object, key));
    return time ? humanAge(*time, now) : "never";
}

void printText(Output& output, const Json& status, Timestamp now)
{
    output.text(textOf(status, "database") + ": " + textOf(status, "state") + ", saved " +
                ageOf(status, "saved", now) + ", last change " + ageOf(status, "changed", now));
    for (const char* key : {"reason", "next"}) {
        if (const std::string sentence = textOf(status, key); !sentence.empty()) {
            output.text("    " + sentence);
        }
    }
    const auto replicas = status.find("replicas");
    if (replicas == status.end() || !replicas->is_array()) {
        return;
    }
    for (const Json& replica : *replicas) {
        if (replica.is_object()) {
            output.text("  " + textOf(replica, "address") + ": " + textOf(replica, "state"));
        }
    }
}

/// What one engine says; nothing when it has gone since. Unavailable when it does not answer.
Status printEngine(Session& session, const std::string& socket, std::size_t& count)
{
    const auto lines = service::askEngine(socket, "status");
    if (!lines.ok()) {
        return lines.error().code == ErrorCode::NotFound ? Status() : lines.error();
    }
    for (const std::string& line : lines.value()) {
        const Json status = Json::parse(line, nullptr, false);
        if (status.is_object() && session.output.isJson()) {
            session.output.json(status);
        } else if (status.is_object()) {
            printText(session.output, status, session.clock.now());
        }
        ++count;
    }
    return {};
}

}  // namespace

Status runStatus(Session& session, const ParsedArguments&)
{
    const auto entries = session.files.list(session.places.run);
    if (!entries.ok() && entries.error().code != ErrorCode::NotFound) {
        return entries.error();
    }
    std::size_t count = 0;
    // One that hangs does not hide the others: its failure comes at the end.
    Status failure;
    for (const DirectoryEntry& entry :
         entries.ok() ? entries.value() : std::vector<DirectoryEntry>()) {
        if (!isEngineSocket(entry.name)) {
            continue;
        }
        const Status printed = printEngine(session, session.places.run + "/" + entry.name, count);
        if (!printed.ok() && !failure.ok()) {
            session.output.error(printed.error());
        }
        failure = failure.ok() ? printed : failure;
    }
    if (count == 0 && failure.ok()) {
        session.output.note("No engine of yours follows a database.");
    }
    return failure;
}

}  // namespace tidemark::cli
