#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tidemark::storage {

enum class StorageKind {
    Folder,
    S3,     ///< And what speaks like it.
    Azure,  ///< Azure Blob Storage.
    Sftp,
    WebDav,
    Zip,  ///< A history that was exported; read only.
};

/// Where a storage is, without any secret. A plain value; the order of options does not matter.
struct StorageAddress {
    StorageKind kind = StorageKind::Folder;
    /// Folder and Zip: absolute, no trailing '/'. S3 and Azure: what the names of all objects start
    /// with, without '/' at its ends; may be empty. SFTP: absolute on the server, or from the
    /// folder of the login on. WebDAV: "/dav/notes", empty for the root.
    std::string path = {};
    std::map<std::string, std::string> options = {};  ///< Of the address's query part.
    std::string host = {};   ///< S3: the bucket. Azure: the container. SFTP, WebDAV: the server.
    std::string user = {};   ///< Azure: the account. SFTP, WebDAV: empty where it was not said.
    std::uint16_t port = 0;  ///< SFTP, WebDAV; 0 where it was not said.
    bool secure = true;      ///< WebDAV: over TLS.

    bool operator==(const StorageAddress&) const = default;
};

/// The value of an option; empty when it is not there.
[[nodiscard]] std::string optionOf(const StorageAddress& address, const std::string& key);

/// Reads what people write: a path ("~/x" and relative ones from `workingDirectory`), file://PATH,
/// s3://BUCKET/PATH, abs://ACCOUNT@CONTAINER/PATH, sftp://USER@HOST:PORT/PATH (with "/~/" for the
/// folder of the login), webdav:// and webdavs://USER@HOST:PORT/PATH, zip://FILE; options behind
/// '?'. Hosts that Litestream takes for a bucket of some provider
/// ("s3://b.nyc3.digitaloceanspaces.com/x") are understood as there. Fails with Usage for what is
/// none of these, carries a password, or has an option that the kind does not know: a folder and an
/// archive know none.
[[nodiscard]] Result<StorageAddress> parseAddress(std::string_view text,
                                                  const std::string& workingDirectory,
                                                  const std::string& homeDirectory);

/// The address as parseAddress reads it: "file:///srv/backup/notes". Shown to people and hashed for
/// the id.
[[nodiscard]] std::string formatAddress(const StorageAddress& address);

/// Shorter, for sentences: a folder's path, else the address without options.
[[nodiscard]] std::string describeAddress(const StorageAddress& address);

/// Those options alone that make it another place, with other keys: S3's and Azure's endpoint;
/// where none was said, a provider of S3 that is not AWS, with its region.
[[nodiscard]] std::map<std::string, std::string> placeOptions(const StorageAddress& address);

/// 16 hex digits that stand for the replica: a hash of the address with its placeOptions().
[[nodiscard]] std::string replicaId(const StorageAddress& address);

/// The same place, `more` further down: "tenants/a.db" below s3://bucket/backups.
[[nodiscard]] StorageAddress below(StorageAddress address, std::string_view more);

}  // namespace tidemark::storage
