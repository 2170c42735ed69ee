#pragma once

#include "core/storage/range_reader.h"
#include "core/storage/s3_client.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// One object, asked by its whole key.

/// Where Litestream keeps an object's time, RFC 3339.
inline constexpr std::string_view kS3TimeHeader = "x-amz-meta-litestream-timestamp";

struct S3Facts {
    std::uint64_t sizeBytes = 0;
    std::optional<Timestamp> modified = {};
};

/// Empty when there is none. Somebody's 404 who is no S3 is a failure.
[[nodiscard]] Result<std::optional<S3Facts>> findS3Object(S3Client& client, const std::string& key,
                                                          const std::stop_token& stop);

/// One ranged GET; NotFound when there is no such object. `etag` says which state of the object it
/// has to be of, and is filled where it is empty.
[[nodiscard]] Result<Piece> fetchS3Piece(S3Client& client, const std::string& key,
                                         std::uint64_t offset, std::uint64_t length,
                                         std::string& etag, const std::stop_token& stop);

}  // namespace tidemark::storage
