#pragma once

#include "core/base/byte_stream.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// Takes a body apart into the blocks in which it is sent, and holds it to the size that it said: a
/// torn body would be one for good, since nothing is ever overwritten. For one thread.
class BlockReader {
public:
    /// `name` is what the body is to become, for the sentence where it has another size.
    BlockReader(std::unique_ptr<ByteReader> reader, std::optional<std::uint64_t> sizeBytes,
                std::string name)
        : m_reader(std::move(reader)), m_sizeBytes(sizeBytes), m_name(std::move(name))
    {
    }

    /// The next `bytes` at most; fewer at the end alone, and none behind it. Fails with Io where
    /// the body is longer or shorter than it said.
    [[nodiscard]] Result<std::vector<std::byte>> next(std::size_t bytes,
                                                      const std::stop_token& stop);

private:
    std::unique_ptr<ByteReader> m_reader;
    std::optional<std::uint64_t> m_sizeBytes;
    std::string m_name;
    std::uint64_t m_readBytes = 0;
};

}  // namespace tidemark::storage
