#include "app/cli/output.h"
#include "app/cli/run.h"
#include "app/cli/signals.h"
#include "core/base/posix_file_system.h"
#include "core/base/process.h"
#include "core/base/random.h"
#include "core/base/system_clock.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace tidemark;

namespace {

std::optional<std::string> variable(const std::string& name)
{
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int count, char** words)
{
    const std::vector<std::string> arguments(words + std::min(count, 1), words + count);
    const cli::Signals signals;
    raiseOpenFileLimit();
    SystemClock clock;
    PosixFileSystem files;
    SeededRandom random(unpredictableSeed());
    // Wrong arguments, too, are told in the form that was asked for.
    const bool isJson = std::ranges::find(arguments, "--json") != arguments.end();
    cli::Output output(stdout, stderr, isJson);
    const auto here = files.canonical(".");
    cli::Session session{.clock = clock,
                         .files = files,
                         .random = random,
                         .output = output,
                         .places = cli::placesFrom(variable, here.ok() ? here.value() : "/"),
                         .environment = variable,
                         .stop = signals.token()};
    return cli::run(arguments, session);
}
