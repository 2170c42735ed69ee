#pragma once

#include "core/base/crc64.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// One page as it lies in a file: number, flags, compressed size, LZ4 block. Old writers left the
/// size out and wrote an LZ4 frame. The functions here know one frame at a time and no file.

inline constexpr std::size_t kFrameHeadSize = 6;        ///< Page number and flags.
inline constexpr std::size_t kSizedFrameHeadSize = 10;  ///< The same and the size.

/// The most bytes that one frame of such pages may have. A larger one is damage: no writer needs
/// it.
[[nodiscard]] std::size_t maxFrameSize(std::uint32_t pageSizeBytes);

/// What a frame says before its compressed bytes.
struct FrameHead {
    std::uint32_t pageNumber = 0;  ///< Zero: this is not a page but the end of all pages.
    bool hasSize = false;          ///< An LZ4 block of compressedBytes; else an LZ4 frame follows.
    std::uint32_t compressedBytes = 0;

    [[nodiscard]] bool isEnd() const { return pageNumber == 0; }
    [[nodiscard]] std::size_t sizeBytes() const
    {
        return hasSize ? kSizedFrameHeadSize : kFrameHeadSize;
    }
};

/// Reads the head from the first bytes of a frame; more may follow. Fails with Damaged.
[[nodiscard]] Result<FrameHead> decodeFrameHead(std::span<const std::byte> bytes,
                                                std::uint32_t pageSizeBytes);

/// Reads the page behind `head` from `bytes`, which may go on behind it, into `page`, and gives the
/// number of bytes that it took. Damaged if it is not one page. Keeps nothing; any thread.
[[nodiscard]] Result<std::size_t> decodeFrameBody(const FrameHead& head,
                                                  std::span<const std::byte> bytes,
                                                  std::span<std::byte> page);

/// Reads a whole frame, exactly `frame`, into `page`, which is a page long. Damaged if it is not
/// one page or has bytes behind it. Keeps nothing; any thread.
[[nodiscard]] Result<FrameHead> decodeFrame(std::span<const std::byte> frame,
                                            std::span<std::byte> page);

/// Adds to `sum` what the file checksum covers of `frame`, which decodeFrame() accepts or
/// encodeFrame() made: its head, and the page as it was before compression. Gives the number of
/// bytes covered, for crc64Combine() with the sums of neighbouring frames.
std::size_t coverFrame(Crc64& sum, std::span<const std::byte> frame,
                       std::span<const std::byte> page);

/// Appends the frame of a page to `into` and gives its size. Keeps nothing; any thread.
std::size_t encodeFrame(std::uint32_t pageNumber, std::span<const std::byte> page,
                        std::vector<std::byte>& into);

}  // namespace tidemark::ltx
