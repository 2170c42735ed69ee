#pragma once

#include "core/base/result.h"
#include "core/ltx/header.h"

#include <cstdint>

namespace tidemark::ltx {

/// Which page numbers may follow each other in a file: the one list of these rules, for its
/// writers, for its readers and for its index.
class PageOrder {
public:
    explicit PageOrder(const Header& header);

    /// Takes the number of the next page. Damaged if it may not stand here.
    [[nodiscard]] Status next(std::uint32_t pageNumber);

    /// Damaged if the pages may not end here.
    [[nodiscard]] Status end() const;

    /// The pages so far.
    [[nodiscard]] std::uint32_t count() const { return m_count; }

private:
    [[nodiscard]] std::uint32_t successor() const;

    std::uint32_t m_pageCountAfter = 0;
    std::uint32_t m_lockPage = 0;
    bool m_isComplete = false;
    std::uint32_t m_previous = 0;
    std::uint32_t m_count = 0;
};

}  // namespace tidemark::ltx
