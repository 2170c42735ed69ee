#include "core/config/yml_node.h"

#include "core/config/duration_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace tidemark::config {
namespace {

/// The tag that yaml-cpp gives a scalar in quotes.
constexpr std::string_view kQuoted = "!";

bool isNameCharacter(char character)
{
    return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
           (character >= '0' && character <= '9') || character == '_';
}

/// The name behind a '$' at `at`, and where the text goes on.
std::pair<std::string, std::size_t> variableAt(std::string_view text, std::size_t at)
{
    if (text.substr(at + 1).starts_with('{')) {
        const auto close = text.find('}', at);
        return close == std::string_view::npos
                   ? std::pair(std::string(), at + 1)
                   : std::pair(std::string(text.substr(at + 2, close - at - 2)), close + 1);
    }
    std::size_t end = at + 1;
    while (end < text.size() && isNameCharacter(text[end])) {
        ++end;
    }
    return {std::string(text.substr(at + 1, end - at - 1)), end};
}

/// What a key looks like, Litestream's and ours.
bool isWord(std::string_view key)
{
    constexpr std::size_t kLongest = 40;
    return !key.empty() && key.size() <= kLongest && key.front() >= 'a' && key.front() <= 'z' &&
           std::ranges::all_of(key, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      letter == '-';
           });
}

/// A plain value goes on in the line below when that is indented and has no ": ".
bool runsIntoSecret(std::string_view text)
{
    constexpr std::array<std::string_view, 8> kSecretKeys{
        "access-key-id", "secret-access-key", "account-key",      "sas-token",
        "password",      "webdav-password",   "sse-customer-key", "token"};
    return std::ranges::any_of(kSecretKeys, [text](std::string_view key) {
        for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
            const std::string_view rest = text.substr(at + key.size());
            if (at > 0 && text[at - 1] == ' ' && rest.find_first_of(" :=") == 0) {
                return true;
            }
        }
        return false;
    });
}

/// Whether `key` cannot be a secret whose key got lost. Without a value it may be one itself:
/// "password hunter" or "password:hunter".
bool mayBeRepeated(std::string_view key, const YAML::Node& value)
{
    return isWord(key) && !value.IsNull();
}

}  // namespace

Status YmlNode::expectMap() const
{
    if (!m_node.IsMap()) {
        return refuse({TIDEMARK_TEXT("config", "%1, line %2: keys with values are expected here.")},
                      {TIDEMARK_TEXT("config", "Compare it with the example in the README.")});
    }
    return {};
}

Status YmlNode::checkKeys(std::span<const std::string_view> used,
                          std::vector<Message>& notices) const
{
    std::set<std::string> seen;
    for (const auto& entry : m_node) {
        const YmlNode place(entry.first, *m_file);
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        const bool isUsed = std::ranges::find(used, key) != used.end();
        if (!seen.insert(key).second) {
            return place.refuse({TIDEMARK_TEXT("config", "%1, line %2: \"%3\" comes twice."),
                                 {isUsed || isWord(key) ? key : "..."}},
                                {TIDEMARK_TEXT("config", "Keep one of them.")});
        }
        if (isUsed) {
            continue;
        }
        notices.push_back(
            mayBeRepeated(key, entry.second)
                ? place.placed(
                      {TIDEMARK_TEXT("config", "%1, line %2: Tidemark does not use \"%3\"."),
                       {key}})
                : place.placed({TIDEMARK_TEXT(
                      "config", "%1, line %2: Tidemark does not use what stands there.")}));
    }
    return {};
}

Error YmlNode::refuseLack(std::span<const std::string_view> used, Message what, Message next) const
{
    constexpr std::size_t kMostNamed = 5;
    std::string unused;
    std::size_t named = 0;
    for (const auto& entry : m_node) {
        const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
        if (std::ranges::find(used, key) == used.end() && named++ < kMostNamed) {
            unused += (unused.empty() ? "\"" : ", \"") +
                      (mayBeRepeated(key, entry.second) ? key : "...") + "\" (line " +
                      std::to_string(entry.first.Mark().line + 1) + ")";
        }
    }
    if (!unused.empty()) {
        next = {TIDEMARK_TEXT("config", "Tidemark does not use %1: correct what is misspelt."),
                {unused}};
    }
    return refuse(std::move(what), std::move(next));
}

std::optional<YmlNode> YmlNode::child(const std::string& key) const
{
    const YAML::Node node = m_node[key];
    if (!node || node.IsNull()) {
        return std::nullopt;
    }
    return YmlNode(node, *m_file);
}

