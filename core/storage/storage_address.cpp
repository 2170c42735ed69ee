#include "core/storage/storage_address.h"

#include "core/base/hash.h"
#include "core/storage/address_text.h"
#include "core/storage/s3_providers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace tidemark::storage {
namespace {

/// One kind as addresses have it. Which options there are is told where the kind is implemented.
struct Scheme {
    std::string_view name;
    StorageKind kind;
    std::vector<std::string_view> options = {};
};

const std::vector<Scheme>& schemes()
{
    static const std::vector<Scheme> all{
        {"file", StorageKind::Folder},
        {"s3",
         StorageKind::S3,
         {"endpoint", "region", "force-path-style", "provider", "profile", "sse", "sse-kms-key-id",
          "storage-class", "part-size", "ca", "upload-limit", "download-limit"}},
        {"abs", StorageKind::Azure, {"endpoint", "ca", "upload-limit", "download-limit"}},
        {"sftp",
         StorageKind::Sftp,
         {"key", "known-hosts", "concurrent-writes", "upload-limit", "download-limit"}},
        {"webdav", StorageKind::WebDav, {"ca", "upload-limit", "download-limit"}},
        {"webdavs", StorageKind::WebDav, {"ca", "upload-limit", "download-limit"}},
        {"zip", StorageKind::Zip},
    };
    return all;
}

const Scheme* schemeNamed(std::string_view name)
{
    const auto found = std::ranges::find(schemes(), name, &Scheme::name);
    return found == schemes().end() ? nullptr : &*found;
}

std::string_view schemeOf(const StorageAddress& address)
{
    if (address.kind == StorageKind::WebDav) {
        return address.secure ? "webdavs" : "webdav";
    }
    return std::ranges::find(schemes(), address.kind, &Scheme::kind)->name;
}

bool isOnThisComputer(StorageKind kind)
{
    return kind == StorageKind::Folder || kind == StorageKind::Zip;
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

/// What an address of SFTP begins with for a path below the folder of the login.
constexpr std::string_view kHome = "/~";

bool isOfHome(std::string_view path)
{
    return path.starts_with(kHome) && (path.size() == kHome.size() || path[kHome.size()] == '/');
}

std::string withoutOuterSlashes(std::string_view path)
{
    const auto first = std::min(path.find_first_not_of('/'), path.size());
    const auto last = path.find_last_not_of('/');
    return std::string(path.substr(first, last == std::string_view::npos ? 0 : last - first + 1));
}

/// "forcePathStyle", as some write it, is "force-path-style".
std::string hyphenated(const std::string& key)
{
    std::string text;
    for (const char letter : key) {
        if (std::isupper(static_cast<unsigned char>(letter)) != 0) {
            text += '-';
            text += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        } else {
            text += letter;
        }
    }
    return text;
}

Result<std::map<std::string, std::string>> knownOptions(
    const std::map<std::string, std::string>& options, const Scheme& scheme)
{
    std::map<std::string, std::string> known;
    for (const auto& [key, value] : options) {
        const std::string name = hyphenated(key);
        if (name == "endpoint" && value.find('@') != std::string::npos) {
            return holdsSecret();
        }
        if (std::ranges::find(scheme.options, name) == scheme.options.end()) {
            std::string all;
            for (const std::string_view each : scheme.options) {
                all += (all.empty() ? "" : ", ") + std::string(each);
            }
            // "me:12/x?rest-of=a-password@host" has no key that may be shown.
            const bool isKey = std::ranges::none_of(options, [](const auto& each) {
                return (each.first + each.second).find('@') != std::string::npos;
            });
            Message others{TIDEMARK_TEXT("storage", "These are known: %1."), {all}};
            return Error{
                .code = ErrorCode::Usage,
                .what = {TIDEMARK_TEXT("storage", "An address of %1:// has no option \"%2\"."),
                         {std::string(scheme.name), isKey ? key : "..."}},
                .next = all.empty()
                            ? Message{TIDEMARK_TEXT(
                                  "storage", "Leave it out: a path on this computer has none.")}
                            : std::move(others)};
        }
        known[name] = value;
    }
    return known;
}

Message wholePath(const Scheme& scheme)
{
    return {TIDEMARK_TEXT("storage", "Write the whole path: %1://%2."),
            {std::string(scheme.name),
             scheme.kind == StorageKind::Zip ? "/srv/backup/notes.zip" : "/srv/backup/notes"}};
}

Result<StorageAddress> ofThisComputer(std::string_view text, const Scheme& scheme,
                                      AddressParts parts)
{
    if (parts.host == "localhost") {
        parts.host.clear();
    }
    if (!parts.host.empty() || !parts.user.empty() || !parts.path.starts_with('/')) {
        return notAnAddress(text, wholePath(scheme));
    }
    return StorageAddress{
        .kind = scheme.kind, .path = tidied(parts.path), .options = std::move(parts.options)};
}

Result<StorageAddress> ofBucket(std::string_view text, const Scheme& scheme, AddressParts parts)
{
    const bool isS3 = scheme.kind == StorageKind::S3;
    const std::string host =
        parts.port == 0 ? parts.host : parts.host + ":" + std::to_string(parts.port);
    StorageAddress address{.kind = scheme.kind,
                           .path = withoutOuterSlashes(parts.path),
                           .options = std::move(parts.options),
                           .host = host,
                           .user = std::move(parts.user)};
    if (const auto place = isS3 ? placeOfHost(host) : std::nullopt) {
        address.host = place->bucket;
        if (!place->endpoint.empty()) {
            address.options.try_emplace("endpoint", place->endpoint);
        }
        if (!place->region.empty()) {
            address.options.try_emplace("region", place->region);
        }
        if (place->pathStyle) {
            address.options.try_emplace("force-path-style", "true");
        }
    }
    const bool fits = !address.host.empty() && std::ranges::all_of(address.host, [](char letter) {
        return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '.' ||
               letter == '-' || letter == '_' || letter == '$';
    });
    // It would be read as another one's host when it comes back.
    const bool isOthersHost = isS3 && placeOfHost(address.host).has_value();
    if (isS3 && (!fits || isOthersHost || !address.user.empty())) {
        return notAnAddress(text,
                            {TIDEMARK_TEXT("storage",
                                           "Write s3://BUCKET/PATH; the server goes behind it: "
                                           "?endpoint=https://HOST.")});
    }
    if (!isS3 && (!fits || address.user.empty())) {
        return notAnAddress(text,
                            {TIDEMARK_TEXT("storage", "Write abs://ACCOUNT@CONTAINER/PATH.")});
    }
    return address;
}

/// Names, numbers and names of other alphabets; not what would end it in an address.
bool isServerName(std::string_view host)
{
    constexpr std::string_view kEnds = " /?#@[]\\\"<>^`{|}";
    return !host.empty() && std::ranges::none_of(host, [kEnds](char letter) {
        return std::iscntrl(static_cast<unsigned char>(letter)) != 0 ||
               kEnds.find(letter) != std::string_view::npos;
    });
}

Result<StorageAddress> ofServer(std::string_view text, const Scheme& scheme, AddressParts parts)
{
    if (!isServerName(parts.host)) {
        return notAnAddress(text, {TIDEMARK_TEXT("storage", "Write %1://USER@HOST/PATH."),
                                   {std::string(scheme.name)}});
    }
    StorageAddress address{.kind = scheme.kind,
                           .path = std::move(parts.path),
                           .options = std::move(parts.options),
                           .host = std::move(parts.host),
                           .user = std::move(parts.user),
                           .port = parts.port,
                           .secure = scheme.name != "webdav"};
    if (address.kind == StorageKind::WebDav) {
        const std::string inner = withoutOuterSlashes(tidied("/" + address.path));
        address.path = inner.empty() ? "" : "/" + inner;
        return address;
    }
    if (isOfHome(address.path)) {
        address.path = withoutOuterSlashes(tidied("/" + address.path.substr(kHome.size())));
    } else {
        address.path = tidied(address.path.empty() ? "/" : address.path);
    }
    return address;
}

/// "s3:/bucket": the slip of a hand, and no folder that anybody has.
const Scheme* schemeWithoutSlashes(std::string_view text)
{
    const auto colon = text.find(':');
    return colon == std::string_view::npos ? nullptr : schemeNamed(text.substr(0, colon));
}

Error withoutSlashes(std::string_view text, const Scheme& meant)
{
    if (isOnThisComputer(meant.kind)) {
        return notAnAddress(text, wholePath(meant));
    }
    // The rest is not repeated: who knows what it holds.
    return notAnAddress(
        std::string(meant.name) + ":...",
        {TIDEMARK_TEXT("storage",
                       "Write %1:// with two slashes; a folder of that name is ./%1:..."),
         {std::string(meant.name)}});
}

Result<StorageAddress> parsePath(std::string_view text, const std::string& workingDirectory,
                                 const std::string& homeDirectory)
{
    std::string path(text);
    if (path == "~" || path.starts_with("~/")) {
        path = homeDirectory + path.substr(1);
    } else if (!path.starts_with('/')) {
        path = workingDirectory + '/' + path;
    }
    return StorageAddress{.kind = StorageKind::Folder, .path = tidied(path)};
}

/// What stands between "//" and the path.
std::string authorityOf(const StorageAddress& address)
{
    std::string text;
    if (!address.user.empty()) {
        text = escaped(address.user, kPlainInUser) + '@';
    }
    const bool isIpv6 = address.host.find(':') != std::string::npos &&
                        (address.kind == StorageKind::Sftp || address.kind == StorageKind::WebDav);
    text += isIpv6 ? '[' + address.host + ']' : escaped(address.host, kPlainInPath);
    return address.port == 0 ? text : text + ':' + std::to_string(address.port);
}

std::string pathOf(const StorageAddress& address)
{
    const std::string path = escaped(address.path, kPlainInPath);
    if (address.kind == StorageKind::Sftp && !address.path.starts_with('/')) {
        return path.empty() ? "/~" : "/~/" + path;
    }
    // One that only looks like it.
    const bool isNoHome = address.kind == StorageKind::Sftp && isOfHome(address.path);
    return path.empty() || (path.starts_with('/') && !isNoHome) ? path : '/' + path;
}

std::string placeOf(const StorageAddress& address)
{
    return std::string(schemeOf(address)) + "://" + authorityOf(address) + pathOf(address);
}

std::string withOptions(std::string text, const std::map<std::string, std::string>& options)
{
    char separator = '?';
    for (const auto& [key, value] : options) {
        text += separator + escaped(key, kPlainInOption) + '=' + escaped(value, kPlainInOption);
        separator = '&';
    }
    return text;
}

}  // namespace

std::string optionOf(const StorageAddress& address, const std::string& key)
{
    const auto found = address.options.find(key);
    return found == address.options.end() ? std::string() : found->second;
}

Result<StorageAddress> parseAddress(std::string_view text, const std::string& workingDirectory,
                                    const std::string& homeDirectory)
{
    const Message example{TIDEMARK_TEXT(
        "storage",
        "Give the path of a folder, or s3://BUCKET/PATH, abs://ACCOUNT@CONTAINER/PATH, "
        "sftp://USER@HOST/PATH, webdavs://USER@HOST/PATH or zip:///path/of/the/file.")};
    if (text.empty()) {
        return notAnAddress(text, example);
    }
    if (text.find('\0') != std::string_view::npos) {
        return notAnAddress("", {TIDEMARK_TEXT("storage", "An address cannot hold a zero byte.")});
    }
    const std::string_view name = schemeOf(text);
    if (const Scheme* const meant = name.empty() ? schemeWithoutSlashes(text) : nullptr) {
        return withoutSlashes(text, *meant);
    }
    if (name.empty()) {
        return parsePath(text, workingDirectory, homeDirectory);
    }
    if (carriesPassword(text)) {
        return holdsSecret();
    }
    const Scheme* const scheme = schemeNamed(name);
    if (scheme == nullptr) {
        // The rest is not repeated: who knows what it holds.
        return notAnAddress(std::string(name) + "://...", example);
    }
    TIDEMARK_TRY(auto parts, addressParts(text));
    TIDEMARK_TRY(parts.options, knownOptions(parts.options, *scheme));
    switch (scheme->kind) {
    case StorageKind::Folder:
    case StorageKind::Zip: return ofThisComputer(text, *scheme, std::move(parts));
    case StorageKind::S3:
    case StorageKind::Azure: return ofBucket(text, *scheme, std::move(parts));
    case StorageKind::Sftp:
    case StorageKind::WebDav: break;
    }
    return ofServer(text, *scheme, std::move(parts));
}

std::string formatAddress(const StorageAddress& address)
{
    return withOptions(placeOf(address), address.options);
}

std::string describeAddress(const StorageAddress& address)
{
    return isOnThisComputer(address.kind) ? address.path : placeOf(address);
}

std::map<std::string, std::string> placeOptions(const StorageAddress& address)
{
    const bool isS3 = address.kind == StorageKind::S3;
    std::map<std::string, std::string> options;
    const auto take = [&](const std::string& key) {
        if (const auto found = address.options.find(key);
            found != address.options.end() && !found->second.empty()) {
            options.insert(*found);
        }
    };
    if (isS3 || address.kind == StorageKind::Azure) {
        take("endpoint");
    }
    const std::string provider = isS3 ? optionOf(address, "provider") : std::string();
    // AWS has each name of a bucket once, whatever its region.
    if (options.empty() && !provider.empty() && provider != "aws") {
        take("provider");
        take("region");
    }
    return options;
}

std::string replicaId(const StorageAddress& address)
{
    constexpr std::size_t kIdBytes = 8;
    const Sha256 hash = sha256(withOptions(placeOf(address), placeOptions(address)));
    return hex(std::span(hash).first(kIdBytes));
}

StorageAddress below(StorageAddress address, std::string_view more)
{
    if (!address.path.empty() && !address.path.ends_with('/')) {
        address.path += '/';
    } else if (address.path.empty() && address.kind == StorageKind::WebDav) {
        address.path = '/';
    }
    address.path += more;
    return address;
}

}  // namespace tidemark::storage
