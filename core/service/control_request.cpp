#include "core/service/control_request.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace tidemark::service {
namespace {

// Fields keep the order in which they are written.
using Json = nlohmann::ordered_json;

Error noRequest(std::string why)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("service",
                                   "The engine was asked in a way that it does not know: %1."),
                     {std::move(why)}},
            .next = {TIDEMARK_TEXT("service", "Both programs should be of the same version.")}};
}

Status checkVersion(const Json& request)
{
    const auto version = request.find("version");
    if (version == request.end() || !version->is_number_integer()) {
        return noRequest("no version");
    }
    if (*version != kControlVersion) {
        return Error{
            .code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("service", "The engine was asked in version %1, and speaks %2."),
                     {version->dump(), std::to_string(kControlVersion)}},
            .next = {TIDEMARK_TEXT("service", "Both programs should be of the same version.")}};
    }
    return {};
}

Result<std::map<std::string, std::string>> argumentsOf(const Json& value)
{
    std::map<std::string, std::string> arguments;
    if (!value.is_object()) {
        return noRequest("arguments that are no object");
    }
    for (const auto& [name, each] : value.items()) {
        if (!each.is_string()) {
            return noRequest("an argument that is no text: " + name);
        }
        arguments[name] = each.get<std::string>();
    }
    return arguments;
}

std::string textOf(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What another program said; there is nothing to translate.
Message asSaid(const std::string& text)
{
    return text.empty() ? Message() : Message{.source = "%1", .arguments = {text}};
}

/// Of a newer engine there may be names that we do not know.
ErrorCode codeNamed(std::string_view name)
{
    for (int i = 0; i <= static_cast<int>(ErrorCode::Bug); ++i) {
        if (codeName(static_cast<ErrorCode>(i)) == name) {
            return static_cast<ErrorCode>(i);
        }
    }
    return ErrorCode::Io;
}

/// Paths and what somebody sent may hold any bytes.
std::string asLine(const Json& object)
{
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string formatRequest(const ControlRequest& request)
{
    Json object = {{"version", kControlVersion}, {"command", request.command}};
    if (!request.arguments.empty()) {
        object["arguments"] = request.arguments;
    }
    return asLine(object);
}

Result<ControlRequest> parseRequest(std::string_view line)
{
    const Json object = Json::parse(line, nullptr, false);
    if (!object.is_object()) {
        return noRequest("no object");
    }
    TIDEMARK_TRY_STATUS(checkVersion(object));
    ControlRequest request;
    for (const auto& [name, value] : object.items()) {
        if (name == "arguments") {
            TIDEMARK_TRY(request.arguments, argumentsOf(value));
        } else if (name == "command" && value.is_string()) {
            request.command = value.get<std::string>();
        } else if (name != "version") {
            return noRequest("the field " + name);
        }
    }
    return request.command.empty() ? Result<ControlRequest>(noRequest("no command")) : request;
}

std::string errorLine(const Error& error)
{
    return asLine({{"version", kControlVersion},
                   {"error", codeName(error.code)},
                   {"message", inEnglish(error.what)},
                   {"hint", inEnglish(error.next)}});
}

std::optional<Error> errorOfLine(std::string_view line)
{
    const Json object = Json::parse(line, nullptr, false);
    const std::string code = object.is_object() ? textOf(object, "error") : "";
    if (code.empty()) {
        return std::nullopt;
    }
    return Error{.code = codeNamed(code),
                 .what = asSaid(textOf(object, "message")),
                 .next = asSaid(textOf(object, "hint"))};
}

}  // namespace tidemark::service
