#pragma once

#include "core/base/result.h"
#include "core/config/litestream_yml.h"
#include "core/config/replica_keys.h"
#include "core/config/replica_url.h"

#include <optional>
#include <string>

namespace tidemark::config {

/// A replica in a bucket, by `url` or by keys. As with Litestream, a key goes before what the URL
/// says, and with an endpoint the bucket stands in the path unless `force-path-style` says
/// otherwise. An endpoint without a scheme is https, in the options of a URL http where it is of
/// the local network. `part-size` is in bytes ("16MiB"; in a URL a plain number) and becomes whole
/// MiB within what storage::s3Bucket takes.
[[nodiscard]] Result<FileSecret> readBucket(const ReplicaKeys& keys, std::optional<ReplicaUrl> url);

/// The same for type "oss": Alibaba's servers speak S3 as well.
[[nodiscard]] Result<FileSecret> readAlibabaBucket(const ReplicaKeys& keys,
                                                   std::optional<ReplicaUrl> url);

}  // namespace tidemark::config
