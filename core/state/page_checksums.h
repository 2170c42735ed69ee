#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/ltx/tx_id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidemark::state {

/// The hash of each page as it was captured last, and their sum, the state digest: what tells after
/// a pause which pages changed, and proves after a restore that none is wrong. Eight bytes a page.
/// A value.
class PageChecksums {
public:
    PageChecksums() = default;
    explicit PageChecksums(std::uint32_t pageSizeBytes) : m_pageSizeBytes(pageSizeBytes) {}

    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_pageSizeBytes; }
    [[nodiscard]] std::uint32_t pageCount() const
    {
        return static_cast<std::uint32_t>(m_hashes.size());
    }

    /// What saving them writes.
    [[nodiscard]] std::uint64_t sizeBytes() const { return m_hashes.size() * sizeof(m_hashes[0]); }

    /// Sum of all hashes modulo 2^64.
    [[nodiscard]] std::uint64_t digest() const { return m_digest; }

    /// ltx::pageHash of the page, 0 for the lock page and for one not set yet. Numbers count from 1
    /// and are at most pageCount() (asserted, here and below).
    [[nodiscard]] std::uint64_t of(std::uint32_t pageNumber) const;

    void set(std::uint32_t pageNumber, std::uint64_t hash);

    /// Cuts the database to, or extends it with unset pages to, `pageCount` pages.
    void resize(std::uint32_t pageCount);

    bool operator==(const PageChecksums&) const = default;

private:
    std::uint32_t m_pageSizeBytes = 0;
    std::uint64_t m_digest = 0;
    std::vector<std::uint64_t> m_hashes;
};

/// Hashes with the transaction after which they hold.
struct RememberedChecksums {
    ltx::TxId txId = {};
    PageChecksums checksums = {};
};

/// Writes them whole beside the old file, which they then replace: a crash leaves the one or the
/// other.
[[nodiscard]] Status saveChecksums(FileSystem& files, const std::string& path, ltx::TxId txId,
                                   const PageChecksums& checksums);

/// Empty when there are none or the file is damaged: they can be made anew, by reading everything.
[[nodiscard]] Result<std::optional<RememberedChecksums>> loadChecksums(FileSystem& files,
                                                                       const std::string& path);

}  // namespace tidemark::state
