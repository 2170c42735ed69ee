#include "app/cli/run.h"

#include "app/cli/arguments.h"
#include "app/cli/help.h"
#include "app/cli/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <span>

namespace tidemark::cli {
namespace {

constexpr int kDone = 0;

Status runCommand(const CommandSpec& command, std::span<const std::string> rest, Session& session)
{
    TIDEMARK_TRY(const ParsedArguments parsed, parseArguments(command, rest));
    if (parsed.has("--help")) {
        session.output.help(helpOf(command));
        return {};
    }
    return command.run(session, parsed);
}

Status dispatch(std::span<const std::string> arguments, Session& session)
{
    const std::string name = arguments.empty() ? "" : arguments.front();
    if (name == "--help" || name == "-h") {
        session.output.help(overview());
        return {};
    }
    const CommandSpec* const command = findCommand(name == "--version" ? "version" : name);
    if (command == nullptr) {
        const Message what =
            name.empty() ? Message{TIDEMARK_TEXT("cli", "No command is given.")}
                         : Message{TIDEMARK_TEXT("cli", "There is no command \"%1\"."), {name}};
        return Error{.code = ErrorCode::Usage,
                     .what = what,
                     .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl help")}};
    }
    return runCommand(*command, arguments.subspan(1), session);
}

std::string folder(const config::Environment& environment, const std::string& variable,
                   const std::string& otherwise)
{
    const auto set = environment(variable);
    // The XDG rules: a path that is not absolute is ignored.
    return (set && set->starts_with('/') ? *set : otherwise) + "/tidemark";
}

bool isOwnFolder(const std::string& path)
{
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) &&
           facts.st_uid == ::geteuid();
}

}  // namespace

Places placesFrom(const config::Environment& environment, const std::string& workingDirectory,
                  const std::string& runtimeFolders)
{
    const std::string home = environment("HOME").value_or("/");
    Places places{.workingDirectory = workingDirectory, .home = home};
    places.config = folder(environment, "XDG_CONFIG_HOME", home + "/.config");
    places.data = folder(environment, "XDG_DATA_HOME", home + "/.local/share");
    places.cache = folder(environment, "XDG_CACHE_HOME", home + "/.cache");
    places.run = places.data + "/run";
    const auto runtime = environment("XDG_RUNTIME_DIR");
    const std::string usual = runtimeFolders + "/" + std::to_string(::geteuid());
    if (runtime && runtime->starts_with('/')) {
        places.run = *runtime + "/tidemark";
    } else if (isOwnFolder(usual)) {
        places.run = usual + "/tidemark";
    }
    return places;
}

int run(const std::vector<std::string>& arguments, Session& session)
{
    Status status = dispatch(arguments, session);
    session.output.progress({});
    if (status.ok()) {
        status = session.output.wholeness();
    }
    if (status.ok()) {
        return kDone;
    }
    session.output.lastError(status.error());
    return exitCode(status.error().code);
}

}  // namespace tidemark::cli
