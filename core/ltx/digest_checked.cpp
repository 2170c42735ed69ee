#include "core/ltx/digest_checked.h"

#include "core/ltx/damaged.h"
#include "core/ltx/state_digest.h"

#include <utility>

namespace tidemark::ltx {
namespace {

class CheckedReader final : public PageReader {
public:
    CheckedReader(std::unique_ptr<PageReader> pages, std::uint64_t digest)
        : m_pages(std::move(pages)), m_digest(digest)
    {
    }

    [[nodiscard]] Result<bool> next(PageBatch& batch) override
    {
        TIDEMARK_TRY(const bool any, m_pages->next(batch));
        for (std::size_t i = 0; i < batch.size(); ++i) {
            m_sum += pageHash(batch.numbers[i], batch.page(i));
        }
        if (!any && m_sum != m_digest) {
            return damaged({TIDEMARK_TEXT("ltx", "The pages are not those that were recorded.")});
        }
        return any;
    }

private:
    std::unique_ptr<PageReader> m_pages;
    std::uint64_t m_digest;
    std::uint64_t m_sum = 0;
};

}  // namespace

Result<std::unique_ptr<PageReader>> DigestChecked::open() const
{
    TIDEMARK_TRY(auto pages, m_pages.open());
    return std::unique_ptr<PageReader>(std::make_unique<CheckedReader>(std::move(pages), m_digest));
}

}  // namespace tidemark::ltx
