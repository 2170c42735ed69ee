#include "app/cli/output.h"
#include "app/cli/run.h"
#include "app/cli/signals.h"
#include "app/cli/terminal_person.h"
#include "app/keychain/keychain.h"
#include "app/keychain/qt_keychain_entries.h"
#include "core/base/posix_file_system.h"
#include "core/base/process.h"
#include "core/base/random.h"
#include "core/base/standard_streams.h"
#include "core/base/system_clock.h"
#include "core/net/qt_http_transport.h"
#include "core/storage/environment_secrets.h"
#include "core/storage/known_secrets.h"
#include "core/storage/storage_factory.h"

#include <QCoreApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace tidemark;

namespace {

/// A locked keychain asks the person; where nobody is there to answer, the program goes on.
constexpr std::chrono::seconds kKeychainLimit{5};

std::optional<std::string> variable(const std::string& name)
{
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int count, char** words)
{
    openClosedStreams();
    const std::vector<std::string> arguments(words + std::min(count, 1), words + count);
    const cli::Signals signalsToEnd;
    raiseOpenFileLimit();
    SystemClock clock;
    PosixFileSystem files;
    SeededRandom random(unpredictableSeed());
    // Wrong arguments, too, are told in the form that was asked for.
    const bool isJson = std::ranges::find(arguments, "--json") != arguments.end();
    cli::Output output(stdout, stderr, isJson, signalsToEnd.token());
    const auto here = files.canonical(".");
    const cli::Places places = cli::placesFrom(variable, here.ok() ? here.value() : "/");
    // What Qt's network needs; arguments are ours alone to read.
    int one = 1;
    const QCoreApplication application(one, words);
    const auto http = net::makeQtHttpTransport();
    const storage::EnvironmentSecrets environment(files, variable, places.home);
    storage::KnownSecrets secrets(environment);
    keychain::QtKeychainEntries entries;
    keychain::Keychain keychain(entries);
    cli::TerminalPerson person(output, signalsToEnd.token());
    const storage::StorageFactory storages({.files = files,
                                            .random = random,
                                            .clock = clock,
                                            .http = *http,
                                            .secrets = secrets,
                                            .person = person,
                                            .home = places.home,
                                            .config = places.config,
                                            .cache = places.cache,
                                            .user = userName(variable),
                                            .agent = variable("SSH_AUTH_SOCK").value_or(""),
                                            .stop = signalsToEnd.token()});
    cli::Session session{.clock = clock,
                         .files = files,
                         .random = random,
                         .output = output,
                         .storages = storages,
                         .secrets = secrets,
                         .keychain =
                             [&](const storage::StorageAddress& address) {
                                 return keychain::readWithin(keychain, address, kKeychainLimit,
                                                             signalsToEnd.token());
                             },
                         .places = places,
                         .environment = variable,
                         .stop = signalsToEnd.token()};
    return cli::run(arguments, session);
}
