#include "core/config/replica_keys.h"

#include <algorithm>
#include <cctype>

namespace tidemark::config {

std::optional<YmlNode> ReplicaKeys::own(const std::string& key) const
{
    return m_replica.isScalar() ? std::nullopt : m_replica.child(key);
}

std::optional<YmlNode> ReplicaKeys::find(const std::string& key) const
{
    const auto own = this->own(key);
    return own ? own : m_top.child(key);
}

Result<std::string> ReplicaKeys::ownText(const std::string& key) const
{
    const auto node = own(key);
    return node ? node->text() : std::string();
}

Result<std::string> ReplicaKeys::text(const std::string& key) const
{
    const auto node = find(key);
    return node ? node->text() : std::string();
}

Result<Secret> ReplicaKeys::secret(const std::string& key) const
{
    const auto node = find(key);
    return node ? node->secret() : Secret();
}

Result<std::string> ReplicaKeys::user(const std::string& key) const
{
    TIDEMARK_TRY(std::string text, this->text(key));
    if (text.find_first_of(":/") != std::string::npos) {
        return find(key)->refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: this cannot be a \"%3\"."), {key}},
            {TIDEMARK_TEXT("config", "Write a password behind a key of its own.")});
    }
    return text;
}

Status ReplicaKeys::checkKnown(std::span<const std::string_view> used) const
{
    return m_replica.isScalar() ? Status() : m_replica.checkKeys(used, m_notices);
}

Result<std::string> ReplicaKeys::plain(const std::string& key, std::string_view also) const
{
    const auto node = find(key);
    if (!node) {
        return std::string();
    }
    TIDEMARK_TRY(std::string text, node->text());
    const bool fits = std::ranges::all_of(text, [also](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
               also.find(letter) != std::string_view::npos;
    });
    if (!fits) {
        return node->refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: this cannot be a \"%3\"."), {key}},
            {TIDEMARK_TEXT("config", "Besides letters and digits it may hold: %1"),
             {std::string(also)}});
    }
    return text;
}

Status ReplicaKeys::checkExclude(const std::string& one, const std::string& other) const
{
    if (!own(one) || !own(other)) {
        return {};
    }
    return m_replica.refuse(
        {TIDEMARK_TEXT("config", "%1, line %2: \"%3\" and \"%4\" of a replica exclude each other."),
         {one, other}},
        {TIDEMARK_TEXT("config", "Keep one of them.")});
}

Status ReplicaKeys::checkVerifies() const
{
    const auto node = find("skip-verify");
    if (!node) {
        return {};
    }
    TIDEMARK_TRY(const auto skip, node->flag());
    return skip ? Status(refuseToSkipVerify(*node)) : Status();
}

Error ReplicaKeys::missing(const std::string& key) const
{
    return m_replica.refuse(
        {TIDEMARK_TEXT("config", "%1, line %2: a replica has no \"%3\"."), {key}},
        {TIDEMARK_TEXT("config", "Write it behind \"%1:\"."), {key}});
}

Error refuseToSkipVerify(const YmlNode& where)
{
    return where.refuse(
        {TIDEMARK_TEXT("config",
                       "%1, line %2: certificates are verified always, so there is no "
                       "\"skip-verify\".")},
        {TIDEMARK_TEXT("config",
                       "Name the authority that signed the server's certificate: \"ca: "
                       "/path/of/authority.pem\".")});
}

}  // namespace tidemark::config
