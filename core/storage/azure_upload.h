#pragma once

#include "core/base/byte_stream.h"
#include "core/base/random.h"
#include "core/storage/azure_client.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// An object on its way: a body that only has to be sent, blocks that only have to be named, or
/// neither, where a blob of that name was there already.
struct AzureUpload final : StagedObject {
    std::string blob = {};
    std::optional<Timestamp> time = {};
    std::optional<std::vector<std::byte>> body = {};
    std::vector<std::string> blocks = {};
};

/// Holds a body of up to kAzureBlockBytes, sends a larger one in blocks. Fails with Io where the
/// body is longer or shorter than it said.
[[nodiscard]] Result<std::unique_ptr<AzureUpload>> stageAzure(
    const AzureClient& client, const std::string& blob, const ByteSource& source,
    const ObjectMetadata& metadata, Random& random, const std::stop_token& stop);

/// Makes the blob; false where one is there already, which is not touched.
[[nodiscard]] Result<bool> publishAzure(const AzureClient& client, const AzureUpload& upload,
                                        Random& random, const std::stop_token& stop);

}  // namespace tidemark::storage
