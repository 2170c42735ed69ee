#include "core/restore/state_hashes.h"

#include "core/ltx/damaged.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace tidemark::restore {
namespace {

/// How many pages from `first` to `last` an object must bring, were the database to grow by them.
std::uint64_t pagesBetween(std::uint32_t first, std::uint32_t last, std::uint32_t lockPage)
{
    if (last < first) {
        return 0;
    }
    const bool hasLockPage = first <= lockPage && lockPage <= last;
    return std::uint64_t{last} - first + 1 - (hasLockPage ? 1 : 0);
}

}  // namespace

Result<std::uint64_t> StateHashes::digestWith(const HashedObject& object) const
{
    if (object.isFull()) {
        return object.digest();
    }
    const ltx::Header& header = object.header;
    if (header.pageSizeBytes != m_pageSizeBytes) {
        return ltx::damaged(
            {TIDEMARK_TEXT("restore",
                           "LTX file: its pages have %1 bytes, those of the state "
                           "before it %2."),
             {std::to_string(header.pageSizeBytes), std::to_string(m_pageSizeBytes)}});
    }
    const auto known = static_cast<std::uint32_t>(m_hashes.size());
    const auto added = std::ranges::upper_bound(object.pages, known);
    const auto brought = static_cast<std::uint64_t>(object.pages.end() - added);
    if (brought !=
        pagesBetween(known + 1, header.pageCountAfter, ltx::lockPage(header.pageSizeBytes))) {
        return ltx::damaged({TIDEMARK_TEXT("restore",
                                           "LTX file: the database grows from %1 to %2 pages, and "
                                           "some of the new ones are missing."),
                             {std::to_string(known), std::to_string(header.pageCountAfter)}});
    }
    std::uint64_t digest = m_digest;
    for (std::size_t i = 0; i < object.pages.size(); ++i) {
        const std::uint32_t page = object.pages[i];
        digest += object.hashes[i] - (page <= known ? m_hashes[page - 1] : 0);
    }
    // A file holds no page above its size, so these were not replaced.
    for (std::size_t page = header.pageCountAfter; page < known; ++page) {
        digest -= m_hashes[page];
    }
    return digest;
}

void StateHashes::apply(const HashedObject& object)
{
    const auto digest = digestWith(object);
    assert(digest.ok());
    m_digest = digest.value();
    m_pageSizeBytes = object.header.pageSizeBytes;
    m_txId = object.header.maxTxId;
    m_hashes.resize(object.header.pageCountAfter);
    for (std::size_t i = 0; i < object.pages.size(); ++i) {
        m_hashes[object.pages[i] - 1] = object.hashes[i];
    }
    if (const std::uint32_t lockPage = ltx::lockPage(m_pageSizeBytes);
        lockPage <= m_hashes.size()) {
        m_hashes[lockPage - 1] = 0;
    }
}

}  // namespace tidemark::restore
