#include "app/cli/arguments.h"
#include "app/cli/help.h"
#include "app/cli/output.h"

#include <algorithm>
#include <vector>

namespace tidemark::cli {
namespace {

std::string usageOf(const CommandSpec& command)
{
    std::string usage = "tidemarkctl " + std::string(command.name);
    if (!command.operands.empty()) {
        usage += " " + std::string(command.operands);
    }
    return usage;
}

std::string column(std::string text, std::size_t width)
{
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

}  // namespace

std::string overview()
{
    std::string text =
        "Keeps the whole history of SQLite databases and brings any moment back.\n\n";
    for (const CommandSpec& command : commands()) {
        text += "  " + column(std::string(command.name), 11) + std::string(command.summary) + "\n";
    }
    return text +
           "\nSTORAGE is a folder, the name of a replica in the settings, or one of\n"
           "  s3://BUCKET/PATH              sftp://USER@HOST:PORT/PATH\n"
           "  abs://ACCOUNT@CONTAINER/PATH  webdavs://USER@HOST/PATH\n"
           "  file://PATH                   zip:///PATH/FILE.zip\n"
           "with options behind a '?', between quotes: 's3://notes?region=eu-central-1'. What "
           "opens "
           "it\n"
           "comes from the keychain or the environment: man tidemarkctl.\n"
           "Each command explains itself: tidemarkctl help COMMAND, or tidemarkctl COMMAND --help\n"
           "(-h), and prints JSON lines with --json. tidemarkctl --version prints the version.\n\n"
           "Exit status: 0 done, 1 failed, 2 usage, 3 no such replica, database or moment,\n"
           "4 the target exists or cannot be written, 5 damaged data, 6 a right is missing,\n"
           "7 storage not reachable, 130 stopped.\n\n"
           "Example: tidemarkctl replicate notes.db /mnt/backup/notes\n";
}

std::string helpOf(const CommandSpec& command)
{
    std::string text = usageOf(command) + "\n\n" + std::string(command.summary) + "\n\n";
    for (const auto options : {command.options, commonOptions()}) {
        for (const OptionSpec& option : options) {
            const std::string value = option.value.empty() ? "" : " " + std::string(option.value);
            text += "  " + column(std::string(option.name) + value, 22) + std::string(option.help) +
                    "\n";
        }
    }
    for (const std::string_view details : {command.details, command.operandDetails}) {
        if (!details.empty()) {
            text += "\n" + std::string(details) + "\n";
        }
    }
    return text + "\nExample: " + std::string(command.example) + "\n";
}

Status runHelp(Session& session, const ParsedArguments& arguments)
{
    const auto name = arguments.operand(0);
    const CommandSpec* const command = name ? findCommand(*name) : nullptr;
    if (name && command == nullptr) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "There is no command \"%1\"."), {*name}},
                     .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl help")}};
    }
    session.output.help(command == nullptr ? overview() : helpOf(*command));
    return {};
}

}  // namespace tidemark::cli
