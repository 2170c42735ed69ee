#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/yml_node.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::config {

/// What a replica of a litestream.yml says; what it does not say itself, the top of the file says
/// for all of them. A replica that is a bare address has no keys of its own.
/// `notices` takes what was read and is not used. All of it outlives the keys.
class ReplicaKeys {
public:
    ReplicaKeys(const YmlNode& replica, const YmlNode& top, std::vector<Message>& notices)
        : m_replica(replica), m_top(top), m_notices(notices)
    {
    }

    [[nodiscard]] const YmlNode& node() const { return m_replica; }

    /// The replica's alone.
    [[nodiscard]] std::optional<YmlNode> own(const std::string& key) const;
    /// The replica's, else that of the top.
    [[nodiscard]] std::optional<YmlNode> find(const std::string& key) const;

    /// Empty when it is not said.
    [[nodiscard]] Result<std::string> ownText(const std::string& key) const;
    [[nodiscard]] Result<std::string> text(const std::string& key) const;
    [[nodiscard]] Result<Secret> secret(const std::string& key) const;

    /// A name in front of '@'; refused without being repeated where it may hold a password, too.
    [[nodiscard]] Result<std::string> user(const std::string& key) const;

    /// A text of letters, digits and `also`, so that nothing else gets into an address; refused
    /// without being repeated.
    [[nodiscard]] Result<std::string> plain(const std::string& key, std::string_view also) const;

    /// Refuses `one` and `other` side by side in the replica.
    [[nodiscard]] Status checkExclude(const std::string& one, const std::string& other) const;

    /// Notes each key of the replica that is not among `used`, and refuses one that comes twice.
    [[nodiscard]] Status checkKnown(std::span<const std::string_view> used) const;

    /// Refuses "skip-verify: true".
    [[nodiscard]] Status checkVerifies() const;

    /// Why the replica is refused without `key`.
    [[nodiscard]] Error missing(const std::string& key) const;

    void note(const YmlNode& where, Message what) const
    {
        m_notices.push_back(where.placed(std::move(what)));
    }

private:
    YmlNode m_replica;
    YmlNode m_top;
    std::vector<Message>& m_notices;
};

/// Why no certificate is taken unseen, and what helps.
[[nodiscard]] Error refuseToSkipVerify(const YmlNode& where);

}  // namespace tidemark::config
