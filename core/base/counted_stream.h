#pragma once

#include "core/base/byte_stream.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace tidemark {

/// A reader at the first byte of `source` that gives as many bytes as the source says it has: Io
/// where it has fewer or more, which is seen with its last piece, and of an empty one at once.
/// Where nobody knows its length, it may have any. For what is written once and never again: a torn
/// body would stay one for good.
[[nodiscard]] Result<std::unique_ptr<ByteReader>> openCounted(const ByteSource& source);

/// `source`, whose length was counted; its readers are those of openCounted(). Outlived by
/// `source`.
class CountedSource final : public ByteSource {
public:
    CountedSource(const ByteSource& source, std::uint64_t sizeBytes)
        : m_source(source), m_sizeBytes(sizeBytes)
    {
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_sizeBytes; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override;

private:
    const ByteSource& m_source;
    std::uint64_t m_sizeBytes = 0;
};

}  // namespace tidemark
