#include "core/ltx/file_tail.h"

#include "core/base/byte_order.h"
#include "core/base/crc64.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/trailer.h"
#include "core/ltx/uvarint.h"

#include <array>
#include <cassert>
#include <span>

namespace tidemark::ltx {
namespace {

std::uint64_t sumOf(std::span<const std::byte> bytes)
{
    Crc64 sum;
    sum.update(bytes);
    return sum.value();
}

void append(std::vector<std::byte>& into, std::span<const std::byte> bytes)
{
    into.insert(into.end(), bytes.begin(), bytes.end());
}

}  // namespace

FileTail::FileTail(const Header& header)
    : m_sum(sumOf(encodeHeader(header))), m_sizeBytes(kHeaderSize)
{
}

void FileTail::addFrame(std::uint32_t pageNumber, std::size_t frameSizeBytes)
{
    assert(!m_isEnding && pageNumber > m_lastPage);
    appendUvarint(m_notes, pageNumber - m_lastPage);
    appendUvarint(m_notes, frameSizeBytes);
    m_lastPage = pageNumber;
    m_sizeBytes += frameSizeBytes;
    ++m_pageCount;
}

void FileTail::cover(std::uint64_t sum, std::uint64_t sizeBytes)
{
    m_sum = crc64Combine(m_sum, sum, sizeBytes);
}

bool FileTail::next(std::vector<std::byte>& bytes)
{
    bytes.clear();
    if (m_facts) {
        return false;
    }
    if (!m_isEnding) {
        m_isEnding = true;
        bytes.resize(kFrameHeadSize);  // Zeros: the end mark.
    }
    const std::size_t indexAt = bytes.size();
    appendEntries(bytes);
    const bool isLast = m_notes.empty();
    if (isLast) {
        bytes.push_back(std::byte{0});
    }
    m_indexSizeBytes += bytes.size() - indexAt;
    if (isLast) {
        std::array<std::byte, 8> indexSize{};
        storeBigEndian<std::uint64_t>(indexSize, m_indexSizeBytes);
        append(bytes, indexSize);
    }
    cover(sumOf(bytes), bytes.size());
    m_sizeBytes += bytes.size();
    if (isLast) {
        appendTrailer(bytes);
    }
    return true;
}

void FileTail::appendEntries(std::vector<std::byte>& bytes)
{
    while (!m_notes.empty() && bytes.size() < kPieceBytes) {
        m_indexPage += static_cast<std::uint32_t>(recall());
        const std::uint64_t frameSizeBytes = recall();
        appendUvarint(bytes, m_indexPage);
        appendUvarint(bytes, m_indexOffset);
        appendUvarint(bytes, frameSizeBytes);
        m_indexOffset += frameSizeBytes;
    }
}

void FileTail::appendTrailer(std::vector<std::byte>& bytes)
{
    const std::array<std::byte, kTrailerCoveredBytes> noDatabaseChecksum{};
    cover(sumOf(noDatabaseChecksum), noDatabaseChecksum.size());
    m_sizeBytes += kTrailerSize;
    m_facts = EncodedFacts{
        .sizeBytes = m_sizeBytes, .pageCount = m_pageCount, .fileChecksum = fileChecksumOf(m_sum)};
    append(bytes, encodeTrailer({.fileChecksum = m_facts->fileChecksum}));
}

std::uint64_t FileTail::recall()
{
    UvarintParser number;
    auto state = UvarintParser::State::More;
    while (state == UvarintParser::State::More) {
        state = number.add(m_notes.front());
        m_notes.pop_front();
    }
    assert(state == UvarintParser::State::Done);
    return number.value();
}

}  // namespace tidemark::ltx
