#pragma once

#include "core/base/raw_buffer.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// How much a batch holds where nobody asks for less: enough to keep a thread busy, little enough
/// to have a few of them.
inline constexpr std::size_t kPageBatchBytes = std::size_t{1} << 20;

/// Some whole pages in ascending order. Reused from call to call, so that memory is got once.
struct PageBatch {
    std::size_t limitBytes =
        kPageBatchBytes;  ///< The asker's wish: at most this, but one page always.
    std::uint32_t pageSizeBytes = 0;
    std::vector<std::uint32_t> numbers = {};
    RawBuffer bytes = {};  ///< numbers.size() pages, one behind the other.

    [[nodiscard]] std::size_t size() const { return numbers.size(); }
    [[nodiscard]] bool empty() const { return numbers.empty(); }
    [[nodiscard]] std::span<const std::byte> page(std::size_t index) const
    {
        return std::span(bytes).subspan(index * pageSizeBytes, pageSizeBytes);
    }

    /// Empties it for pages of `pageSize` bytes.
    void reset(std::uint32_t pageSize)
    {
        pageSizeBytes = pageSize;
        numbers.clear();
        bytes.clear();
    }

    /// Whether the limit leaves room for one more page.
    [[nodiscard]] bool hasRoom() const
    {
        return empty() || bytes.size() + pageSizeBytes <= limitBytes;
    }

    /// Adds page `number` and gives its bytes, whatever they are, to be filled at once.
    std::span<std::byte> append(std::uint32_t number)
    {
        numbers.push_back(number);
        bytes.resize(bytes.size() + pageSizeBytes);
        return std::span(bytes).last(pageSizeBytes);
    }

    /// Takes back the last append().
    void removeLast()
    {
        numbers.pop_back();
        bytes.resize(bytes.size() - pageSizeBytes);
    }
};

/// One pass over pages in ascending order of their numbers, without the lock page.
class PageReader {
public:
    virtual ~PageReader() = default;

    /// Replaces the contents of `batch` by the next pages, one at least. False at the end, with the
    /// batch empty. What it gave is worth nothing if a later call fails. Blocks on the medium.
    [[nodiscard]] virtual Result<bool> next(PageBatch& batch) = 0;
};

/// Pages that can be read again from the start. It outlives its readers.
class PageSource {
public:
    virtual ~PageSource() = default;

    /// A reader before the first page, never null.
    [[nodiscard]] virtual Result<std::unique_ptr<PageReader>> open() const = 0;
};

}  // namespace tidemark::ltx
