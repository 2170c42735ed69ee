#include "core/ltx/page_order.h"

#include "core/ltx/damaged.h"
#include "core/ltx/state_digest.h"

#include <string>

namespace tidemark::ltx {

PageOrder::PageOrder(const Header& header)
    : m_pageCountAfter(header.pageCountAfter),
      m_lockPage(lockPage(header.pageSizeBytes)),
      m_isComplete(header.isComplete())
{
}

Status PageOrder::next(std::uint32_t pageNumber)
{
    if (pageNumber > m_pageCountAfter) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: page %1 in a database of %2 pages."),
                        {std::to_string(pageNumber), std::to_string(m_pageCountAfter)}});
    }
    if (pageNumber == m_lockPage) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: page %1 is the lock page."),
                        {std::to_string(pageNumber)}});
    }
    if (pageNumber <= m_previous) {
        return damaged({TIDEMARK_TEXT("ltx", "LTX file: page %1 after page %2."),
                        {std::to_string(pageNumber), std::to_string(m_previous)}});
    }
    if (m_isComplete && pageNumber != successor()) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX file: page %1 is missing."), {std::to_string(successor())}});
    }
    m_previous = pageNumber;
    ++m_count;
    return {};
}

Status PageOrder::end() const
{
    // A database of 2^32 - 1 pages has no successor of its last page.
    if (m_isComplete && m_previous < m_pageCountAfter && successor() <= m_pageCountAfter) {
        return damaged(
            {TIDEMARK_TEXT("ltx", "LTX file: page %1 is missing."), {std::to_string(successor())}});
    }
    return {};
}

std::uint32_t PageOrder::successor() const
{
    return m_previous + 1 == m_lockPage ? m_previous + 2 : m_previous + 1;
}

}  // namespace tidemark::ltx
