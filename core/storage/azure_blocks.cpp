#include "core/storage/azure_blocks.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/at_once.h"

#include <algorithm>

namespace tidemark::storage {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;

Error tooLong(const std::string& place)
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage", "An object is too long for %1."), {place}},
            .next = {TIDEMARK_TEXT("storage", "Use another kind of storage for it.")}};
}

Status putBlock(const AzureClient& client, const std::string& blob, const std::string& id,
                std::span<const std::byte> bytes, const std::stop_token& stop)
{
    const BorrowedSource body(bytes);
    AzureCall call{.method = "PUT",
                   .blob = blob,
                   .query = {{"blockid", id}, {"comp", "block"}},
                   .body = &body,
                   .right = AzureRight::Write};
    addAzureChecksum(call, bytes);
    TIDEMARK_TRY(const auto answer, client.send(call, stop));
    return answer.status == 201 ? Status() : Status(client.failure(answer, call));
}

/// All ids of a blob must be equally long.
std::string blockId(std::uint64_t upload, std::size_t number)
{
    constexpr int kDigits = 16;
    constexpr int kNumberDigits = 8;
    const std::string text = hex(upload, kDigits) + hex(std::uint64_t{number}, kNumberDigits);
    return base64(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace

std::size_t azureBlockBytes(std::optional<std::uint64_t> sizeBytes)
{
    const std::uint64_t needed = (sizeBytes.value_or(0) + kAzureMaxBlocks - 1) / kAzureMaxBlocks;
    const std::uint64_t whole = (needed + kMebibyte - 1) / kMebibyte * kMebibyte;
    return static_cast<std::size_t>(std::max<std::uint64_t>(whole, kAzureBlockBytes));
}

Result<std::vector<std::string>> putAzureBlocks(const AzureClient& client, const std::string& blob,
                                                std::vector<std::vector<std::byte>> first,
                                                const NextAzureBlock& rest, Random& random,
                                                const std::stop_token& stop)
{
    const std::uint64_t upload = random.next();
    std::vector<std::string> ids;
    AtOnce blocks(stop);
    for (auto each = first.begin();;) {
        TIDEMARK_TRY_STATUS(blocks.makeRoom(kAzureBlocksAtOnce));
        std::vector<std::byte> block;
        if (each != first.end()) {
            block = std::move(*each++);
        } else {
            TIDEMARK_TRY(block, rest());
        }
        if (block.empty()) {
            TIDEMARK_TRY_STATUS(blocks.finish());
            return ids;
        }
        if (ids.size() == kAzureMaxBlocks) {
            return tooLong(client.account().place);
        }
        ids.push_back(blockId(upload, ids.size()));
        blocks.begin([&client, &blob, id = ids.back(),
                      bytes = std::move(block)](const std::stop_token& token) {
            return putBlock(client, blob, id, bytes, token);
        });
    }
}

std::string azureBlockList(std::span<const std::string> ids)
{
    std::string text = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
    for (const std::string& id : ids) {
        text += "<Uncommitted>" + id + "</Uncommitted>";
    }
    return text + "</BlockList>";
}

void addAzureChecksum(AzureCall& call, std::span<const std::byte> body)
{
    if (const auto sum = md5(body)) {
        call.headers["content-md5"] = base64(*sum);
    }
}

}  // namespace tidemark::storage
