#pragma once

#include "core/base/byte_stream.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// Takes a body apart into the blocks in which it is sent. For one thread.
class BlockReader {
public:
    /// `source` outlives it. Fails as openCounted() does.
    [[nodiscard]] static Result<BlockReader> open(const ByteSource& source);

    /// The next `bytes` at most; fewer at the end alone, and none behind it. Fails with Io where
    /// the body is longer or shorter than it said.
    [[nodiscard]] Result<std::vector<std::byte>> next(std::size_t bytes,
                                                      const std::stop_token& stop);

private:
    BlockReader(std::unique_ptr<ByteReader> reader, std::optional<std::uint64_t> sizeBytes)
        : m_reader(std::move(reader)), m_leftBytes(sizeBytes)
    {
    }

    std::unique_ptr<ByteReader> m_reader;
    std::optional<std::uint64_t> m_leftBytes;  // Empty where nobody knows.
};

}  // namespace tidemark::storage
