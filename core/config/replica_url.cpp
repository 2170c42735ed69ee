#include "core/config/replica_url.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace tidemark::config {
namespace {

constexpr std::string_view kCustomerKey = "sse-customer-key";

char small(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

/// "forcePathStyle" is "force-path-style"; "requireContentMD5" is "require-content-md5".
std::string hyphenated(std::string_view key)
{
    std::string text;
    bool wasCapital = true;
    for (const char letter : key) {
        const bool isCapital = std::isupper(static_cast<unsigned char>(letter)) != 0;
        if (isCapital && !wasCapital) {
            text += '-';
        }
        text += small(letter);
        wasCapital = isCapital;
    }
    return text;
}

Error unreadable(const YmlNode& where)
{
    return where.refuse({TIDEMARK_TEXT("config", "%1, line %2: the address is not readable.")},
                        {TIDEMARK_TEXT("config",
                                       "Escape what is special in it as %XX; a password is better "
                                       "kept behind \"password:\".")});
}

/// The text behind ':' and in front of '@' leaves `text`; empty when there is none.
std::optional<std::string> takePassword(std::string& text)
{
    const auto start = text.find("://") + 3;
    const auto end = std::min(text.find_first_of("/?", start), text.size());
    const auto at = text.rfind('@', end);
    const auto colon = text.find(':', start);
    if (at == std::string::npos || at < start || at >= end || colon > at) {
        return std::string();
    }
    auto password = storage::unescaped(std::string_view(text).substr(colon + 1, at - colon - 1));
    text.erase(colon, at - colon);
    return password;
}

/// The options leave `text`.
std::string takeOptions(std::string& text)
{
    const auto question = std::min(text.find('?'), text.size());
    std::string options = text.substr(std::min(question + 1, text.size()));
    text.resize(question);
    return options;
}

Status readOptions(const YmlNode& where, std::string_view text, ReplicaUrl& url)
{
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto key = storage::unescaped(pair.substr(0, equals));
        auto value = storage::unescaped(pair.substr(std::min(pair.size(), equals + 1)));
        if (!key || !value) {
            return unreadable(where);
        }
        const std::string name = hyphenated(*key);
        if (name == kCustomerKey) {
            url.customerKey = Secret(*std::move(value));
            continue;
        }
        if (storage::isSecretKey(name) || storage::isSecretKey(*key)) {
            return where.refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: the options of the address hold a secret.")},
                {TIDEMARK_TEXT("config",
                               "Write it behind a key of the replica: \"secret-access-key:\", "
                               "\"sas-token:\", \"password:\".")});
        }
        url.parts.options[name] = *std::move(value);
    }
    return {};
}

}  // namespace

std::string ReplicaUrl::take(const std::string& key)
{
    const auto found = parts.options.extract(key);
    return found.empty() ? std::string() : found.mapped();
}

Result<ReplicaUrl> readReplicaUrl(const ReplicaKeys& keys, const YmlNode& where)
{
    TIDEMARK_TRY(std::string text, where.text());
    ReplicaUrl url{.where = where, .scheme = std::string(storage::schemeOf(text))};
    if (url.scheme.empty()) {
        return where.refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: a URL is expected here: \"s3://BUCKET/PATH\".")},
            {TIDEMARK_TEXT("config", "Write a folder behind \"path:\".")});
    }
    std::ranges::transform(url.scheme, url.scheme.begin(), small);
    if (text.find(":accesspoint") != std::string::npos) {
        return where.refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: access points of S3 are not written to.")},
            {TIDEMARK_TEXT("config", "Name the bucket: \"s3://BUCKET/PATH\".")});
    }
    auto password = takePassword(text);
    if (!password) {
        return unreadable(where);
    }
    url.password = Secret(*std::move(password));
    const std::string options = takeOptions(text);
    auto parts = storage::addressParts(text);
    if (!parts.ok()) {
        return unreadable(where);
    }
    url.parts = std::move(parts).value();
    // "me:12/x@host": a password with an unescaped '/' or '?' in it is no port.
    const bool isTorn = url.parts.user.empty() && url.parts.port != 0 &&
                        (url.parts.path + options).find('@') != std::string::npos;
    if (isTorn || url.parts.user.find(':') != std::string::npos) {
        return unreadable(where);
    }
    TIDEMARK_TRY_STATUS(readOptions(where, options, url));
    if (!url.password.empty() || !url.customerKey.empty()) {
        keys.note(where, {TIDEMARK_TEXT("config",
                                        "%1, line %2: the secret in the address is used; it is "
                                        "better kept behind a key of its own, or in the "
                                        "environment.")});
    }
    return url;
}

std::string innerPath(const std::string& path)
{
    const std::string plain = std::filesystem::path("/" + path).lexically_normal().string();
    const auto first = std::min(plain.find_first_not_of('/'), plain.size());
    return plain.substr(first, plain.find_last_not_of('/') + 1 - first);
}

void noteOptions(const ReplicaKeys& keys, const ReplicaUrl& url)
{
    for (const auto& [name, value] : url.parts.options) {
        // Either may be a piece of a password: "me:12/x?rest-of=a-password@host".
        const bool isWord =
            !value.empty() && value.find('@') == std::string::npos &&
            std::ranges::all_of(name, [](char letter) {
                return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-';
            });
        keys.note(url.where,
                  {TIDEMARK_TEXT("config",
                                 "%1, line %2: Tidemark does not use the option \"%3\" of "
                                 "the address."),
                   {isWord ? name : "..."}});
    }
}

Result<storage::AddressParts> serverAt(const YmlNode& where, const std::string& key,
                                       const std::string& text)
{
    auto parts = storage::addressParts(text);
    const bool isServer = parts.ok() && text.find_first_of("@?# ") == std::string::npos &&
                          !parts.value().host.empty();
    if (!isServer) {
        return where.refuse({TIDEMARK_TEXT("config",
                                           "%1, line %2: \"%3\" does not name a server, or holds "
                                           "more than that."),
                             {key}},
                            {TIDEMARK_TEXT("config",
                                           "Write names, passwords and keys behind keys of their "
                                           "own.")});
    }
    return parts;
}

}  // namespace tidemark::config
