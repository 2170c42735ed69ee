#include "core/config/litestream_server.h"

#include <string>
#include <utility>

namespace tidemark::config {
namespace {

using storage::StorageKind;

/// As it is shown by a server of SSH: "ssh-ed25519 AAAA...".
void noteHostKey(const ReplicaKeys& keys)
{
    if (const auto node = keys.find("host-key")) {
        keys.note(*node, {TIDEMARK_TEXT("config",
                                        "%1, line %2: Tidemark does not use \"host-key\"; put it "
                                        "behind the server's name into ~/.ssh/known_hosts.")});
    }
}

/// Relative ones go on from the folder of the login.
std::string pathOnServer(const std::string& path)
{
    if (path.starts_with('/')) {
        return "/" + innerPath(path);
    }
    const bool isFromHome = path == "~" || path.starts_with("~/");
    return innerPath(isFromHome ? path.substr(1) : path);
}

/// What a URL says; keys of the replica go before it.
storage::AddressParts sftpServerOf(const ReplicaKeys& keys, ReplicaUrl& url, FileSecret& place)
{
    storage::AddressParts server = url.parts;
    server.path =
        server.path.starts_with("/~/") ? server.path.substr(1) : "/" + innerPath(server.path);
    if (place.address.user.empty()) {
        place.address.user = server.user;
    }
    if (place.secrets.password.empty()) {
        place.secrets.password = url.password;
    }
    for (const char* const ours : {"key", "known-hosts", "concurrent-writes"}) {
        if (const std::string value = url.take(ours); !value.empty()) {
            place.address.options[ours] = value;
        }
    }
    noteOptions(keys, url);
    return server;
}

Result<storage::AddressParts> sftpServerOf(const ReplicaKeys& keys)
{
    const auto host = keys.find("host");
    if (!host) {
        return keys.missing("host");
    }
    TIDEMARK_TRY(const std::string name, host->text());
    TIDEMARK_TRY(auto server, serverAt(*host, "host", "sftp://" + name));
    TIDEMARK_TRY(server.path, keys.ownText("path"));
    return server;
}

Result<ReplicaUrl> webDavUrlOf(const ReplicaKeys& keys)
{
    const auto server = keys.find("webdav-url");
    if (!server) {
        return keys.missing("webdav-url");
    }
    TIDEMARK_TRY(auto url, readReplicaUrl(keys, *server));
    if (url.scheme != "http" && url.scheme != "https") {
        return server->refuse(
            {TIDEMARK_TEXT("config", "%1, line %2: \"webdav-url\" is no address of the web.")},
            {TIDEMARK_TEXT("config", "Write https://HOST/PATH.")});
    }
    return url;
}

}  // namespace

Result<FileSecret> readSftp(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "path"));
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "host"));
    FileSecret place{.address = {.kind = StorageKind::Sftp}};
    TIDEMARK_TRY(place.address.user, keys.user("user"));
    TIDEMARK_TRY(place.secrets.password, keys.secret("password"));
    TIDEMARK_TRY(std::string keyFile, keys.text("key-path"));
    storage::AddressParts server;
    if (url) {
        server = sftpServerOf(keys, *url, place);
    } else {
        TIDEMARK_TRY(server, sftpServerOf(keys));
    }
    auto& options = place.address.options;
    if (!keyFile.empty()) {
        options["key"] = keyFile;
    }
    if (const auto concurrent = keys.find("concurrent-writes")) {
        TIDEMARK_TRY(const bool isOn, concurrent->flag());
        options["concurrent-writes"] = isOn ? "true" : "false";
    }
    noteHostKey(keys);
    place.address.host = server.host;
    place.address.port = server.port;
    place.address.path = pathOnServer(server.path);
    if (place.address.host.empty() || place.address.user.empty()) {
        return keys.missing(place.address.host.empty() ? "host" : "user");
    }
    return place;
}

Result<FileSecret> readWebDav(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "path"));
    TIDEMARK_TRY_STATUS(keys.checkExclude("url", "webdav-url"));
    FileSecret place{.address = {.kind = StorageKind::WebDav}};
    TIDEMARK_TRY(const std::string user, keys.user("webdav-username"));
    TIDEMARK_TRY(place.secrets.password, keys.secret("webdav-password"));
    TIDEMARK_TRY(std::string authority, keys.text("ca"));
    TIDEMARK_TRY(const std::string path, keys.ownText("path"));
    if (!url) {
        TIDEMARK_TRY(url, webDavUrlOf(keys));
    }
    if (authority.empty()) {
        authority = url->take("ca");
    }
    noteOptions(keys, *url);
    place.address.secure = url->scheme == "webdavs" || url->scheme == "https";
    place.address.host = url->parts.host;
    place.address.port = url->parts.port;
    place.address.user = user.empty() ? url->parts.user : user;
    const std::string inner = innerPath(url->parts.path + '/' + path);
    place.address.path = inner.empty() ? "" : "/" + inner;
    if (!authority.empty()) {
        place.address.options["ca"] = authority;
    }
    if (place.secrets.password.empty()) {
        place.secrets.password = url->password;
    }
    return place;
}

}  // namespace tidemark::config
