#pragma once

#include "core/base/random.h"
#include "core/storage/azure_client.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// Bodies in blocks: Put Block for each, then Put Block List. Blocks that no list names are seen by
/// nobody, and Azure forgets them within a week.

/// Bodies up to here go by one request, and blocks are as large.
inline constexpr std::size_t kAzureBlockBytes = 8 << 20;
/// Of one blob (Microsoft's "Scalability and performance targets for Blob storage").
inline constexpr std::size_t kAzureMaxBlocks = 50'000;
/// No more of a body is held.
inline constexpr std::size_t kAzureBlocksAtOnce = 4;

/// How large the blocks of a body have to be. Whole MiB.
[[nodiscard]] std::size_t azureBlockBytes(std::optional<std::uint64_t> sizeBytes);

/// The next block of a body; empty behind its end.
using NextAzureBlock = std::function<Result<std::vector<std::byte>>()>;

/// Sends `first`, and what `rest` gives behind it, as blocks of a blob. Their ids, in order, are
/// new ones, so that two who send the same blob at once do not mix theirs. Fails with TargetRefused
/// for a body of unknown length that would need more than kAzureMaxBlocks.
[[nodiscard]] Result<std::vector<std::string>> putAzureBlocks(
    const AzureClient& client, const std::string& blob, std::vector<std::vector<std::byte>> first,
    const NextAzureBlock& rest, Random& random, const std::stop_token& stop);

/// The body of Put Block List.
[[nodiscard]] std::string azureBlockList(std::span<const std::string> ids);

/// The header by which Azure checks that a body came as it was sent; none where there is no MD5.
void addAzureChecksum(AzureCall& call, std::span<const std::byte> body);

}  // namespace tidemark::storage
