#pragma once

#include "core/base/message.h"
#include "core/base/result.h"
#include "core/config/litestream_yml.h"

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
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

    /// The keys of a map with their lines, from 1.
    [[nodiscard]] std::vector<std::pair<std::string, int>> keys() const;

    /// Empty when there is no such key or nothing behind it.
    [[nodiscard]] std::optional<YmlNode> child(const std::string& key) const;

    /// The elements behind `key`; none when there is no such key.
    [[nodiscard]] Result<std::vector<YmlNode>> list(const std::string& key) const;

    /// The scalar itself, or the one behind `key` ("" when there is none), with the environment
    /// filled in.
    [[nodiscard]] Result<std::string> text() const;
    [[nodiscard]] Result<std::string> text(const std::string& key) const;

    /// "1s", "500ms", "1m30s"; empty when there is no such key.
    [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> duration(
        const std::string& key) const;

    /// "true", "false" and what else YAML has for them; empty when there is no such key.
    [[nodiscard]] Result<std::optional<bool>> flag(const std::string& key) const;

    /// Usage. `what` has %1 for the path, %2 for the line, and begins with its own arguments at %3.
    [[nodiscard]] Error refuse(Message what, Message next) const;

private:
    YAML::Node m_node;
    const YmlFile* m_file = nullptr;
};

}  // namespace tidemark::config
