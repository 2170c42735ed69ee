#pragma once

#include "core/base/byte_stream.h"
#include "core/ltx/header.h"
#include "core/ltx/page_stream.h"

namespace tidemark::ltx {

/// The header of the file in `file`. Opens it and reads kHeaderSize bytes.
[[nodiscard]] Result<Header> readHeader(const ByteSource& file);

/// The pages of an LTX file. A reader that ends without an error has checked the whole file.
class FilePages final : public PageSource {
public:
    /// `file` outlives this and its readers.
    explicit FilePages(const ByteSource& file) : m_file(file) {}

    [[nodiscard]] Result<std::unique_ptr<PageReader>> open() const override;

private:
    const ByteSource& m_file;
};

}  // namespace tidemark::ltx
