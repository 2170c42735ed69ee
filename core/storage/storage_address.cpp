#include "core/storage/storage_address.h"

#include "core/base/hash.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <span>

namespace tidemark::storage {
namespace {

constexpr std::string_view kFileScheme = "file";
constexpr std::array<std::string_view, 7> kLaterSchemes{"s3",     "abs",     "gs", "sftp",
                                                        "webdav", "webdavs", "zip"};

// What may stand unescaped in an address, besides letters and digits.
constexpr std::string_view kPlainInPath = "/-._~!$&'()*+,;=:@";
constexpr std::string_view kPlainInOption = "/-._~:";
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

/// `text` without its options is told: who knows what they hold.
Error notAnAddress(std::string_view text, Message next)
{
    const std::string_view told = text.substr(0, text.find('?'));
    return {
        .code = ErrorCode::Usage,
        .what = {TIDEMARK_TEXT("storage", "\"%1\" does not name a storage."), {std::string(told)}},
        .next = std::move(next)};
}

bool isAlphanumeric(char letter)
{
    return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

/// "s3" of "s3://bucket/path"; empty for a path.
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

/// Keys that a secret might hide behind; it belongs into none of an address's options.
bool isSecretKey(std::string_view key)
{
    std::string small(key);
    std::ranges::transform(small, small.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    constexpr std::array<std::string_view, 6> kWords{"password", "passwd",     "passphrase",
                                                     "secret",   "access-key", "token"};
    return std::ranges::any_of(
        kWords, [&small](std::string_view word) { return small.find(word) != std::string::npos; });
}

/// The text is not repeated: it holds a secret.
Error holdsSecret()
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The address carries a password.")},
            .next = {TIDEMARK_TEXT("storage",
                                   "Leave it out and give it by the environment or the "
                                   "keychain.")}};
}

/// A password is what stands between ':' and '@' of the host part.
bool carriesPassword(std::string_view text)
{
    const std::string_view rest = text.substr(text.find("://") + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    const auto at = host.rfind('@');
    return at != std::string_view::npos && host.substr(0, at).find(':') != std::string_view::npos;
}

std::optional<int> hexValue(char letter)
{
    const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    const auto place = kHexDigits.find(upper);
    return place == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(place));
}

/// Empty when a '%' is not followed by two hex digits or stands for a zero byte.
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

/// Without "." and ".." parts, doubled and trailing slashes. By its letters alone: what a link
/// points to is found out when the folder is used.
std::string tidied(const std::string& path)
{
    std::string plain = std::filesystem::path(path).lexically_normal().string();
    while (plain.size() > 1 && plain.ends_with('/')) {
        plain.pop_back();
    }
    return plain;
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

Result<StorageAddress> parseFileAddress(std::string_view text)
{
    std::string_view rest = text.substr(text.find("://") + 3);
    const auto question = std::min(rest.find('?'), rest.size());
    TIDEMARK_TRY(auto options,
                 parseOptions(rest.substr(std::min(rest.size(), question + 1)), text));
    rest = rest.substr(0, question);
    constexpr std::string_view kLocalHost = "localhost/";
    if (rest.starts_with(kLocalHost)) {
        rest.remove_prefix(kLocalHost.size() - 1);
    }
    const auto path = unescaped(rest);
    if (!path || !path->starts_with('/')) {
        return notAnAddress(
            text, {TIDEMARK_TEXT("storage", "Write the whole path: file:///srv/backup/notes.")});
    }
    return StorageAddress{
        .kind = StorageKind::Folder, .path = tidied(*path), .options = std::move(options)};
}

Result<StorageAddress> parsePath(std::string_view text, const std::string& workingDirectory,
                                 const std::string& homeDirectory)
{
    if (text.find('\0') != std::string_view::npos) {
        return notAnAddress("", {TIDEMARK_TEXT("storage", "A path cannot hold a zero byte.")});
    }
    std::string path(text);
    if (path == "~" || path.starts_with("~/")) {
        path = homeDirectory + path.substr(1);
    } else if (!path.starts_with('/')) {
        path = workingDirectory + '/' + path;
    }
    return StorageAddress{.kind = StorageKind::Folder, .path = tidied(path)};
}

}  // namespace

Result<StorageAddress> parseAddress(std::string_view text, const std::string& workingDirectory,
                                    const std::string& homeDirectory)
{
    const Message example{
        TIDEMARK_TEXT("storage", "Give the path of a folder, or file:///path/of/the/folder.")};
    if (text.empty()) {
        return notAnAddress(text, example);
    }
    const std::string_view scheme = schemeOf(text);
    if (scheme.empty()) {
        return parsePath(text, workingDirectory, homeDirectory);
    }
    if (carriesPassword(text)) {
        return holdsSecret();
    }
    if (scheme == kFileScheme) {
        return parseFileAddress(text);
    }
    if (std::ranges::find(kLaterSchemes, scheme) != kLaterSchemes.end()) {
        return Error{
            .code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("storage", "This version cannot open %1:// storages yet."),
                     {std::string(scheme)}},
            .next = {TIDEMARK_TEXT("storage", "Use a folder.")}};
    }
    // The rest is not repeated: who knows what it holds.
    return notAnAddress(std::string(scheme) + "://...", example);
}

std::string formatAddress(const StorageAddress& address)
{
    std::string text = "file://" + escaped(address.path, kPlainInPath);
    char separator = '?';
    for (const auto& [key, value] : address.options) {
        text += separator + escaped(key, kPlainInOption) + '=' + escaped(value, kPlainInOption);
        separator = '&';
    }
    return text;
}

std::string replicaId(const StorageAddress& address)
{
    constexpr std::size_t kIdBytes = 8;
    const std::string place = formatAddress({.kind = address.kind, .path = address.path});
    const Sha256 hash = sha256(place);
    return hex(std::span(hash).first(kIdBytes));
}

}  // namespace tidemark::storage
