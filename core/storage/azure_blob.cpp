#include "core/storage/azure_blob.h"

#include "core/net/content_range.h"
#include "core/storage/azure_values.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {
namespace {

bool saysNotThere(const net::HttpResponse& response)
{
    return response.status == 404 && azureCode(response) == "BlobNotFound";
}

bool saysFolder(const net::HttpResponse& response)
{
    return response.header("x-ms-resource-type") == "directory" ||
           response.header("x-ms-meta-hdi_isfolder") == "true";
}

Error notThere(const AzureClient& client, const std::string& blob)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "\"%1\" is not in %2 any more."),
                     {blob.substr(client.account().root.size()), client.account().place}}};
}

/// A piece behind the end, which has the size of the blob alone.
Result<Piece> nothing(const AzureClient& client, const std::string& blob,
                      const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto facts, findAzureBlob(client, blob, stop));
    return facts ? Result<Piece>(Piece{.totalBytes = facts->sizeBytes}) : notThere(client, blob);
}

}  // namespace

std::string azureTimeHeader()
{
    return "x-ms-meta-" + std::string(kAzureTimeKey);
}

Result<std::optional<AzureBlobFacts>> findAzureBlob(const AzureClient& client,
                                                    const std::string& blob,
                                                    const std::stop_token& stop)
{
    const AzureCall call{.method = "HEAD", .blob = blob};
    TIDEMARK_TRY(const auto answer, client.send(call, stop));
    if (saysNotThere(answer) || (answer.status == 200 && saysFolder(answer))) {
        return std::optional<AzureBlobFacts>();
    }
    const auto size = azureCount(answer.header("content-length"));
    if (answer.status != 200 || !size) {
        return client.failure(answer, call);
    }
    return std::optional(AzureBlobFacts{.sizeBytes = *size,
                                        .modified = azureMoment(answer.header(azureTimeHeader()),
                                                                answer.header("x-ms-creation-time"),
                                                                answer.header("last-modified"))});
}

Result<Piece> fetchAzurePiece(const AzureClient& client, const std::string& blob,
                              std::uint64_t offset, std::uint64_t length, std::string& etag,
                              const std::stop_token& stop)
{
    if (length == 0 || offset == UINT64_MAX) {
        return nothing(client, blob, stop);
    }
    const std::uint64_t last = offset + std::min(length, UINT64_MAX - offset) - 1;
    AzureCall call{.blob = blob,
                   .headers = {{"x-ms-range",
                                "bytes=" + std::to_string(offset) + '-' + std::to_string(last)}}};
    if (!etag.empty()) {
        call.headers["if-match"] = etag;
    }
    TIDEMARK_TRY(auto answer, client.send(call, stop));
    if (saysNotThere(answer)) {
        return notThere(client, blob);
    }
    // Azurite's answer from the very end on is an empty piece.
    if (answer.status == 416 || (answer.status == 206 && answer.body.empty())) {
        TIDEMARK_TRY(const Piece piece, nothing(client, blob, stop));
        return piece.totalBytes <= offset ? Result<Piece>(piece) : client.failure(answer, call);
    }
    const auto range = net::parseContentRange(answer.header("content-range"));
    if (answer.status != 206 || !range || !range->part || range->part->first != offset ||
        range->part->last - offset + 1 != answer.body.size() ||
        answer.body.size() != std::min(length, range->totalBytes - offset)) {
        return client.failure(answer, call);
    }
    if (etag.empty()) {
        etag = answer.header("etag");
    }
    return Piece{.bytes = std::move(answer.body), .totalBytes = range->totalBytes};
}

Status removeAzureBlob(const AzureClient& client, const std::string& blob,
                       const std::stop_token& stop)
{
    const AzureCall call{.method = "DELETE",
                         .blob = blob,
                         .headers = {{"x-ms-delete-snapshots", "include"}},
                         .right = AzureRight::Delete};
    TIDEMARK_TRY(const auto answer, client.send(call, stop));
    return answer.status == 202 || saysNotThere(answer) ? Status()
                                                        : Status(client.failure(answer, call));
}

}  // namespace tidemark::storage
