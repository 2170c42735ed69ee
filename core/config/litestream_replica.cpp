#include "core/config/litestream_replica.h"

#include "core/config/litestream_s3.h"
#include "core/config/litestream_server.h"
#include "core/config/replica_url.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tidemark::config {
namespace {

using storage::StorageAddress;
using storage::StorageKind;

constexpr std::string_view kFile = "file";

constexpr auto kOfEach = std::to_array<std::string_view>(
    {"type", "name", "url", "path", "sync-interval", "keep", "age"});
constexpr auto kOfS3 = std::to_array<std::string_view>(
    {"access-key-id", "secret-access-key", "region", "bucket", "endpoint", "force-path-style",
     "skip-verify", "storage-class", "part-size", "sse-customer-algorithm", "sse-customer-key",
     "sse-customer-key-path", "sse-kms-key-id", "ca"});
constexpr auto kOfAzure = std::to_array<std::string_view>(
    {"account-name", "account-key", "sas-token", "bucket", "endpoint", "ca"});
constexpr auto kOfSftp = std::to_array<std::string_view>(
    {"host", "user", "password", "key-path", "host-key", "concurrent-writes"});
constexpr auto kOfWebDav =
    std::to_array<std::string_view>({"webdav-url", "webdav-username", "webdav-password", "ca"});

using ReadPlace = Result<FileSecret> (*)(const ReplicaKeys& keys, std::optional<ReplicaUrl> url);

struct Kind {
    std::string_view name;
    std::span<const std::string_view> used;
    ReadPlace read = nullptr;

    [[nodiscard]] std::vector<std::string_view> keys() const
    {
        std::vector<std::string_view> all(kOfEach.begin(), kOfEach.end());
        all.insert(all.end(), used.begin(), used.end());
        return all;
    }
};

Result<FileSecret> readFolder(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "path"));
    if (!url) {
        return keys.node().refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: a replica has neither \"path\" nor \"url\".")},
            {TIDEMARK_TEXT("config", "Name the folder of the replica.")});
    }
    const bool isHere = url->parts.host.empty() || url->parts.host == "localhost";
    if (!isHere || !url->parts.user.empty()) {
        return url->where.refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: this is no folder on this computer.")},
            {TIDEMARK_TEXT("config", "Write the whole path: file:///srv/backup/notes.")});
    }
    noteOptions(keys, *url);
    return FileSecret{
        .address = {.kind = StorageKind::Folder, .path = "/" + innerPath(url->parts.path)}};
}

/// "https://myaccount.blob.core.windows.net" names the account itself.
std::string accountIn(const std::string& host)
{
    const auto dot = host.find(".blob.core.");
    return dot == std::string::npos ? std::string() : host.substr(0, dot);
}

/// What a container's replica has more than one origin for.
struct ContainerParts {
    std::string path = {};
    std::string endpoint = {};
    std::string authority = {};
};

/// What a URL says; keys of the replica go before it.
void takeUrl(const ReplicaKeys& keys, ReplicaUrl& url, FileSecret& place, ContainerParts& parts)
{
    const auto orElse = [](std::string& first, const std::string& second) {
        first = first.empty() ? second : first;
    };
    orElse(place.address.user, url.parts.user);
    place.address.host = url.parts.host;
    parts.path = url.parts.path;
    orElse(parts.endpoint, url.take("endpoint"));
    orElse(parts.authority, url.take("ca"));
    if (place.secrets.accountKey.empty()) {
        place.secrets.accountKey = url.password;
    }
    noteOptions(keys, url);
}

Status setEndpoint(const YmlNode& where, std::string endpoint, StorageAddress& address)
{
    endpoint = endpoint.find("://") == std::string::npos ? "https://" + endpoint : endpoint;
    TIDEMARK_TRY(const auto server, serverAt(where, "endpoint", endpoint));
    if (address.user.empty()) {
        address.user = accountIn(server.host);
    }
    address.options["endpoint"] = endpoint.substr(0, endpoint.find_last_not_of('/') + 1);
    return {};
}

Result<FileSecret> readContainer(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "path"));
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "bucket"));
    FileSecret place{.address = {.kind = StorageKind::Azure}};
    TIDEMARK_TRY(place.address.user, keys.plain("account-name", "-"));
    TIDEMARK_TRY(place.address.host, keys.plain("bucket", "-$"));
    TIDEMARK_TRY(place.secrets.accountKey, keys.secret("account-key"));
    TIDEMARK_TRY(place.secrets.sasToken, keys.secret("sas-token"));
    if (const std::string& token = place.secrets.sasToken.reveal(); token.starts_with('?')) {
        place.secrets.sasToken = Secret(token.substr(1));
    }
    ContainerParts parts;
    TIDEMARK_TRY(parts.path, keys.ownText("path"));
    TIDEMARK_TRY(parts.endpoint, keys.text("endpoint"));
    TIDEMARK_TRY(parts.authority, keys.text("ca"));
    if (url) {
        takeUrl(keys, *url, place, parts);
    }
    if (!parts.endpoint.empty()) {
        const YmlNode where = keys.find("endpoint").value_or(url ? url->where : keys.node());
        TIDEMARK_TRY_STATUS(setEndpoint(where, parts.endpoint, place.address));
    }
    if (!parts.authority.empty()) {
        place.address.options["ca"] = parts.authority;
    }
    if (place.address.host.empty() || place.address.user.empty()) {
        return keys.missing(place.address.host.empty() ? "bucket" : "account-name");
    }
    place.address.path = innerPath(parts.path);
    return place;
}

