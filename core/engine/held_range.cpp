#include "core/engine/held_range.h"

#include <algorithm>
#include <cassert>
#include <ranges>
#include <span>
#include <utility>

namespace tidemark::engine {

HeldRange::HeldRange(const sqlite::WalPosition& from, std::uint32_t pageCount,
                     std::uint32_t pageSizeBytes)
    : m_range{.from = from, .to = from, .pageCount = pageCount}, m_pageSizeBytes(pageSizeBytes)
{
}

std::vector<std::uint32_t> HeldRange::pages() const
{
    const auto numbers = std::views::keys(m_newest);
    return {numbers.begin(), numbers.end()};
}

ReadPage HeldRange::reader() const
{
    return [this](std::uint32_t page, std::span<std::byte> into) {
        assert(into.size() == m_pageSizeBytes);
        std::copy_n(m_newest.at(page), into.size(), into.begin());
        return Status();
    };
}

Status HeldRange::add(const sqlite::WalRange& range, const RangePages& pages, const ReadPage& read)
{
    std::vector<std::byte> block(pages.numbers.size() * m_pageSizeBytes);
    for (std::size_t index = 0; index < pages.numbers.size(); ++index) {
        const auto place = std::span(block).subspan(index * m_pageSizeBytes, m_pageSizeBytes);
        TIDEMARK_TRY_STATUS(read(pages.numbers[index], place));
    }
    // A block keeps its place in memory when it is moved.
    m_blocks.push_back(std::move(block));
    for (std::size_t index = 0; index < pages.numbers.size(); ++index) {
        m_newest[pages.numbers[index]] = m_blocks.back().data() + index * m_pageSizeBytes;
    }
    m_newest.erase(m_newest.upper_bound(range.pageCount), m_newest.end());

    // The log may have been restarted since: then the range is said to begin in the new one.
    if (isEmpty() || range.from.salts != m_range.to.salts) {
        m_range.from = range.from;
    }
    m_range.to = range.to;
    m_range.pageCount = range.pageCount;
    m_range.commits += range.commits;
    m_range.reachedEnd = range.reachedEnd;
    m_framesBytes += std::uint64_t{range.to.frame - range.from.frame} *
                     (sqlite::kFrameHeaderSize + m_pageSizeBytes);
    return {};
}

}  // namespace tidemark::engine
