#include "app/cli/engines.h"

#include "core/service/control_socket.h"

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

}  // namespace

Result<EngineAnswers> askEngines(Session& session)
{
    EngineAnswers answers;
    const auto entries = session.files.list(session.places.run);
    if (!entries.ok()) {
        const bool isNone = entries.error().code == ErrorCode::NotFound;
        return isNone ? Result<EngineAnswers>(answers) : entries.error();
    }
    for (const DirectoryEntry& entry : entries.value()) {
        if (isEngineSocket(entry.name)) {
            addAnswer(session.places.run + "/" + entry.name, answers);
        }
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