constexpr std::array<Kind, 6> kKinds{{{kFile, {}, readFolder},
                                      {"s3", kOfS3, readBucket},
                                      {"oss", kOfS3, readAlibabaBucket},
                                      {"abs", kOfAzure, readContainer},
                                      {"sftp", kOfSftp, readSftp},
                                      {"webdav", kOfWebDav, readWebDav}}};

Error unsupportedKind(const YmlNode& node, const std::string& kind)
{
    const bool isGoogle = kind == "gs" || kind == "gcs";
    Error error = node.refuse(
        {TIDEMARK_TEXT("config",
                       "%1, line %2: this version does not write to replicas of the kind \"%3\"."),
         {kind}},
        isGoogle
            ? Message{TIDEMARK_TEXT("config",
                                    "Google's buckets speak S3, too: \"type: s3\", \"endpoint: "
                                    "https://storage.googleapis.com\", and an HMAC key of the "
                                    "settings for interoperability behind \"access-key-id:\" and "
                                    "\"secret-access-key:\".")}
            : Message{TIDEMARK_TEXT("config",
                                    "Use a replica of the kind s3, abs, sftp, webdav or file.")});
    error.code = ErrorCode::Unsupported;
    return error;
}

/// The kind by `type` and by the URL, which agree.
Result<const Kind*> kindOf(const ReplicaKeys& keys, const std::optional<ReplicaUrl>& url)
{
    const auto type = keys.own("type");
    TIDEMARK_TRY(const std::string said, keys.ownText("type"));
    std::string name = said;
    if (url) {
        name = url->scheme == "webdavs" ? "webdav" : url->scheme;
        if (!said.empty() && said != name) {
            return type->refuse(
                {TIDEMARK_TEXT("config",
                               "%1, line %2: \"type\" and \"url\" contradict each other.")},
                {TIDEMARK_TEXT("config", "Leave \"type\" out.")});
        }
    }
    if (name.empty()) {
        name = kFile;
        for (const char* const key : {"bucket", "host", "webdav-url", "account-name"}) {
            if (const auto other = keys.own(key)) {
                return other->refuse(
                    {TIDEMARK_TEXT("config", "%1, line %2: a replica with \"%3\" has no \"type\"."),
                     {key}},
                    {TIDEMARK_TEXT("config", "Write \"type: s3\", or which it is.")});
            }
        }
    }
    const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
    if (found == kKinds.end()) {
        return unsupportedKind(url ? url->where : *type, name);
    }
    return found;
}

/// The URL of the replica; empty when it has none.
Result<std::optional<ReplicaUrl>> urlOf(const ReplicaKeys& keys)
{
    const auto isUrl = [](const YmlNode& node) -> Result<bool> {
        TIDEMARK_TRY(const std::string text, node.text());
        return text.find("://") != std::string::npos;
    };
    std::optional<YmlNode> where = keys.own("url");
    if (keys.node().isScalar()) {
        TIDEMARK_TRY(const bool isAddress, isUrl(keys.node()));
        where = isAddress ? std::optional(keys.node()) : std::nullopt;
    }
    if (const auto path = keys.own("path")) {
        TIDEMARK_TRY(const bool isAddress, isUrl(*path));
        if (isAddress) {
            return path->refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: \"path\" holds an address.")},
                {TIDEMARK_TEXT("config", "Write it behind \"url:\".")});
        }
    }
    if (!where) {
        return std::optional<ReplicaUrl>();
    }
    TIDEMARK_TRY(auto url, readReplicaUrl(keys, *where));
    return std::optional(std::move(url));
}

/// What is shown and saved is the text, so nothing may get lost on the way through it.
Status checkAddress(const ReplicaKeys& keys, const StorageAddress& address)
{
    const auto again = storage::parseAddress(storage::formatAddress(address), "/", "/");
    if (again.ok() && again.value() == address) {
        return {};
    }
    return keys.node().refuse(
        {TIDEMARK_TEXT("config", "%1, line %2: the place of the replica has no address.")},
        {TIDEMARK_TEXT("config", "Take what is special out of its names and its path.")});
}

}  // namespace

const std::vector<std::string_view>& sharedReplicaKeys()
{
    static const std::vector<std::string_view> all = [] {
        std::vector<std::string_view> keys;
        for (const Kind& kind : kKinds) {
            keys.insert(keys.end(), kind.used.begin(), kind.used.end());
        }
        return keys;
    }();
    return all;
}

Result<ReplicaPlace> readReplicaPlace(const ReplicaKeys& keys)
{
    if (const auto age = keys.find("age")) {
        // Going on would write in the open what was meant to be encrypted.
        return age->refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: Tidemark does not encrypt by \"age\".")},
            {TIDEMARK_TEXT("config",
                           "Remove it, and let the storage encrypt: \"sse-kms-key-id:\".")});
    }
    TIDEMARK_TRY(auto url, urlOf(keys));
    TIDEMARK_TRY(const Kind* const kind, kindOf(keys, url));
    TIDEMARK_TRY(const std::string path,
                 keys.node().isScalar() && !url ? keys.node().text() : keys.ownText("path"));
    TIDEMARK_TRY_STATUS(keys.checkKnown(kind->keys()));
    if (kind->name == kFile && !url && !path.empty()) {
        return ReplicaPlace{.address = path};  // Relative ones: the caller knows from where.
    }
    TIDEMARK_TRY(FileSecret place, kind->read(keys, std::move(url)));
    TIDEMARK_TRY_STATUS(checkAddress(keys, place.address));
    ReplicaPlace read{.address = storage::formatAddress(place.address)};
    if (place.secrets != storage::Secrets() || !place.customerKeyFile.empty()) {
        read.secret = std::move(place);
    }
    return read;
}

}  // namespace tidemark::config
