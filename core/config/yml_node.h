#pragma once

#include "core/base/message.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/litestream_yml.h"

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::config {

/// What every node of one file shares; outlives them.
struct YmlFile {
    std::string path = {};
    const Environment& environment;
};

/// A node whose failures name its file and line. May throw YAML::Exception.
class YmlNode {
public:
    YmlNode(const YAML::Node& node, const YmlFile& file) : m_node(node), m_file(&file) {}

    [[nodiscard]] bool isScalar() const { return m_node.IsScalar(); }

    [[nodiscard]] Status expectMap() const;

    /// Adds a notice for each key of a map that is not among `used`, and refuses one that comes
    /// twice. A key is repeated only where it cannot be a secret whose key got lost.
    [[nodiscard]] Status checkKeys(std::span<const std::string_view> used,
                                   std::vector<Message>& notices) const;

    /// As refuse(), of a map that lacks something: where it has keys that are not among `used`, one
    /// of them may be what is lacking, and they are named instead of `next`.
    [[nodiscard]] Error refuseLack(std::span<const std::string_view> used, Message what,
                                   Message next) const;

    /// Empty when there is no such key or nothing behind it.
    [[nodiscard]] std::optional<YmlNode> child(const std::string& key) const;

    /// The elements behind `key`; none when there is no such key.
    [[nodiscard]] Result<std::vector<YmlNode>> list(const std::string& key) const;

    /// The scalar itself, or the one behind `key` ("" when there is none), with the environment
    /// filled in.
    [[nodiscard]] Result<std::string> text() const;
    [[nodiscard]] Result<std::string> text(const std::string& key) const;

    /// A scalar that holds a secret: as text(), and no failure repeats anything of it, not even the
    /// name of a variable, since "$" may be a letter of a password.
    [[nodiscard]] Result<Secret> secret() const;

    /// "1s", "500ms", "1m30s"; empty when there is no such key.
    [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> duration(
        const std::string& key) const;

    /// "true", "false" and what else YAML has for them: of the scalar itself, or behind `key`,
    /// empty when there is no such key.
    [[nodiscard]] Result<bool> flag() const;
    [[nodiscard]] Result<std::optional<bool>> flag(const std::string& key) const;

    /// `what` has %1 for the path, %2 for the line, and begins with its own arguments at %3.
    [[nodiscard]] Message placed(Message what) const;

    /// Usage; `what` as for placed().
    [[nodiscard]] Error refuse(Message what, Message next) const;

private:
    [[nodiscard]] Result<std::string> filledIn(bool isSecret) const;
    [[nodiscard]] Error variableNotSet(const std::string& name) const;
    [[nodiscard]] Error secretVariableNotSet() const;

    YAML::Node m_node;
    const YmlFile* m_file = nullptr;
};

}  // namespace tidemark::config
