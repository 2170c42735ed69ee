#pragma once

#include "core/base/byte_stream.h"

#include <memory>
#include <vector>

namespace tidemark::replica {

/// The bytes inside LZ4 frames, as they come. Memory is bounded by LZ4's block size, whatever the
/// frame claims. Damaged for what is no whole frame, or has a wrong checksum. For one thread.
class Lz4FrameReader final : public ByteReader {
public:
    /// A good size to read in.
    static constexpr std::size_t kPieceBytes = 1 << 20;

    explicit Lz4FrameReader(std::unique_ptr<ByteReader> compressed);
    ~Lz4FrameReader() override;

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override;

private:
    struct Context;

    std::unique_ptr<ByteReader> m_compressed;
    std::unique_ptr<Context> m_context;
    std::vector<std::byte> m_buffer;
    std::span<const std::byte> m_input;  // Of m_buffer, not yet decoded.
    bool m_inFrame = true;               // Nothing at all is no frame.
    bool m_mayHold = false;              // The decoder may have more to give without input.
};

}  // namespace tidemark::replica
