#pragma once

#include "core/base/byte_order.h"
#include "core/sqlite/wal_format.h"
#include "core/sqlite/wal_index.h"
#include "tests/support/memory_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace tidemark::sqlite {

/// The checksum as the format's text has it, word by word: what ours is compared with.
inline WalChecksum plainChecksum(WalChecksum sum, WordOrder order, std::span<const std::byte> bytes)
{
    const auto word = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::size_t from = order == WordOrder::BigEndian ? i : 3 - i;
            value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + from]);
        }
        return value;
    };
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
        sum.first += word(at) + sum.second;
        sum.second += word(at + 4) + sum.first;
    }
    return sum;
}

/// Writes logs as the format says, in either byte order, and the wal-index that belongs to them.
class WalMaker {
public:
    explicit WalMaker(WordOrder order = WordOrder::LittleEndian, std::uint32_t pageSize = 512,
                      std::uint8_t salt = 7)
        : m_order(order), m_pageSize(pageSize)
    {
        m_salts.bytes.fill(std::byte{salt});
        bytes.resize(kWalHeaderSize);
        put(0, order == WordOrder::BigEndian ? 0x377f0683 : 0x377f0682);
        put(4, 3007000);
        put(8, pageSize);
        put(12, 3);
        std::ranges::copy(m_salts.bytes, bytes.begin() + 16);
        signHeader();
        index.order = order;
        index.pageSizeBytes = pageSize;
        index.salts = m_salts;
    }

    void put(std::size_t at, std::uint32_t value)
    {
        storeBigEndian<std::uint32_t>(std::span(bytes).subspan(at).first<4>(), value);
    }

    void signHeader()
    {
        m_sum = plainChecksum({}, m_order, std::span(bytes).first(24));
        put(24, m_sum.first);
        put(28, m_sum.second);
    }

    /// A frame of `page` full of `filler`; with `commit` it ends a transaction, which the index
    /// tells unless `hidden`.
    WalMaker& frame(std::uint32_t page, std::uint8_t filler, std::uint32_t commit = 0,
                    bool hidden = false)
    {
        const std::size_t at = bytes.size();
        bytes.resize(at + kFrameHeaderSize + m_pageSize, std::byte{filler});
        put(at, page);
        put(at + 4, commit);
        std::ranges::copy(m_salts.bytes, bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8);
        m_sum = plainChecksum(m_sum, m_order, std::span(bytes).subspan(at, 8));
        m_sum = plainChecksum(m_sum, m_order, std::span(bytes).subspan(at + kFrameHeaderSize));
        put(at + 16, m_sum.first);
        put(at + 20, m_sum.second);
        ++m_frames;
        if (commit != 0 && !hidden) {
            index.mxFrame = m_frames;
            index.pageCount = commit;
            index.checksum = m_sum;
        }
        return *this;
    }

    std::vector<std::byte> bytes;
    WalIndexHeader index;

private:
    WordOrder m_order;
    std::uint32_t m_pageSize;
    Salts m_salts;
    WalChecksum m_sum;
    std::uint32_t m_frames = 0;
};

}  // namespace tidemark::sqlite
