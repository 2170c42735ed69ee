#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/config/litestream_yml.h"
#include "core/storage/known_secrets.h"
#include "core/storage/storage_opener.h"

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::cli {

class Output;
class ParsedArguments;

/// The folders and the surroundings of one run.
struct Places {
    std::string workingDirectory = {};
    std::string home = {};
    std::string config = {};
    std::string data = {};
    std::string cache = {};
    std::string run = {};
};

/// What a command works with.
struct Session {
    Clock& clock;
    FileSystem& files;
    Random& random;
    Output& output;
    const storage::StorageOpener& storages;
    storage::KnownSecrets& secrets;  ///< What a configuration file says goes in here.
    /// What the keychain of the desktop has for a replica; blocks, for some seconds at most. Empty
    /// once it did not answer: it would not answer for the next one either.
    std::function<Result<storage::Secrets>(const storage::StorageAddress& address)> keychain = {};
    Places places = {};
    config::Environment environment = {};
    std::stop_token stop = {};  ///< Requested by the first SIGINT or SIGTERM.
};

/// One option of a command.
struct OptionSpec {
    std::string_view name = {};   ///< "--limit".
    std::string_view value = {};  ///< "N", as help shows it; empty for a switch.
    std::string_view help = {};
};

/// One command, all that is known of it: parser, help, completions and man page follow this table.
struct CommandSpec {
    std::string_view name = {};
    std::string_view operands = {};  ///< "STORAGE [WHEN]", as help shows them.
    std::size_t minOperands = 0;
    std::size_t maxOperands = 0;
    std::string_view summary = {};
    std::string_view details = {};         ///< Lines below the options; may be empty.
    std::string_view operandDetails = {};  ///< What an operand means, below them; may be empty.
    std::string_view example = {};
    std::span<const OptionSpec> options = {};
    Status (*run)(Session& session, const ParsedArguments& arguments) = nullptr;
};

[[nodiscard]] std::span<const CommandSpec> commands();

/// Null when there is none of that name.
[[nodiscard]] const CommandSpec* findCommand(std::string_view name);

/// The options that every command takes besides its own.
[[nodiscard]] std::span<const OptionSpec> commonOptions();

// One function a command, each in a file of its own.
[[nodiscard]] Status runReplicate(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runList(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runObjects(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runPlan(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runRestore(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runVerify(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runExport(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runSnapshot(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runMark(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runMarks(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runUnmark(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runRetention(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runRelease(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runTest(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runStatus(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runVersion(Session& session, const ParsedArguments& arguments);
[[nodiscard]] Status runHelp(Session& session, const ParsedArguments& arguments);

}  // namespace tidemark::cli
