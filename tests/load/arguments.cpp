#include "tests/load/arguments.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace load {

Arguments::Arguments(int count, char** words, const std::string& usage,
                     std::map<std::string, std::string> options)
    : m_usage(usage), m_options(std::move(options))
{
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (!word.starts_with("--")) {
            m_words.push_back(word);
            continue;
        }
        const auto option = m_options.find(word.substr(2));
        if (option == m_options.end())
            refuse(word + " is not an option");
        if (i + 1 == count)
            refuse(word + " needs a value");
        option->second = words[++i];
    }
}

const std::string& Arguments::word(std::size_t at) const
{
    if (at >= m_words.size())
        refuse("a word is missing");
    return m_words[at];
}

const std::string& Arguments::text(const std::string& name) const
{
    return m_options.at(name);
}

std::int64_t Arguments::number(const std::string& name) const
{
    const std::string& word = m_options.at(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size())
        refuse("--" + name + " needs a whole number");
    return value;
}

void Arguments::refuse(const std::string& why) const
{
    std::fprintf(stderr, "%s\nusage: %s\n", why.c_str(), m_usage.c_str());
    std::exit(2);
}

}  // namespace load
