#include "core/storage/azure_upload.h"

#include "core/base/memory_stream.h"
#include "core/base/rfc3339.h"
#include "core/storage/azure_blob.h"
#include "core/storage/azure_blocks.h"
#include "core/storage/block_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace tidemark::storage {
namespace {

/// What stands in the way of a create-only write whose blob exists. Whoever may create and not
/// overwrite hears so before the condition is looked at; leases and policies protect what is there.
bool saysTaken(const net::HttpResponse& response)
{
    constexpr std::array<std::string_view, 5> kCodes{"BlobAlreadyExists", "ConditionNotMet",
                                                     "UnauthorizedBlobOverwrite", "LeaseIdMissing",
                                                     "BlobImmutableDueToPolicy"};
    return std::ranges::find(kCodes, azureCode(response)) != kCodes.end();
}

/// Whoever may only write is told that nothing is known.
Result<std::optional<bool>> isThere(const AzureClient& client, const std::string& blob,
                                    const std::stop_token& stop)
{
    const auto found = findAzureBlob(client, blob, stop);
    if (!found.ok()) {
        return found.error().code == ErrorCode::Forbidden
                   ? Result<std::optional<bool>>(std::optional<bool>())
                   : found.error();
    }
    return std::optional(found.value().has_value());
}

AzureCall creationOf(const AzureUpload& upload)
{
    AzureCall call{
        .method = "PUT",
        .blob = upload.blob,
        .headers = {{"if-none-match", "*"}, {"x-ms-blob-content-type", "application/octet-stream"}},
        .right = AzureRight::Write};
    if (upload.time) {
        call.headers[azureTimeHeader()] = formatRfc3339(*upload.time);
    }
    return call;
}

Result<bool> create(const AzureClient& client, const AzureCall& call, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto answer, client.send(call, stop));
    if (answer.status == 201) {
        return true;
    }
    return saysTaken(answer) ? Result<bool>(false) : client.failure(answer, call);
}

Result<bool> putBody(const AzureClient& client, const AzureUpload& upload,
                     const std::stop_token& stop)
{
    AzureCall call = creationOf(upload);
    const BorrowedSource body(*upload.body);
    call.body = &body;
    call.headers["x-ms-blob-type"] = "BlockBlob";
    addAzureChecksum(call, *upload.body);
    return create(client, call, stop);
}

Result<bool> putList(const AzureClient& client, const AzureUpload& upload,
                     std::span<const std::string> blocks, const std::stop_token& stop)
{
    AzureCall call = creationOf(upload);
    const MemorySource body(azureBlockList(blocks));
    call.body = &body;
    call.query["comp"] = "blocklist";
    call.headers["content-type"] = "application/xml";
    return create(client, call, stop);
}

}  // namespace

Result<std::unique_ptr<AzureUpload>> stageAzure(const AzureClient& client, const std::string& blob,
                                                const ByteSource& source,
                                                const ObjectMetadata& metadata, Random& random,
                                                const std::stop_token& stop)
{
    auto upload = std::make_unique<AzureUpload>();
    upload->blob = blob;
    upload->time = metadata.time;
    TIDEMARK_TRY(auto blocks, BlockReader::open(source));
    const std::size_t blockBytes = azureBlockBytes(source.sizeBytes());
    const auto next = [&] { return blocks.next(blockBytes, stop); };
    std::vector<std::vector<std::byte>> first(1);
    TIDEMARK_TRY(first.front(), next());
    const bool isFull = first.front().size() == blockBytes;
    if (isFull) {
        TIDEMARK_TRY(auto second, next());
        first.push_back(std::move(second));
    }
    if (!isFull || first.back().empty()) {
        upload->body = std::move(first.front());
        return upload;
    }
    // Before much is sent for nothing.
    TIDEMARK_TRY(const auto taken, isThere(client, blob, stop));
    if (!taken.value_or(false)) {
        TIDEMARK_TRY(upload->blocks,
                     putAzureBlocks(client, blob, std::move(first), next, random, stop));
    }
    return upload;
}

Result<bool> publishAzure(const AzureClient& client, const AzureUpload& upload, Random& random,
                          const std::stop_token& stop)
{
    if (!upload.body) {
        return upload.blocks.empty() ? Result<bool>(false)
                                     : putList(client, upload, upload.blocks, stop);
    }
    TIDEMARK_TRY(const bool isNew, putBody(client, upload, stop));
    if (isNew) {
        return true;
    }
    // Azurite takes blocks that a broken upload of this name left for a blob. Put Block List does
    // not, so a body goes by that way then. No block may be empty.
    TIDEMARK_TRY(const auto there, isThere(client, upload.blob, stop));
    if (there.value_or(true)) {
        return false;
    }
    std::vector<std::string> ids;
    if (!upload.body->empty()) {
        const auto none = [] { return std::vector<std::byte>(); };
        TIDEMARK_TRY(ids, putAzureBlocks(client, upload.blob, {*upload.body}, none, random, stop));
    }
    return putList(client, upload, ids, stop);
}

}  // namespace tidemark::storage
