#pragma once

#include "core/base/file_system.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tidemark {

/// A file in memory; only for reading.
class MemoryFile final : public File {
public:
    explicit MemoryFile(std::vector<std::byte> bytes) : m_bytes(std::move(bytes)) {}

    [[nodiscard]] Result<std::size_t> readAt(std::span<std::byte> into,
                                             std::uint64_t offset) const override
    {
        if (offset >= m_bytes.size()) {
            return std::size_t{0};
        }
        const std::size_t got = std::min<std::size_t>(into.size(), m_bytes.size() - offset);
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(offset), got, into.begin());
        return got;
    }
    [[nodiscard]] Status writeAt(std::span<const std::byte>, std::uint64_t) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }
    [[nodiscard]] Status sync() override { return {}; }
    [[nodiscard]] Result<std::uint64_t> sizeBytes() const override
    {
        return std::uint64_t{m_bytes.size()};
    }
    [[nodiscard]] Status resize(std::uint64_t) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }

private:
    std::vector<std::byte> m_bytes;
};

}  // namespace tidemark
