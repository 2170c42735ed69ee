#pragma once

#include "core/base/byte_stream.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace tidemark::storage {

/// A part of an object, as one request brings it.
struct Piece {
    std::vector<std::byte> bytes = {};  ///< Fewer than asked for only where the object ends.
    std::uint64_t totalBytes = 0;       ///< Of the whole object.
};

/// Brings `length` bytes from `offset` on. Any thread may call it, several at once.
using FetchPiece = std::function<Result<Piece>(std::uint64_t offset, std::uint64_t length,
                                               const std::stop_token& stop)>;

/// How much all readers of one storage together may hold, read ahead or not used up yet.
class ReadAhead {
public:
    explicit ReadAhead(std::size_t mostBytes) : m_free(static_cast<std::ptrdiff_t>(mostBytes)) {}

    [[nodiscard]] bool take(std::size_t bytes)
    {
        const auto size = static_cast<std::ptrdiff_t>(bytes);
        if (m_free.fetch_sub(size) >= size) {
            return true;
        }
        m_free.fetch_add(size);
        return false;
    }
    void give(std::size_t bytes) { m_free.fetch_add(static_cast<std::ptrdiff_t>(bytes)); }

private:
    std::atomic<std::ptrdiff_t> m_free;
};

/// Storage::read() by requests for pieces: the first one now, those behind it while the reader is
/// busy with the ones before, several at once, so that a long way to the server does not count for
/// each. An object that changes its size meanwhile is a failure. `ahead` outlives the reader.
[[nodiscard]] Result<std::unique_ptr<ByteReader>> readByRanges(FetchPiece fetch, ReadAhead& ahead,
                                                               std::uint64_t offset,
                                                               std::uint64_t length,
                                                               const std::stop_token& stop);

}  // namespace tidemark::storage
