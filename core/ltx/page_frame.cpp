#include "core/ltx/page_frame.h"

#include "core/base/byte_order.h"
#include "core/ltx/damaged.h"

#include <lz4.h>
#include <lz4frame.h>

#include <cassert>
#include <memory>
#include <string>

namespace tidemark::ltx {
namespace {

constexpr std::uint16_t kHasSize = 0x1;

/// What an LTX frame holds beside the page: the old LZ4 frame has a header of at most 19 bytes, the
/// size of its block, three sums, the end mark.
constexpr std::size_t kFrameOverhead = 64;

std::uint32_t compressBound(std::uint32_t pageSizeBytes)
{
    return static_cast<std::uint32_t>(LZ4_compressBound(static_cast<int>(pageSizeBytes)));
}

Error badPage(std::uint32_t pageNumber)
{
    return damaged({TIDEMARK_TEXT("ltx", "LTX file: page %1 cannot be decompressed."),
                    {std::to_string(pageNumber)}});
}

Result<std::size_t> expandBlock(const FrameHead& head, std::span<const std::byte> bytes,
                                std::span<std::byte> page)
{
    const int expanded = LZ4_decompress_safe(
        reinterpret_cast<const char*>(bytes.data()), reinterpret_cast<char*>(page.data()),
        static_cast<int>(head.compressedBytes), static_cast<int>(page.size()));
    if (expanded != static_cast<int>(page.size())) {
        return badPage(head.pageNumber);
    }
    return std::size_t{head.compressedBytes};
}

struct FreeContext {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

Result<std::size_t> expandLz4Frame(const FrameHead& head, std::span<const std::byte> bytes,
                                   std::span<std::byte> page)
{
    LZ4F_dctx* made = nullptr;
    LZ4F_createDecompressionContext(&made, LZ4F_VERSION);
    const std::unique_ptr<LZ4F_dctx, FreeContext> context(made);
    if (context == nullptr) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("ltx", "There is no memory to read a page.")}};
    }
    std::size_t taken = 0;
    std::size_t written = 0;
    while (true) {
        std::size_t in = bytes.size() - taken;
        std::size_t out = page.size() - written;
        const std::size_t hint = LZ4F_decompress(context.get(), page.data() + written, &out,
                                                 bytes.data() + taken, &in, nullptr);
        if (LZ4F_isError(hint) != 0) {
            return badPage(head.pageNumber);
        }
        taken += in;
        written += out;
        if (hint == 0) {
            break;
        }
        // Neither way forward: cut short, or more than a page.
        if (in == 0 && out == 0) {
            return badPage(head.pageNumber);
        }
    }
    if (written != page.size()) {
        return badPage(head.pageNumber);
    }
    return taken;
}

}  // namespace

std::size_t maxFrameSize(std::uint32_t pageSizeBytes)
{
    return kSizedFrameHeadSize + compressBound(pageSizeBytes) + kFrameOverhead;
}

Result<FrameHead> decodeFrameHead(std::span<const std::byte> bytes, std::uint32_t pageSizeBytes)
{
    if (bytes.size() < kFrameHeadSize) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
    }
    const auto flags = loadBigEndian<std::uint16_t>(bytes.subspan<4, 2>());
    FrameHead head{.pageNumber = loadBigEndian<std::uint32_t>(bytes.first<4>()),
                   .hasSize = flags == kHasSize};
    if (flags != 0 && (flags != kHasSize || head.isEnd())) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: unknown flags of page %1."),
                        {std::to_string(head.pageNumber)}});
    }
    if (!head.hasSize) {
        return head;
    }
    if (bytes.size() < kSizedFrameHeadSize) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
    }
    head.compressedBytes = loadBigEndian<std::uint32_t>(bytes.subspan<6, 4>());
    if (head.compressedBytes == 0 || head.compressedBytes > compressBound(pageSizeBytes)) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: page %1 has %2 compressed bytes."),
                        {std::to_string(head.pageNumber), std::to_string(head.compressedBytes)}});
    }
    return head;
}

Result<std::size_t> decodeFrameBody(const FrameHead& head, std::span<const std::byte> bytes,
                                    std::span<std::byte> page)
{
    assert(!head.isEnd());
    if (!head.hasSize) {
        return expandLz4Frame(head, bytes, page);
    }
    if (bytes.size() < head.compressedBytes) {
        return damaged({TIDEMARK_TEXT("ltx", "The LTX file is cut short.")});
    }
    return expandBlock(head, bytes, page);
}

Result<FrameHead> decodeFrame(std::span<const std::byte> frame, std::span<std::byte> page)
{
    TIDEMARK_TRY(const FrameHead head,
                 decodeFrameHead(frame, static_cast<std::uint32_t>(page.size())));
    if (head.isEnd()) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: there is no page where one should be.")});
    }
    const auto body = frame.subspan(head.sizeBytes());
    TIDEMARK_TRY(const std::size_t taken, decodeFrameBody(head, body, page));
    if (taken != body.size()) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: there are bytes after page %1."),
                        {std::to_string(head.pageNumber)}});
    }
    return head;
}

std::size_t coverFrame(Crc64& sum, std::span<const std::byte> frame,
                       std::span<const std::byte> page)
{
    const bool hasSize = loadBigEndian<std::uint16_t>(frame.subspan<4, 2>()) == kHasSize;
    const auto head = frame.first(hasSize ? kSizedFrameHeadSize : kFrameHeadSize);
    sum.update(head);
    sum.update(page);
    return head.size() + page.size();
}

std::size_t encodeFrame(std::uint32_t pageNumber, std::span<const std::byte> page,
                        std::vector<std::byte>& into)
{
    assert(pageNumber != 0);
    const auto bound = compressBound(static_cast<std::uint32_t>(page.size()));
    const std::size_t at = into.size();
    into.resize(at + kSizedFrameHeadSize + bound);
    const auto frame = std::span(into).subspan(at);
    const int compressed =
        LZ4_compress_default(reinterpret_cast<const char*>(page.data()),
                             reinterpret_cast<char*>(frame.data() + kSizedFrameHeadSize),
                             static_cast<int>(page.size()), static_cast<int>(bound));
    assert(compressed > 0);  // The bound is liblz4's own.

    storeBigEndian<std::uint32_t>(frame.first<4>(), pageNumber);
    storeBigEndian<std::uint16_t>(frame.subspan<4, 2>(), kHasSize);
    storeBigEndian<std::uint32_t>(frame.subspan<6, 4>(), static_cast<std::uint32_t>(compressed));
    const std::size_t size = kSizedFrameHeadSize + static_cast<std::size_t>(compressed);
    into.resize(at + size);
    return size;
}

}  // namespace tidemark::ltx
