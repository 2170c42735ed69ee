#include "core/state/page_checksums.h"

#include "core/base/byte_order.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>

namespace tidemark::state {
namespace {

// "TDMCRC1\0", TXID, page size, page count, digest: big-endian. The hashes follow in the machine's
// own order, since the file never leaves it; the sum in the header refuses one that was brought
// from elsewhere.
constexpr std::array kMagic{std::byte{'T'}, std::byte{'D'}, std::byte{'M'}, std::byte{'C'},
                            std::byte{'R'}, std::byte{'C'}, std::byte{'1'}, std::byte{0}};
constexpr std::size_t kHeaderBytes = 32;

std::array<std::byte, kHeaderBytes> encodeHeader(ltx::TxId txId, const PageChecksums& checksums)
{
    std::array<std::byte, kHeaderBytes> header{};
    std::ranges::copy(kMagic, header.begin());
    const std::span<std::byte, kHeaderBytes> into(header);
    storeBigEndian<std::uint64_t>(into.subspan<8, 8>(), txId.value);
    storeBigEndian<std::uint32_t>(into.subspan<16, 4>(), checksums.pageSizeBytes());
    storeBigEndian<std::uint32_t>(into.subspan<20, 4>(), checksums.pageCount());
    storeBigEndian<std::uint64_t>(into.subspan<24, 8>(), checksums.digest());
    return header;
}

}  // namespace

std::uint64_t PageChecksums::of(std::uint32_t pageNumber) const
{
    assert(pageNumber >= 1 && pageNumber <= pageCount());
    return m_hashes[pageNumber - 1];
}

void PageChecksums::set(std::uint32_t pageNumber, std::uint64_t hash)
{
    assert(pageNumber >= 1 && pageNumber <= pageCount());
    std::uint64_t& slot = m_hashes[pageNumber - 1];
    m_digest += hash - slot;
    slot = hash;
}

void PageChecksums::resize(std::uint32_t pageCount)
{
    for (std::size_t gone = pageCount; gone < m_hashes.size(); ++gone) {
        m_digest -= m_hashes[gone];
    }
    m_hashes.resize(pageCount, 0);
}

Status saveChecksums(FileSystem& files, const std::string& path, ltx::TxId txId,
                     const PageChecksums& checksums)
{
    const std::string fresh = path + ".new";
    TIDEMARK_TRY_STATUS(files.remove(fresh));
    {
        TIDEMARK_TRY(const auto file, files.open(fresh, OpenFor::Creating));
        TIDEMARK_TRY_STATUS(file->writeAt(encodeHeader(txId, checksums), 0));
        std::vector<std::uint64_t> hashes(checksums.pageCount());
        for (std::uint32_t page = 1; page <= checksums.pageCount(); ++page) {
            hashes[page - 1] = checksums.of(page);
        }
        TIDEMARK_TRY_STATUS(file->writeAt(std::as_bytes(std::span(hashes)), kHeaderBytes));
        TIDEMARK_TRY_STATUS(file->sync());
    }
    TIDEMARK_TRY_STATUS(files.renameReplacing(fresh, path));
    return files.syncDirectory(parentOf(path));
}

Result<std::optional<RememberedChecksums>> loadChecksums(FileSystem& files, const std::string& path)
{
    constexpr std::optional<RememberedChecksums> kNone;
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (!facts || facts->sizeBytes < kHeaderBytes) {
        return kNone;
    }
    TIDEMARK_TRY(const auto file, files.open(path, OpenFor::Reading));
    std::array<std::byte, kHeaderBytes> header{};
    TIDEMARK_TRY(const std::size_t got, file->readAt(header, 0));
    const std::span<const std::byte, kHeaderBytes> from(header);
    const auto pageCount = loadBigEndian<std::uint32_t>(from.subspan<20, 4>());
    const std::uint64_t hashBytes = std::uint64_t{pageCount} * sizeof(std::uint64_t);
    if (got != kHeaderBytes || !std::ranges::equal(kMagic, from.first<kMagic.size()>()) ||
        facts->sizeBytes != kHeaderBytes + hashBytes) {
        return kNone;
    }
    std::vector<std::uint64_t> hashes(pageCount);
    TIDEMARK_TRY(const std::size_t gotHashes,
                 file->readAt(std::as_writable_bytes(std::span(hashes)), kHeaderBytes));
    if (gotHashes != hashBytes) {
        return kNone;
    }
    RememberedChecksums remembered{
        .txId = {loadBigEndian<std::uint64_t>(from.subspan<8, 8>())},
        .checksums = PageChecksums(loadBigEndian<std::uint32_t>(from.subspan<16, 4>()))};
    remembered.checksums.resize(pageCount);
    for (std::uint32_t page = 1; page <= pageCount; ++page) {
        remembered.checksums.set(page, hashes[page - 1]);
    }
    if (remembered.checksums.digest() != loadBigEndian<std::uint64_t>(from.subspan<24, 8>())) {
        return kNone;
    }
    return std::optional(std::move(remembered));
}

}  // namespace tidemark::state
