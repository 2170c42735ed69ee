#pragma once

#include "core/ltx/page_stream.h"

#include <cstdint>

namespace tidemark::ltx {

/// The same pages, all of a database; a reader that comes to their end fails with Damaged unless
/// they add up to the digest that was recorded for it (core/ltx/state_digest.h). For one thread a
/// reader.
class DigestChecked final : public PageSource {
public:
    /// `pages` outlives this and its readers.
    DigestChecked(const PageSource& pages, std::uint64_t digest) : m_pages(pages), m_digest(digest)
    {
    }

    [[nodiscard]] Result<std::unique_ptr<PageReader>> open() const override;

private:
    const PageSource& m_pages;
    std::uint64_t m_digest;
};

}  // namespace tidemark::ltx
