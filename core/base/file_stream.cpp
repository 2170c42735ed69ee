#include "core/base/file_stream.h"

namespace tidemark {
namespace {

class FileReader final : public ByteReader {
public:
    explicit FileReader(const File& file) : m_file(file) {}

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        TIDEMARK_TRY(const std::size_t got, m_file.readAt(into, m_offset));
        m_offset += got;
        return got;
    }

private:
    const File& m_file;
    std::uint64_t m_offset = 0;
};

}  // namespace

Status FileSink::write(std::span<const std::byte> bytes)
{
    TIDEMARK_TRY_STATUS(m_file.writeAt(bytes, m_offset));
    m_offset += bytes.size();
    return {};
}

std::optional<std::uint64_t> FileSource::sizeBytes() const
{
    const auto size = m_file.sizeBytes();
    return size.ok() ? std::optional(size.value()) : std::nullopt;
}

Result<std::unique_ptr<ByteReader>> FileSource::open() const
{
    return std::unique_ptr<ByteReader>(std::make_unique<FileReader>(m_file));
}

}  // namespace tidemark
