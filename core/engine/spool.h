#pragma once

#include "core/base/byte_stream.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/ltx/file_name.h"
#include "core/ltx/tx_id.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidemark::engine {

/// A finished segment that waits in the spool.
struct SpooledSegment {
    ltx::TxId txId = {};
    std::uint64_t sizeBytes = 0;

    bool operator==(const SpooledSegment&) const = default;
};

/// Some of a spool's segments.
struct SpoolPart {
    ltx::TxId above = {};  ///< All behind this one
    ltx::TxId upTo = {};   ///< to this one.

    [[nodiscard]] bool has(ltx::TxId txId) const { return txId > above && txId <= upTo; }

    bool operator==(const SpoolPart&) const = default;
};

/// Where segments lie from their capture until each replica has them, and a while longer for those
/// who merge: one directory, one file a segment, its name that of the replica. Any thread may use
/// it.
class Spool {
public:
    Spool(FileSystem& files, Random& random, std::string directory);

    /// Looks at what is there and removes what an interrupted write left. Before anything else.
    [[nodiscard]] Status open();

    /// Writes a segment: `write` puts its bytes into the sink; it is then durable under its name,
    /// or not there at all. AlreadyExists when there is one of that number. Blocks on the disk.
    [[nodiscard]] Result<SpooledSegment> add(ltx::TxId txId,
                                             const std::function<Status(ByteSink&)>& write);

    /// The first `atMost` segments above `after`, in order.
    [[nodiscard]] std::vector<SpooledSegment> above(ltx::TxId after,
                                                    std::size_t atMost = SIZE_MAX) const;

    [[nodiscard]] std::optional<ltx::TxId> newest() const;

    [[nodiscard]] bool holds(ltx::TxId txId) const;

    /// The bytes of a segment; they can be read until it is removed.
    [[nodiscard]] std::unique_ptr<ByteSource> source(ltx::TxId txId) const;

    /// Removes all segments up to `last`.
    [[nodiscard]] Status removeUpTo(ltx::TxId last);

    /// Removes all segments up to `unneeded` and, of those up to `spare`, the oldest while all
    /// together have more than `keptBytes`.
    [[nodiscard]] Status trim(ltx::TxId spare, ltx::TxId unneeded, std::uint64_t keptBytes);

    /// Removes, of the first of `ranges` that holds any, the newest segments while all together
    /// have more than `keptBytes`, at most `atMost` of them. Gives the lowest and the highest that
    /// went. Empty when none did, also while others are being removed: it does not wait for them.
    [[nodiscard]] Result<std::optional<ltx::TxRange>> cut(std::span<const ltx::TxRange> ranges,
                                                          std::uint64_t keptBytes,
                                                          std::size_t atMost);

    [[nodiscard]] std::uint64_t sizeBytes() const;

private:
    [[nodiscard]] std::optional<ltx::TxId> newestIn(ltx::TxRange range) const;
    [[nodiscard]] Status remove(ltx::TxId txId);  // With m_removing held.
    [[nodiscard]] Status removeWhile(
        const std::function<bool(ltx::TxId oldest, std::uint64_t sizeBytes)>& isOver);
    [[nodiscard]] std::string pathOf(ltx::TxId txId) const;

    FileSystem& m_files;
    Random& m_random;
    std::string m_directory;
    std::mutex m_removing;                          // Held while segments go; taken first.
    mutable std::mutex m_mutex;                     // Guards what follows.
    std::map<ltx::TxId, std::uint64_t> m_segments;  // Sizes.
    std::uint64_t m_sizeBytes = 0;                  // Their sum.
};

}  // namespace tidemark::engine
