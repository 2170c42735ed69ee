#pragma once

#include "core/base/result.h"
#include "core/storage/s3_client.h"
#include "core/storage/storage.h"

#include <functional>
#include <stop_token>
#include <string_view>

namespace tidemark::storage {

/// Lists the objects whose names below the bucket's prefix start with `prefix`, page by page, and
/// calls `entry` for each as Storage::list() does. Names that no object can have are left out.
///
/// Fails with Unavailable for all that is not the listing that was asked for: one of another
/// bucket, keys without the prefix, out of order or twice, one that never ends.
[[nodiscard]] Status listS3(S3Client& client, std::string_view prefix,
                            const std::function<Listing(const ObjectEntry&)>& entry,
                            const std::stop_token& stop);

}  // namespace tidemark::storage