Result<std::vector<YmlNode>> YmlNode::list(const std::string& key) const
{
    std::vector<YmlNode> elements;
    const auto node = child(key);
    if (!node) {
        return elements;
    }
    if (!node->m_node.IsSequence()) {
        return node->refuse({TIDEMARK_TEXT("config", "%1, line %2: \"%3\" is not a list."), {key}},
                            {TIDEMARK_TEXT("config", "Begin each of its elements with \"- \".")});
    }
    for (const auto& element : node->m_node) {
        elements.emplace_back(element, *m_file);
    }
    return elements;
}

Result<std::string> YmlNode::text() const
{
    return filledIn(false);
}

Result<Secret> YmlNode::secret() const
{
    TIDEMARK_TRY(std::string text, filledIn(true));
    return Secret(std::move(text));
}

Result<std::string> YmlNode::filledIn(bool isSecret) const
{
    if (!m_node.IsScalar()) {
        return refuse({TIDEMARK_TEXT("config", "%1, line %2: a plain text is expected here.")}, {});
    }
    const std::string_view raw = m_node.Scalar();
    if (m_node.Tag() != kQuoted && runsIntoSecret(raw)) {
        return refuse(
            {TIDEMARK_TEXT("config",
                           "%1, line %2: the line below, which names a secret, is taken "
                           "for a part of this value.")},
            {TIDEMARK_TEXT("config", "Write a ':' behind its key, or this value in quotes.")});
    }
    std::string text;
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != '$') {
            text += raw[at++];
            continue;
        }
        const auto [name, end] = variableAt(raw, at);
        const auto value =
            name.empty() ? std::optional<std::string>("$") : m_file->environment(name);
        if (!value) {
            // "user:pa$word@host".
            const bool mayBeSecret = isSecret || raw.find_first_of(":@?") != std::string_view::npos;
            return mayBeSecret ? secretVariableNotSet() : variableNotSet(name);
        }
        text += *value;
        at = end;
    }
    return text;
}

Error YmlNode::variableNotSet(const std::string& name) const
{
    return refuse(
        {TIDEMARK_TEXT("config", "%1, line %2: the environment variable %3 is not set."), {name}},
        {TIDEMARK_TEXT("config", "Set it, or write its value into the file.")});
}

Error YmlNode::secretVariableNotSet() const
{
    return refuse(
        {TIDEMARK_TEXT("config", "%1, line %2: an environment variable in it is not set.")},
        {TIDEMARK_TEXT(
            "config",
            "Set it. What \"$\" begins is the name of one; a password that holds a \"$\" "
            "itself can be the value of a variable.")});
}

Result<std::string> YmlNode::text(const std::string& key) const
{
    const auto node = child(key);
    return node ? node->text() : std::string();
}

Result<std::optional<std::chrono::milliseconds>> YmlNode::duration(const std::string& key) const
{
    const auto node = child(key);
    if (!node) {
        return std::optional<std::chrono::milliseconds>();
    }
    TIDEMARK_TRY(const std::string written, node->text());
    const auto length = parseDuration(written);
    if (!length) {
        return node->refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: \"%3\" is not a length of time."), {written}},
            {TIDEMARK_TEXT("config", "Write 500ms, 1s or 2m.")});
    }
    return length;
}

Result<bool> YmlNode::flag() const
{
    TIDEMARK_TRY(const std::string written, text());
    bool value = false;
    if (!YAML::convert<bool>::decode(YAML::Node(written), value)) {
        return refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: \"%3\" is neither yes nor no."), {written}},
            {TIDEMARK_TEXT("config", "Write true or false.")});
    }
    return value;
}

Result<std::optional<bool>> YmlNode::flag(const std::string& key) const
{
    const auto node = child(key);
    if (!node) {
        return std::optional<bool>();
    }
    TIDEMARK_TRY(const bool value, node->flag());
    return std::optional(value);
}

Message YmlNode::placed(Message what) const
{
    // An empty document has no place at all.
    const int line = m_node.IsDefined() ? std::max(m_node.Mark().line + 1, 1) : 1;
    what.arguments.insert(what.arguments.begin(), {m_file->path, std::to_string(line)});
    return what;
}

Error YmlNode::refuse(Message what, Message next) const
{
    return {.code = ErrorCode::Usage, .what = placed(std::move(what)), .next = std::move(next)};
}

}  // namespace tidemark::config
