#include "core/ltx/file_pages.h"

#include "core/ltx/decoder.h"

#include <utility>

namespace tidemark::ltx {
namespace {

class FilePageReader final : public PageReader {
public:
    explicit FilePageReader(std::unique_ptr<ByteReader> bytes)
        : m_bytes(std::move(bytes)), m_decoder(*m_bytes)
    {
    }

    [[nodiscard]] Status start()
    {
        TIDEMARK_TRY(const Header header, m_decoder.readHeader());
        m_pageSizeBytes = header.pageSizeBytes;
        return {};
    }

    [[nodiscard]] Result<bool> next(PageBatch& batch) override
    {
        batch.reset(m_pageSizeBytes);
        while (!m_isOver && batch.hasRoom()) {
            TIDEMARK_TRY(const auto number, m_decoder.nextPage(batch.append(0)));
            if (number) {
                batch.numbers.back() = *number;
                continue;
            }
            batch.removeLast();
            m_isOver = true;
            TIDEMARK_TRY_STATUS(m_decoder.finish());
        }
        return !batch.empty();
    }

private:
    std::unique_ptr<ByteReader> m_bytes;
    Decoder m_decoder;
    std::uint32_t m_pageSizeBytes = 0;
    bool m_isOver = false;
};

}  // namespace

Result<Header> readHeader(const ByteSource& file)
{
    TIDEMARK_TRY(const auto bytes, file.open());
    Decoder decoder(*bytes);
    return decoder.readHeader();
}

Result<std::unique_ptr<PageReader>> FilePages::open() const
{
    TIDEMARK_TRY(auto bytes, m_file.open());
    auto reader = std::make_unique<FilePageReader>(std::move(bytes));
    TIDEMARK_TRY_STATUS(reader->start());
    return std::unique_ptr<PageReader>(std::move(reader));
}

}  // namespace tidemark::ltx
