#pragma once

#include "core/ltx/header.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tidemark::ltx {

/// The state digest of a database is the sum, modulo 2^64, of pageHash() over its pages without the
/// lock page. A page that changes is subtracted and added anew. It proves that a state is not wrong
/// by accident; it is not tamper-proof.

/// XXH3-64 of `page`, seeded with its number: equal pages in other places count differently.
[[nodiscard]] std::uint64_t pageHash(std::uint32_t pageNumber, std::span<const std::byte> page);

/// The page that holds byte 0x40000000, where SQLite's locks lie. It has no content; no file of a
/// replica holds it.
[[nodiscard]] constexpr std::uint32_t lockPage(std::uint32_t pageSizeBytes)
{
    return 0x40000000 / pageSizeBytes + 1;
}

/// Whether a file with this header that holds so many pages has every page of its database,
/// whatever its name says: all but the lock page.
[[nodiscard]] constexpr bool holdsEveryPage(const Header& header, std::size_t pages)
{
    const std::uint32_t all = header.pageCountAfter;
    return all > 0 && pages == all - (all >= lockPage(header.pageSizeBytes) ? 1U : 0U);
}

/// The digests of the database before and after a file is applied. The first one of a history has
/// 0 before it, the digest of no pages.
struct DigestPair {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    bool operator==(const DigestPair&) const = default;
};

/// What Tidemark noted in the header's reserved bytes. Empty in files that others wrote.
[[nodiscard]] std::optional<DigestPair> digestsOf(const Header& header);

void setDigests(Header& header, DigestPair digests);

}  // namespace tidemark::ltx
