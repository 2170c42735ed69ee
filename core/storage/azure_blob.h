#pragma once

#include "core/storage/azure_client.h"
#include "core/storage/range_reader.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// One blob, asked by its whole name.

/// What Get Blob Properties and Put Blob call kAzureTimeKey.
[[nodiscard]] std::string azureTimeHeader();

struct AzureBlobFacts {
    std::uint64_t sizeBytes = 0;
    std::optional<Timestamp> modified = {};
};

/// Empty when there is none, and for folders of a hierarchical namespace. A missing container is a
/// failure.
[[nodiscard]] Result<std::optional<AzureBlobFacts>> findAzureBlob(const AzureClient& client,
                                                                  const std::string& blob,
                                                                  const std::stop_token& stop);

/// One ranged GET; NotFound when there is no such blob. `etag` says which state of the blob it has
/// to be of, and is filled where it is empty.
[[nodiscard]] Result<Piece> fetchAzurePiece(const AzureClient& client, const std::string& blob,
                                            std::uint64_t offset, std::uint64_t length,
                                            std::string& etag, const std::stop_token& stop);

/// One that is not there is fine. Takes its snapshots along.
[[nodiscard]] Status removeAzureBlob(const AzureClient& client, const std::string& blob,
                                     const std::stop_token& stop);

}  // namespace tidemark::storage
