#pragma once

#include "core/base/result.h"
#include "core/engine/spool.h"
#include "core/ltx/header.h"
#include "core/state/page_checksums.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tidemark::engine {

/// Fills `into` with page `pageNumber`, as it is after the segment. Called in ascending order,
/// perhaps twice.
using ReadPage = std::function<Status(std::uint32_t pageNumber, std::span<std::byte> into)>;

/// What a segment is to hold. Digests in `header` are filled in by the writer.
struct SegmentContents {
    ltx::Header header = {};
    std::vector<std::uint32_t> pages =
        {};  ///< Ascending, none above the header's page count, no lock page.
    ReadPage read = {};
};

/// Pages are held in memory up to this size, so that they are read once; above, they are read
/// twice.
inline constexpr std::uint64_t kHeldPagesBytes = std::uint64_t{24} << 20;

/// Writes the segment into the spool and, once it is durable there, brings `checksums` up to it. On
/// a failure neither changed. Gives the size of the file.
[[nodiscard]] Result<std::uint64_t> writeSegment(Spool& spool, state::PageChecksums& checksums,
                                                 const SegmentContents& contents);

}  // namespace tidemark::engine
