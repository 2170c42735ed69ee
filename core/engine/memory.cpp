#include "core/engine/memory.h"

#include "core/ltx/decoder.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"

#include <algorithm>
#include <utility>

namespace tidemark::engine {
namespace {

/// Brings `checksums` from the transaction before the segment to the segment; false when it does
/// not fit.
Result<bool> replay(const ByteSource& segment, state::PageChecksums& checksums,
                    state::SourceState& reached)
{
    TIDEMARK_TRY(const ltx::Header header, ltx::readHeader(segment));
    const auto digests = ltx::digestsOf(header);
    if (!digests || header.pageSizeBytes != checksums.pageSizeBytes() ||
        digests->before != checksums.digest()) {
        return false;
    }
    checksums.resize(header.pageCountAfter);
    const ltx::FilePages pages(segment);
    TIDEMARK_TRY(const auto reader, pages.open());
    for (ltx::PageBatch batch;;) {
        TIDEMARK_TRY(const bool more, reader->next(batch));
        if (!more) {
            break;
        }
        for (std::size_t index = 0; index < batch.size(); ++index) {
            checksums.set(batch.numbers[index],
                          ltx::pageHash(batch.numbers[index], batch.page(index)));
        }
    }
    reached.txId = header.maxTxId;
    reached.time = header.createdAt;
    return checksums.digest() == digests->after;
}

}  // namespace

Result<std::optional<Remembered>> recall(FileSystem& files, const std::string& checksumsPath,
                                         const state::StateDb& state, const Spool& spool)
{
    TIDEMARK_TRY(const auto source, state.source());
    TIDEMARK_TRY(auto stored, state::loadChecksums(files, checksumsPath));
    Remembered remembered{.source = source.value_or(state::SourceState{}),
                          .hasState = source.has_value()};
    state::SourceState reached{};
    bool fits = stored.has_value();
    if (stored) {
        remembered.storedChecksums = stored->txId;
        reached.txId = stored->txId;
        for (const SpooledSegment& segment : spool.above(stored->txId)) {
            fits = fits && segment.txId.value == reached.txId.value + 1;
            if (fits) {
                // A segment that cannot be read is as good as none: everything is read anew.
                const auto replayed =
                    replay(*spool.source(segment.txId), stored->checksums, reached);
                fits = replayed.ok() && replayed.value();
            }
        }
    }
    // After a power loss the state may be behind what was synced, or be lost: no number may be used
    // again, and the place in the log is known only if the state is the newest of the three.
    const ltx::TxId top = std::max(
        {remembered.source.txId, remembered.storedChecksums, spool.newest().value_or(ltx::TxId{})});
    if (top == ltx::TxId{}) {
        return std::optional<Remembered>();
    }
    fits = fits && reached.txId == top;
    remembered.positionHolds =
        fits && remembered.source.txId == top && stored->checksums.digest() == source->digest;
    remembered.source.txId = top;
    remembered.source.time = std::max(remembered.source.time, reached.time);
    if (fits) {
        remembered.checksums = std::move(stored->checksums);
    }
    return std::optional(std::move(remembered));
}

}  // namespace tidemark::engine
