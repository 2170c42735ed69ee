#include "app/cli/engines.h"

#include "core/service/control_socket.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

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

void addAnswer(const std::string& socket, EngineAnswers& answers)
{
    const auto lines = service::askEngine(socket, {.command = "status"});
    if (!lines.ok()) {
        if (lines.error().code != ErrorCode::NotFound) {
            answers.failures.push_back(lines.error());
        }
        return;
    }
    for (const std::string& line : lines.value()) {
        Json status = Json::parse(line, nullptr, false);
        if (status.is_object()) {
            answers.databases.push_back({.socket = socket, .status = std::move(status)});
        }
    }
}

Status askThoseIn(const Session& session, const std::string& folder, EngineAnswers& answers)
{
    const auto entries = session.files.list(folder);
    if (!entries.ok()) {
        const bool isNone = entries.error().code == ErrorCode::NotFound;
        return isNone ? Status() : Status(entries.error());
    }
    for (const DirectoryEntry& entry : entries.value()) {
        if (isEngineSocket(entry.name)) {
            addAnswer(folder + "/" + entry.name, answers);
        }
    }
    return {};
}

}  // namespace

Result<EngineAnswers> askEngines(Session& session)
{
    EngineAnswers answers;
    // One that was started without a folder for sockets has them beside its data.
    for (const std::string& folder :
         std::set<std::string>{session.places.run, session.places.data + "/run"}) {
        TIDEMARK_TRY_STATUS(askThoseIn(session, folder, answers));
    }
    return answers;
}

std::string textOf(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t numberOf(const Json& object, const char* key)
{
    const auto found = object.find(key);
    const bool isNumber = found != object.end() && found->is_number_unsigned();
    return isNumber ? found->get<std::uint64_t>() : 0;
}

std::vector<Json> objectsOf(const Json& object, const char* key)
{
    std::vector<Json> objects;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) {
        return objects;
    }
    for (const Json& each : *found) {
        if (each.is_object()) {
            objects.push_back(each);
        }
    }
    return objects;
}

}  // namespace tidemark::cli
