#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/wal_format.h"
#include "core/sqlite/wal_index.h"

#include <cstdint>
#include <vector>

namespace tidemark::sqlite {

/// How far a log was read: a committed end.
struct WalPosition {
    Salts salts = {};
    std::uint32_t frame = 0;    ///< The last frame that was read; 0 before the first.
    WalChecksum checksum = {};  ///< Behind that frame; meaningless at 0.

    bool operator==(const WalPosition&) const = default;
};

/// The newest frame of a page within some frames.
struct PageFrame {
    std::uint32_t pageNumber = 0;
    std::uint32_t frame = 0;

    bool operator==(const PageFrame&) const = default;
};

/// Some whole transactions of a log.
struct WalRange {
    WalPosition from = {};        ///< Where it starts: the end of what was read before.
    WalPosition to = {};          ///< Its last commit.
    std::uint32_t pageCount = 0;  ///< Size of the database at `to`.
    std::uint32_t commits = 0;
    std::vector<PageFrame> pages = {};  ///< By page number, each once, none above pageCount.
    bool reachedEnd = false;            ///< `to` was the committed end that the reader was given.
};

/// Reads committed frames of one log file. Bounded memory: 12 bytes a frame until they are sorted.
/// For one thread.
class WalReader {
public:
    /// `wal` is the open -wal file (it carries no locks).
    explicit WalReader(const File& wal) : m_wal(wal) {}

    /// The header at the start of the file. NotFound when the file is shorter; Damaged.
    [[nodiscard]] Result<WalHeader> header() const;

    /// Reads from `from` up to the last commit at or below `committed.mxFrame`, and nothing beyond,
    /// stopping at the first commit behind `limitBytes` of frames. `from` must be of the same log
    /// (asserted); at frame 0 the log's own header, which must carry those salts, is what the
    /// checksum starts from. At mxFrame the running checksum must be the one of `committed`.
    /// Damaged when the frames are not those of that log: the log is lost and only a comparison of
    /// pages helps. An empty range (to == from) when there is nothing new.
    [[nodiscard]] Result<WalRange> read(const WalPosition& from, const WalIndexHeader& committed,
                                        std::uint64_t limitBytes) const;

    /// What SQLite's recovery makes of the file when nobody has it open: everything up to the last
    /// commit before the first frame that is not of this log. Frame 0 when there is none, also of a
    /// file that is no log. Io; Unsupported for a log of another version.
    [[nodiscard]] Result<WalRange> recover() const;

    /// The page in `frame`. Damaged when the file ends before. `into` is one page.
    [[nodiscard]] Status readPage(std::uint32_t frame, std::span<std::byte> into) const;

    /// Whether `position` still lies in the log that `committed` tells of, its frame in place with
    /// its checksum: then reading can go on there. Never for a position in no log at all (no
    /// salts, as behind a clean close of the last connection).
    [[nodiscard]] Result<bool> holds(const WalPosition& position,
                                     const WalIndexHeader& committed) const;

private:
    const File& m_wal;
};

}  // namespace tidemark::sqlite
