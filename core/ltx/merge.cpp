#include "core/ltx/merge.h"

#include "core/ltx/damaged.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <queue>
#include <string>
#include <utility>

namespace tidemark::ltx {
namespace {

/// Of one input at a time: pages that are decoded long before their turn have left the cache.
constexpr std::size_t kCursorBytes = std::size_t{16} << 10;

/// The pages of one input, one at a time.
class Cursor {
public:
    Cursor(std::unique_ptr<PageReader> reader, std::size_t limitBytes) : m_reader(std::move(reader))
    {
        m_batch.limitBytes = limitBytes;
    }

    /// Steps to the next page; false behind the last.
    [[nodiscard]] Result<bool> advance()
    {
        if (++m_at < m_batch.size()) {
            return true;
        }
        m_at = 0;
        return m_reader->next(m_batch);
    }

    [[nodiscard]] std::uint32_t number() const { return m_batch.numbers[m_at]; }
    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_batch.pageSizeBytes; }
    [[nodiscard]] std::span<const std::byte> page() const { return m_batch.page(m_at); }

private:
    std::unique_ptr<PageReader> m_reader;
    PageBatch m_batch;
    std::size_t m_at = 0;
};

/// Where one input stands. The lowest page is due first, and of equal ones the newest file's.
struct Due {
    std::uint32_t pageNumber = 0;
    std::size_t input = 0;

    bool operator<(const Due& other) const
    {
        return pageNumber != other.pageNumber ? pageNumber > other.pageNumber : input < other.input;
    }
};

class MergedReader final : public PageReader {
public:
    explicit MergedReader(const Header& header)
        : m_pageSizeBytes(header.pageSizeBytes), m_pageCountAfter(header.pageCountAfter)
    {
    }

    [[nodiscard]] Status addInput(std::unique_ptr<PageReader> reader, std::size_t limitBytes)
    {
        m_cursors.emplace_back(std::move(reader), limitBytes);
        return advance(m_cursors.size() - 1);
    }

    [[nodiscard]] Result<bool> next(PageBatch& batch) override
    {
        batch.reset(m_pageSizeBytes);
        while (!m_due.empty() && batch.hasRoom()) {
            const Due due = m_due.top();
            m_due.pop();
            if (due.pageNumber > m_previous && due.pageNumber <= m_pageCountAfter) {
                std::memcpy(batch.append(due.pageNumber).data(), m_cursors[due.input].page().data(),
                            m_pageSizeBytes);
            }
            // An older one of the same number comes later and is passed over. What lies above the
            // size is read all the same: an input is known to be whole only at its end.
            m_previous = due.pageNumber;
            TIDEMARK_TRY_STATUS(advance(due.input));
        }
        return !batch.empty();
    }

private:
    [[nodiscard]] Status advance(std::size_t input)
    {
        Cursor& cursor = m_cursors[input];
        TIDEMARK_TRY(const bool any, cursor.advance());
        if (!any) {
            return {};
        }
        if (cursor.pageSizeBytes() != m_pageSizeBytes) {
            return damaged({TIDEMARK_TEXT("ltx", "A file to merge is not the one it was.")});
        }
        m_due.push({.pageNumber = cursor.number(), .input = input});
        return {};
    }

    std::uint32_t m_pageSizeBytes;
    std::uint32_t m_pageCountAfter;
    std::vector<Cursor> m_cursors;
    std::priority_queue<Due> m_due;
    std::uint32_t m_previous = 0;
};

/// The digest of no page: what a file with every page, which follows from nothing, gives as what it
/// found.
constexpr std::uint64_t kFoundNothing = 0;

Status checkNeighbours(const Header& lower, const Header& upper)
{
    const bool isGap = upper.minTxId.value > lower.maxTxId.value + 1;
    if (isGap || upper.maxTxId <= lower.maxTxId) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "Files cannot be merged: transaction %1 is followed by %2."),
             {std::to_string(lower.maxTxId.value), std::to_string(upper.minTxId.value)}});
    }
    if (lower.pageSizeBytes != upper.pageSizeBytes) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "Files cannot be merged: pages of %1 and of %2 bytes."),
             {std::to_string(lower.pageSizeBytes), std::to_string(upper.pageSizeBytes)}});
    }
    const auto below = digestsOf(lower);
    const auto above = digestsOf(upper);
    const bool isAdjacent = upper.minTxId.value == lower.maxTxId.value + 1;
    if (isAdjacent && below && above && above->before != kFoundNothing &&
        below->after != above->before) {
        return damaged({TIDEMARK_TEXT("ltx",
                                      "Files cannot be merged: what transaction %1 left is not "
                                      "what the next one found."),
                        {std::to_string(lower.maxTxId.value)}});
    }
    return {};
}

bool haveDigests(std::span<const Header> headers)
{
    return std::ranges::all_of(headers,
                               [](const Header& header) { return digestsOf(header).has_value(); });
}

}  // namespace

Result<Header> mergedHeader(std::span<const Header> headers)
{
    if (headers.empty() || headers.size() > kMaxMergeInputs) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("ltx", "%1 files cannot be merged at once."),
                              {std::to_string(headers.size())}}};
    }
    for (std::size_t i = 1; i < headers.size(); ++i) {
        TIDEMARK_TRY_STATUS(checkNeighbours(headers[i - 1], headers[i]));
    }
    Header merged{
        .pageSizeBytes = headers.front().pageSizeBytes,
        .pageCountAfter = headers.back().pageCountAfter,
        .minTxId = headers.front().minTxId,
        .maxTxId = headers.back().maxTxId,
        .createdAt = headers.back().createdAt,
    };
    if (haveDigests(headers)) {
        setDigests(merged, {.before = digestsOf(headers.front())->before,
                            .after = digestsOf(headers.back())->after});
    }
    return merged;
}

MergedPages::MergedPages(std::vector<MergeInput> inputs) : m_inputs(std::move(inputs))
{
    std::vector<Header> headers;
    for (const MergeInput& input : m_inputs) {
        headers.push_back(input.header);
    }
    auto merged = mergedHeader(headers);
    assert(merged.ok());
    m_header = std::move(merged).value();
}

Result<std::unique_ptr<PageReader>> MergedPages::open() const
{
    static_assert(kCursorBytes * kMaxMergeInputs <= kMergeBytes);
    auto merged = std::make_unique<MergedReader>(m_header);
    for (const MergeInput& input : m_inputs) {
        TIDEMARK_TRY(auto reader, input.pages->open());
        TIDEMARK_TRY_STATUS(merged->addInput(std::move(reader), kCursorBytes));
    }
    return std::unique_ptr<PageReader>(std::move(merged));
}

}  // namespace tidemark::ltx
