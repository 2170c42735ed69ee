#include "core/base/counted_stream.h"

#include <array>
#include <utility>

namespace tidemark {
namespace {

Error changedItsLength()
{
    return {.code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("base", "What is to be written changed its length meanwhile.")},
            .next = {TIDEMARK_TEXT("base",
                                   "It is tried again. If it stays so, check the disk that it is "
                                   "read from.")}};
}

/// Fails when there is more.
Status expectEnd(ByteReader& reader)
{
    std::array<std::byte, 1> beyond{};
    TIDEMARK_TRY(const std::size_t more, reader.read(beyond));
    return more == 0 ? Status() : Status(changedItsLength());
}

class CountedReader final : public ByteReader {
public:
    CountedReader(std::unique_ptr<ByteReader> reader, std::uint64_t sizeBytes)
        : m_reader(std::move(reader)), m_left(sizeBytes)
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        TIDEMARK_TRY(const std::size_t got, m_reader->read(into));
        if (got > m_left || (got == 0 && m_left > 0)) {
            return changedItsLength();
        }
        m_left -= got;
        if (m_left == 0 && got > 0) {
            // Nobody may ask any more.
            TIDEMARK_TRY_STATUS(expectEnd(*m_reader));
        }
        return got;
    }

private:
    std::unique_ptr<ByteReader> m_reader;
    std::uint64_t m_left = 0;
};

Result<std::unique_ptr<ByteReader>> openAs(const ByteSource& source, std::uint64_t sizeBytes)
{
    TIDEMARK_TRY(auto reader, source.open());
    if (sizeBytes == 0) {
        // Nobody reads a body that is empty.
        TIDEMARK_TRY_STATUS(expectEnd(*reader));
    }
    return std::unique_ptr<ByteReader>(
        std::make_unique<CountedReader>(std::move(reader), sizeBytes));
}

}  // namespace

Result<std::unique_ptr<ByteReader>> openCounted(const ByteSource& source)
{
    const auto size = source.sizeBytes();
    return size ? openAs(source, *size) : source.open();
}

Result<std::unique_ptr<ByteReader>> CountedSource::open() const
{
    return openAs(m_source, m_sizeBytes);
}

}  // namespace tidemark
