#include "app/cli/arguments.h"

#include <algorithm>
#include <utility>

namespace tidemark::cli {
namespace {

Error usage(const CommandSpec& command, Message what)
{
    return {
        .code = ErrorCode::Usage,
        .what = std::move(what),
        .next = {TIDEMARK_TEXT("cli", "See: tidemarkctl %1 --help"), {std::string(command.name)}}};
}

const OptionSpec* findOption(const CommandSpec& command, std::string_view name)
{
    for (const auto options : {command.options, commonOptions()}) {
        const auto found = std::ranges::find(options, name, &OptionSpec::name);
        if (found != options.end()) {
            return &*found;
        }
    }
    return nullptr;
}

/// "-20m" is a time, "-x" is a mistake.
bool isOption(std::string_view argument)
{
    const bool isTime = argument.size() > 1 && argument[1] >= '0' && argument[1] <= '9';
    return argument.starts_with('-') && argument.size() > 1 && !isTime;
}

Status checkOperands(const CommandSpec& command, const ParsedArguments& parsed)
{
    const auto& operands = parsed.operands();
    const bool isTooFew = operands.size() < command.minOperands;
    if (isTooFew) {
        return usage(command, {TIDEMARK_TEXT("cli", "Too few arguments: tidemarkctl %1 %2."),
                               {std::string(command.name), std::string(command.operands)}});
    }
    if (operands.size() > command.maxOperands) {
        return usage(command, {TIDEMARK_TEXT("cli", "\"%1\" is one argument too many."),
                               {operands[command.maxOperands]}});
    }
    const auto empty = std::ranges::find(operands, std::string());
    if (empty != operands.end()) {
        return usage(command, {TIDEMARK_TEXT("cli", "An argument is empty.")});
    }
    return {};
}

}  // namespace

std::optional<std::string> ParsedArguments::operand(std::size_t number) const
{
    return number < m_operands.size() ? std::optional(m_operands[number]) : std::nullopt;
}

bool ParsedArguments::has(std::string_view option) const
{
    return m_options.contains(option);
}

std::optional<std::string> ParsedArguments::value(std::string_view option) const
{
    const auto found = m_options.find(option);
    return found == m_options.end() ? std::nullopt : std::optional(found->second);
}

Result<ParsedArguments> parseArguments(const CommandSpec& command,
                                       std::span<const std::string> arguments)
{
    ParsedArguments parsed;
    bool optionsEnded = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--" && !optionsEnded) {
            optionsEnded = true;
            continue;
        }
        if (optionsEnded || !isOption(argument)) {
            parsed.m_operands.push_back(argument);
            continue;
        }
        const auto equals = argument.find('=');
        const std::string written = argument.substr(0, equals);
        const std::string name = written == "-h" ? "--help" : written;
        const OptionSpec* const option = findOption(command, name);
        if (option == nullptr) {
            return usage(command, {TIDEMARK_TEXT("cli", "There is no option %1 for %2."),
                                   {name, std::string(command.name)}});
        }
        if (parsed.has(name)) {
            return usage(command, {TIDEMARK_TEXT("cli", "%1 is given twice."), {name}});
        }
        const bool hasOwnValue = equals != std::string::npos;
        const bool takesNext = !option->value.empty() && !hasOwnValue;
        if (option->value.empty() && hasOwnValue) {
            return usage(command, {TIDEMARK_TEXT("cli", "%1 takes no value."), {name}});
        }
        if (takesNext && i + 1 == arguments.size()) {
            return usage(command, {TIDEMARK_TEXT("cli", "%1 needs a value: %1 %2."),
                                   {name, std::string(option->value)}});
        }
        parsed.m_options[name] = hasOwnValue ? argument.substr(equals + 1)
                                 : takesNext ? arguments[++i]
                                             : std::string();
    }
    if (!parsed.has("--help")) {
        TIDEMARK_TRY_STATUS(checkOperands(command, parsed));
    }
    return parsed;
}

}  // namespace tidemark::cli
