#pragma once

#include "core/base/byte_stream.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// Bytes that tell where they are from; `onRead` runs before each piece.
class Numbers final : public ByteSource {
public:
    explicit Numbers(std::uint64_t sizeBytes, bool isLengthKnown = false)
        : m_sizeBytes(sizeBytes), m_isLengthKnown(isLengthKnown)
    {
    }

    std::function<void(std::uint64_t offset)> onRead = [](std::uint64_t) {};

    static std::byte at(std::uint64_t offset)
    {
        return static_cast<std::byte>((offset * 2654435761U >> 13) ^ (offset >> 20));
    }
    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override
    {
        return m_isLengthKnown ? std::optional(m_sizeBytes) : std::nullopt;
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        class Reader final : public ByteReader {
        public:
            explicit Reader(const Numbers& numbers) : m_numbers(numbers) {}
            [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
            {
                m_numbers.onRead(m_offset);
                const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(
                    {into.size(), m_numbers.m_sizeBytes - m_offset, 1 << 20}));
                for (std::byte& each : into.first(got)) {
                    each = at(m_offset++);
                }
                return got;
            }

        private:
            const Numbers& m_numbers;
            std::uint64_t m_offset = 0;
        };
        return std::unique_ptr<ByteReader>(std::make_unique<Reader>(*this));
    }

private:
    std::uint64_t m_sizeBytes = 0;
    bool m_isLengthKnown = false;
};

/// How many bytes came, all as they should be; `onPiece` runs before each read.
inline Result<std::uint64_t> readNumbers(
    ByteReader& reader, std::uint64_t offset,
    const std::function<void(std::uint64_t)>& onPiece = [](std::uint64_t) {})
{
    std::vector<std::byte> piece(1 << 20);
    std::uint64_t done = 0;
    for (;;) {
        onPiece(done);
        TIDEMARK_TRY(const std::size_t got, reader.read(piece));
        if (got == 0) {
            return done;
        }
        for (std::size_t i = 0; i < got; ++i) {
            if (piece[i] != Numbers::at(offset + done + i)) {
                return Error{.code = ErrorCode::Damaged,
                             .what = {TIDEMARK_TEXT("test", "Byte %1 is another one."),
                                      {std::to_string(offset + done + i)}}};
            }
        }
        done += got;
    }
}

}  // namespace tidemark
