#pragma once

#include "core/restore/hashed_object.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::restore {

/// One state of a database as the hash of each of its pages, eight bytes a page, so that its digest
/// is known after each object that is applied, and no page needs to be kept. A value.
class StateHashes {
public:
    /// The transaction whose state it is; 0 for none.
    [[nodiscard]] ltx::TxId txId() const { return m_txId; }

    /// The digest of the state that `object`, which starts at most one transaction above this one
    /// and reaches further, would leave. Damaged if it cannot be applied here: its pages have
    /// another size, or it leaves pages that no object holds.
    [[nodiscard]] Result<std::uint64_t> digestWith(const HashedObject& object) const;

    /// Becomes that state; digestWith() did not fail, or the object is full.
    void apply(const HashedObject& object);

    [[nodiscard]] std::uint64_t digest() const { return m_digest; }

    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_pageSizeBytes; }

    /// Of each page from page 1 on; 0 for the lock page.
    [[nodiscard]] std::span<const std::uint64_t> hashes() const { return m_hashes; }

private:
    ltx::TxId m_txId = {};
    std::uint32_t m_pageSizeBytes = 0;
    std::vector<std::uint64_t> m_hashes;  // Of page 1 and those behind it; 0 for the lock page.
    std::uint64_t m_digest = 0;
};

}  // namespace tidemark::restore
