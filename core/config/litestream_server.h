#pragma once

#include "core/base/result.h"
#include "core/config/litestream_yml.h"
#include "core/config/replica_keys.h"
#include "core/config/replica_url.h"

#include <optional>

namespace tidemark::config {

/// A replica behind SFTP. As with Litestream the path of a URL begins at the root of the server and
/// a relative `path` at the folder of the login; "~/" means that folder in both. `host-key` is
/// noted: known_hosts decides here.
[[nodiscard]] Result<FileSecret> readSftp(const ReplicaKeys& keys, std::optional<ReplicaUrl> url);

/// A replica behind WebDAV; `path` goes on behind the path of `webdav-url`.
[[nodiscard]] Result<FileSecret> readWebDav(const ReplicaKeys& keys, std::optional<ReplicaUrl> url);

}  // namespace tidemark::config
