#pragma once

#include "core/replica/v03_replica.h"
#include "core/sqlite/wal_format.h"
#include "core/storage/storage.h"

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace tidemark::replica {

/// One frame of a WAL file and the page in it.
struct WalPage {
    std::uint32_t pageNumber = 0;
    std::uint32_t pageCountAfterCommit = 0;  ///< Not zero: the frame ends a transaction.
    std::span<const std::byte> bytes = {};   ///< Until the next call.
};

/// Reads the frames of one WAL file of a 0.3 replica from its parts, which are compressed, and
/// checks that the parts fit together and every checksum. One frame is held at a time. For one
/// thread.
class LegacyWalReader {
public:
    /// `parts` are those of one index, in order, not empty; they and `storage` outlive this.
    LegacyWalReader(const storage::Storage& storage, std::span<const LegacyPart> parts,
                    std::stop_token stop);

    /// The next frame, empty behind the last one. Damaged, naming the part; then it is over.
    [[nodiscard]] Result<std::optional<WalPage>> next();

    /// The part that is being read, or was last.
    [[nodiscard]] const LegacyPart& part() const { return m_parts[m_part == 0 ? 0 : m_part - 1]; }

    /// Known once a frame was read.
    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_header.pageSizeBytes; }

private:
    [[nodiscard]] Result<std::size_t> fill(std::span<std::byte> into);
    [[nodiscard]] Status openNext();
    [[nodiscard]] Status readHeader();
    [[nodiscard]] Error damaged() const;

    const storage::Storage& m_storage;
    std::span<const LegacyPart> m_parts;
    std::stop_token m_stop;
    std::size_t m_part = 0;  // The one after the one that is open.
    std::unique_ptr<ByteReader> m_reader;
    std::uint64_t m_offset = 0;  // In the WAL file.
    sqlite::WalHeader m_header;
    sqlite::WalChecksum m_checksum;
    std::vector<std::byte> m_frame;
};

}  // namespace tidemark::replica
