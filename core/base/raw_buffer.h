#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

namespace tidemark {

/// Bytes that grow and are not zero before they are written: what is filled at once anyway need not
/// be cleared. A vector clears what it adds.
class RawBuffer {
public:
    RawBuffer() = default;
    RawBuffer(RawBuffer&& other) noexcept { swap(other); }
    RawBuffer& operator=(RawBuffer&& other) noexcept
    {
        swap(other);
        return *this;
    }
    explicit RawBuffer(std::size_t size) { resize(size); }

    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] std::byte* data() { return m_bytes.get(); }
    [[nodiscard]] const std::byte* data() const { return m_bytes.get(); }
    [[nodiscard]] std::byte* begin() { return data(); }
    [[nodiscard]] const std::byte* begin() const { return data(); }
    [[nodiscard]] std::byte* end() { return data() + m_size; }
    [[nodiscard]] const std::byte* end() const { return data() + m_size; }

    /// Keeps the bytes up to `size`; new ones are whatever they are. Memory at least doubles when
    /// it grows, and is never given back before the end.
    void resize(std::size_t size)
    {
        if (size > m_capacity) {
            const std::size_t capacity = std::max(size, 2 * m_capacity);
            auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
            if (m_size > 0) {
                std::memcpy(bytes.get(), m_bytes.get(), m_size);
            }
            m_bytes = std::move(bytes);
            m_capacity = capacity;
        }
        m_size = size;
    }
    void clear() { m_size = 0; }

private:
    void swap(RawBuffer& other) noexcept
    {
        std::swap(m_bytes, other.m_bytes);
        std::swap(m_capacity, other.m_capacity);
        std::swap(m_size, other.m_size);
    }

    std::unique_ptr<std::byte[]> m_bytes;
    std::size_t m_capacity = 0;
    std::size_t m_size = 0;
};

}  // namespace tidemark
