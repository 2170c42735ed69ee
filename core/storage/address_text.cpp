#include "core/storage/address_text.h"

#include "core/base/whole_number.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace tidemark::storage {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool isAlphanumeric(char letter)
{
    return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

std::optional<int> hexValue(char letter)
{
    const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    const auto place = kHexDigits.find(upper);
    return place == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(place));
}

Result<std::map<std::string, std::string>> parseOptions(std::string_view query,
                                                        std::string_view whole)
{
    std::map<std::string, std::string> options;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto key = unescaped(pair.substr(0, equals));
        const auto value = unescaped(pair.substr(std::min(pair.size(), equals + 1)));
        // First, so that whoever wrote a secret learns that it was one, readable or not.
        if (isSecretKey(key.value_or(std::string(pair.substr(0, equals))))) {
            return holdsSecret();
        }
        if (!key || !value || key->empty()) {
            return notAnAddress(whole, {TIDEMARK_TEXT("storage", "Its options are not readable.")});
        }
        options[*key] = *value;
    }
    return options;
}

/// Takes the port off `host`, "name:22" or "[::1]:22"; false when it is none.
bool splitPort(std::string& host, std::uint16_t& port)
{
    const auto bracket = host.rfind(']');
    const auto colon = host.find(':', bracket == std::string::npos ? 0 : bracket);
    if (colon != std::string::npos) {
        port = wholeNumber<std::uint16_t>(std::string_view(host).substr(colon + 1)).value_or(0);
        if (port == 0) {
            return false;
        }
        host.erase(colon);
    }
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) {
            return false;
        }
        host = host.substr(1, host.size() - 2);
    }
    return true;
}

}  // namespace

Error notAnAddress(std::string_view text, Message next)
{
    std::string told(text);
    // The last '@' of all: a password with a '/' or '?' in it ends the host too early.
    const auto host = told.find("://");
    const auto at = told.rfind('@');
    if (host != std::string::npos && at != std::string::npos && at > host) {
        told.replace(host + 3, at - host - 3, "...");
    }
    told.resize(std::min(told.find('?'), told.size()));
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "\"%1\" does not name a storage."), {told}},
            .next = std::move(next)};
}

Error holdsSecret()
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The address carries a password.")},
            .next = {TIDEMARK_TEXT("storage",
                                   "Leave it out and give it by the environment or the "
                                   "keychain.")}};
}

std::string_view schemeOf(std::string_view text)
{
    const auto end = text.find("://");
    if (end == std::string_view::npos || end == 0) {
        return {};
    }
    const std::string_view scheme = text.substr(0, end);
    const bool fits = std::ranges::all_of(scheme, [](char letter) {
        return isAlphanumeric(letter) || letter == '+' || letter == '-' || letter == '.';
    });
    return fits ? scheme : std::string_view();
}

bool isSecretKey(std::string_view key)
{
    std::string small(key);
    std::ranges::transform(small, small.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    constexpr std::array<std::string_view, 8> kWords{"password",    "passwd",     "passphrase",
                                                     "secret",      "access-key", "accesskey",
                                                     "account-key", "token"};
    // "sig" is the signature of a SAS address of Azure.
    return small == "sig" || std::ranges::any_of(kWords, [&small](std::string_view word) {
               return small.find(word) != std::string::npos;
           });
}

bool isThisComputer(std::string_view host)
{
    constexpr std::uint32_t kLoopbackNet = 127;
    in_addr number{};
    const bool isNumber = ::inet_pton(AF_INET, std::string(host).c_str(), &number) == 1;
    return host == "localhost" || host == "::1" ||
           (isNumber && ntohl(number.s_addr) >> 24 == kLoopbackNet);
}

bool isPrivateServer(std::string_view url)
{
    if (url.starts_with("https://")) {
        return true;
    }
    std::string_view host = url.substr(url.find("://") + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    host = host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') : 0));
    return isThisComputer(host == "[::1]" ? "::1" : host);
}

bool carriesPassword(std::string_view text)
{
    const std::string_view rest = text.substr(text.find("://") + 3);
    std::string_view host = rest.substr(0, rest.find_first_of("/?"));
    const auto at = host.rfind('@');
    if (at != std::string_view::npos) {
        return host.substr(0, at).find(':') != std::string_view::npos;
    }
    // "me:12?rest@host": a password that begins like a port.
    const std::string_view behind = rest.substr(host.size());
    host.remove_prefix(host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
    return host.find(':') != std::string_view::npos && behind.starts_with('?') &&
           behind.find('@') != std::string_view::npos;
}

std::optional<std::string> unescaped(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hexValue(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hexValue(text[i + 2]) : std::nullopt;
        if (!high || !low || (*high == 0 && *low == 0)) {
            return std::nullopt;
        }
        plain += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    return plain;
}

std::string escaped(std::string_view plain, std::string_view kept)
{
    std::string text;
    for (const char letter : plain) {
        if (isAlphanumeric(letter) || kept.find(letter) != std::string_view::npos) {
            text += letter;
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        text += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    }
    return text;
}

Result<AddressParts> addressParts(std::string_view text)
{
    const Message unreadable{TIDEMARK_TEXT("storage", "Escape what is special in it as %XX.")};
    std::string_view rest = text.substr(text.find("://") + 3);
    const auto question = std::min(rest.find('?'), rest.size());
    AddressParts parts;
    TIDEMARK_TRY(parts.options,
                 parseOptions(rest.substr(std::min(rest.size(), question + 1)), text));
    rest = rest.substr(0, question);
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto path = unescaped(rest.substr(slash));
    rest = rest.substr(0, slash);
    const auto at = rest.rfind('@');
    const auto user = unescaped(at == std::string_view::npos ? "" : rest.substr(0, at));
    const auto host = unescaped(at == std::string_view::npos ? rest : rest.substr(at + 1));
    if (!path || !user || !host) {
        return notAnAddress(text, unreadable);
    }
    parts.path = *path;
    parts.user = *user;
    parts.host = *host;
    if (!splitPort(parts.host, parts.port)) {
        return notAnAddress(text, {TIDEMARK_TEXT("storage", "Its port is no number up to 65535.")});
    }
    return parts;
}

}  // namespace tidemark::storage
