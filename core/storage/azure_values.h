#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// The small texts of Azure Blob Storage, in its headers and listings.

/// Where Litestream keeps an object's time, RFC 3339 in UTC; a name of metadata, which Azure may
/// give back in other letters ("LitestreamTimestamp").
inline constexpr std::string_view kAzureTimeKey = "litestreamtimestamp";

/// Digits alone; empty for everything else.
[[nodiscard]] std::optional<std::uint64_t> azureCount(std::string_view text);

/// The time of an object: what its metadata says, else when it was made, else when it was changed.
/// Each may be empty. The last two are dates of HTTP.
[[nodiscard]] std::optional<Timestamp> azureMoment(std::string_view metadata,
                                                   const std::string& created,
                                                   const std::string& modified);

[[nodiscard]] bool isSameKey(std::string_view name, std::string_view lowerCase);

/// Whether Azure keeps a blob of this name under this name: parts that are not empty and do not end
/// with a dot (it takes those off), no '\' (it makes a '/' of it) and nothing unprintable, up to
/// 1,024 characters and 254 parts.
[[nodiscard]] bool isBlobName(std::string_view name);

}  // namespace tidemark::storage
