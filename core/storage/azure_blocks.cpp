#include "core/storage/azure_blocks.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/azure_at_once.h"

#include <algorithm>

namespace tidemark::storage {
namespace {

/// Small enough to stop soon while a source is slow.
constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::size_t kMebibyte = 1 << 20;

Error tooLong(const std::string& place)
{
    return {.code = ErrorCode::Unsupported,
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

Result<std::vector<std::byte>> AzureBlockReader::next(const std::stop_token& stop)
{
    if (m_reader == nullptr) {
        return std::vector<std::byte>();
    }
    // One byte more than is left, so that the end is seen without another buffer.
    const std::uint64_t left = m_sizeBytes ? *m_sizeBytes - std::min(*m_sizeBytes, m_readBytes) + 1
                                           : std::uint64_t{m_blockBytes};
    std::vector<std::byte> block(std::min<std::uint64_t>(left, m_blockBytes));
    std::size_t filled = 0;
    while (filled < m_blockBytes) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        if (filled == block.size()) {
            block.resize(m_blockBytes);  // Longer than it said.
        }
        const auto room = std::span(block).subspan(filled);
        TIDEMARK_TRY(const std::size_t got,
                     m_reader->read(room.first(std::min(room.size(), kReadBytes))));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    block.resize(filled);
    m_readBytes += filled;
    return block;
}

Result<std::vector<std::string>> putAzureBlocks(const AzureClient& client, const std::string& blob,
                                                std::vector<std::vector<std::byte>> first,
                                                AzureBlockReader& rest, Random& random,
                                                const std::stop_token& stop)
{
    const std::uint64_t upload = random.next();
    std::vector<std::string> ids;
    AzureAtOnce blocks(kAzureBlocksAtOnce, stop);
    for (auto each = first.begin();;) {
        TIDEMARK_TRY_STATUS(blocks.makeRoom());
        std::vector<std::byte> block;
        if (each != first.end()) {
            block = std::move(*each++);
        } else {
            TIDEMARK_TRY(block, rest.next(stop));
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
