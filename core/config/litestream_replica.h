#pragma once

#include "core/base/result.h"
#include "core/config/litestream_yml.h"
#include "core/config/replica_keys.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::config {

/// Where a replica of a litestream.yml lies, and what opens it.
///
/// The kind is that of `url`, or `type`, else "file":
/// - file: `path`.
/// - s3 (litestream_s3.h): `bucket`, `path`, `endpoint`, `region` and what belongs to them.
/// - oss: the same; Alibaba is written to by the protocol of S3.
/// - abs: `account-name`, `bucket` (the container), `path`, `endpoint`; `account-key`, `sas-token`.
/// - sftp: `host` with or without a port, `user`, `path` (relative: from the folder of the login),
///   `key-path`, `concurrent-writes`; `password`.
/// - webdav: `webdav-url`, `webdav-username`, `path`; `webdav-password`.
///
/// What a replica does not say itself it has from the top of the file, as in Litestream 0.5. `ca`,
/// the file of an authority, is a word of ours. Source: Litestream 0.3.13 and 0.5, what their
/// programs take.
struct ReplicaPlace {
    std::string address = {};  ///< As storage::parseAddress reads it.
    std::optional<FileSecret> secret = {};
};

/// Usage for keys that are missing, contradict each other or say what cannot be done here;
/// Unsupported for other kinds, by name.
[[nodiscard]] Result<ReplicaPlace> readReplicaPlace(const ReplicaKeys& keys);

/// The keys that the top of a file may hold for all replicas.
[[nodiscard]] const std::vector<std::string_view>& sharedReplicaKeys();

}  // namespace tidemark::config
