#include "core/replica/legacy_wal.h"

#include "core/replica/lz4_frame_reader.h"
#include "core/replica/object_source.h"

#include <array>
#include <utility>

namespace tidemark::replica {

LegacyWalReader::LegacyWalReader(const storage::Storage& storage, std::span<const LegacyPart> parts,
                                 std::stop_token stop)
    : m_storage(storage), m_parts(parts), m_stop(std::move(stop))
{
}

Error LegacyWalReader::damaged() const
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("replica",
                                   "%1 is damaged: its frames do not fit the write-ahead "
                                   "log."),
                     {part().name}},
            .next = {TIDEMARK_TEXT("replica", "Restore a moment before it.")}};
}

Status LegacyWalReader::openNext()
{
    // What does not fit is the part behind a hole, not the one before it.
    const LegacyPart& next = m_parts[m_part++];
    if (next.offsetBytes != m_offset) {
        return damaged();
    }
    TIDEMARK_TRY(auto compressed, m_storage.read(next.name, 0, storage::kToTheEnd, m_stop));
    m_reader = std::make_unique<Lz4FrameReader>(std::move(compressed));
    return {};
}

/// As much of `into` as there is, across parts.
Result<std::size_t> LegacyWalReader::fill(std::span<std::byte> into)
{
    std::size_t done = 0;
    while (done < into.size()) {
        if (!m_reader) {
            if (m_part == m_parts.size()) {
                break;
            }
            TIDEMARK_TRY_STATUS(openNext());
        }
        auto got = m_reader->read(into.subspan(done));
        if (!got.ok()) {
            return naming(m_parts[m_part - 1].name, std::move(got).error());
        }
        if (got.value() == 0) {
            m_reader.reset();
        }
        done += got.value();
        m_offset += got.value();
    }
    return done;
}

Status LegacyWalReader::readHeader()
{
    std::array<std::byte, sqlite::kWalHeaderSize> bytes{};
    TIDEMARK_TRY(const std::size_t got, fill(bytes));
    if (got != bytes.size()) {
        return damaged();
    }
    auto header = sqlite::decodeWalHeader(bytes);
    if (!header.ok()) {
        return naming(m_parts[0].name, std::move(header).error());
    }
    m_header = header.value();
    m_checksum = m_header.checksum;
    m_frame.resize(sqlite::kFrameHeaderSize + m_header.pageSizeBytes);
    return {};
}

Result<std::optional<WalPage>> LegacyWalReader::next()
{
    if (m_frame.empty()) {
        TIDEMARK_TRY_STATUS(readHeader());
    }
    TIDEMARK_TRY(const std::size_t got, fill(m_frame));
    if (got == 0) {
        return std::optional<WalPage>();
    }
    if (got < m_frame.size()) {
        return damaged();
    }
    const std::span<const std::byte> frame = m_frame;
    const auto header = sqlite::decodeFrameHeader(frame.first<sqlite::kFrameHeaderSize>());
    const auto page = frame.subspan(sqlite::kFrameHeaderSize);
    constexpr std::size_t kSummedHeaderBytes = 8;
    m_checksum = sqlite::addToChecksum(m_checksum, m_header.order, frame.first(kSummedHeaderBytes));
    m_checksum = sqlite::addToChecksum(m_checksum, m_header.order, page);
    const bool belongs = header.salts == m_header.salts && header.checksum == m_checksum;
    if (!belongs || header.pageNumber == 0) {
        return damaged();
    }
    return std::optional(WalPage{.pageNumber = header.pageNumber,
                                 .pageCountAfterCommit = header.pageCountAfterCommit,
                                 .bytes = page});
}

}  // namespace tidemark::replica
