#pragma once

#include "core/base/byte_stream.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

namespace tidemark {

/// Bytes that nobody holds, and whose number nobody knows before.
class Generated final : public ByteSource {
public:
    explicit Generated(std::uint64_t sizeBytes) : m_sizeBytes(sizeBytes) {}

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        class Reader final : public ByteReader {
        public:
            explicit Reader(std::uint64_t rest) : m_rest(rest) {}
            [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
            {
                const auto count = std::min<std::uint64_t>(m_rest, into.size());
                for (std::size_t i = 0; i < count; ++i) {
                    into[i] = static_cast<std::byte>((m_rest - i) * 131 % 251);
                }
                m_rest -= count;
                return static_cast<std::size_t>(count);
            }

        private:
            std::uint64_t m_rest;
        };
        return std::unique_ptr<ByteReader>(std::make_unique<Reader>(m_sizeBytes));
    }

private:
    std::uint64_t m_sizeBytes;
};

}  // namespace tidemark
