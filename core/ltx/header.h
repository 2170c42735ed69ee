#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/ltx/tx_id.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tidemark::ltx {

inline constexpr std::size_t kHeaderSize = 100;
using HeaderBytes = std::array<std::byte, kHeaderSize>;

/// The WAL offset of a level-0 file that was not read from a WAL. Litestream goes on at offset +
/// size of the newest level-0 file, and never again if that lies inside the WAL's own header.
inline constexpr std::uint64_t kNoWalOffset = 32;

/// The fixed block at the start of an LTX file: which pages of which transactions follow.
/// A plain value. FORMAT.md beside this file has the layout and the rules.
struct Header {
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t pageCountAfter = 0;  ///< Size of the database once applied ("commit").
    TxId minTxId = {};                 ///< Inclusive, like maxTxId.
    TxId maxTxId = {};
    Timestamp createdAt = {};
    /// Where the pages lay in the WAL. A level-0 file without such a place has kNoWalOffset and
    /// zeros, a compacted file zeros only.
    std::uint64_t walOffsetBytes = 0;
    std::uint64_t walSizeBytes = 0;
    std::uint32_t walSalt1 = 0;
    std::uint32_t walSalt2 = 0;
    std::uint64_t nodeId = 0;
    std::array<std::byte, 20> reserved = {};  ///< ltx/state_digest gives them a meaning.
    /// Others may write checksums of the database into a file. They are read and never verified;
    /// Tidemark writes none, since Litestream refuses to restore such files.
    bool hasDatabaseChecksums = false;
    std::uint64_t preApplyChecksum = 0;  ///< Zero without database checksums.

    /// Whether the file has every page, so that it can be applied to nothing. Another file may have
    /// them too and not say so.
    [[nodiscard]] bool isComplete() const { return minTxId == TxId{1}; }

    bool operator==(const Header&) const = default;
};

/// Reads a header from the first kHeaderSize bytes of a file; more may follow. Nothing is lost:
/// encodeHeader gives back the bytes. Fails with Damaged if they are too few or break a rule.
[[nodiscard]] Result<Header> decodeHeader(std::span<const std::byte> bytes);

/// Writes `header`, which must obey the rules that decodeHeader checks (asserted).
[[nodiscard]] HeaderBytes encodeHeader(const Header& header);

}  // namespace tidemark::ltx
