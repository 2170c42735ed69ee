#pragma once

#include "app/cli/commands.h"
#include "core/base/result.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::cli {

/// What was written behind a command's name, checked against its row in the table. A value.
class ParsedArguments {
public:
    [[nodiscard]] const std::vector<std::string>& operands() const { return m_operands; }

    /// Empty when there is no operand of that number, from 0.
    [[nodiscard]] std::optional<std::string> operand(std::size_t number) const;

    [[nodiscard]] bool has(std::string_view option) const;
    [[nodiscard]] std::optional<std::string> value(std::string_view option) const;

private:
    friend Result<ParsedArguments> parseArguments(const CommandSpec& command,
                                                  std::span<const std::string> arguments);

    std::vector<std::string> m_operands;
    std::map<std::string, std::string, std::less<>> m_options;
};

/// "--name value" or "--name=value"; "--" ends the options; "-20m" is an operand. Usage names what
/// is wrong and where help is.
[[nodiscard]] Result<ParsedArguments> parseArguments(const CommandSpec& command,
                                                     std::span<const std::string> arguments);

}  // namespace tidemark::cli
