#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace load {

/// A command line of words and `--name value` pairs. A word too few, an unknown name or a number
/// that is none ends the program with the usage text and exit 2.
class Arguments {
public:
    /// `options` lists every `--name` with its default.
    Arguments(int count, char** words, const std::string& usage,
              std::map<std::string, std::string> options);

    const std::string& word(std::size_t at) const;
    std::size_t words() const { return m_words.size(); }
    const std::string& text(const std::string& name) const;
    std::int64_t number(const std::string& name) const;
    bool isSet(const std::string& name) const { return !text(name).empty(); }

private:
    [[noreturn]] void refuse(const std::string& why) const;

    std::string m_usage;
    std::vector<std::string> m_words;
    std::map<std::string, std::string> m_options;
};

}  // namespace load
