#include "core/engine/memory.h"

#include "core/ltx/decoder.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"

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
    if (!source) {
        return std::optional<Remembered>();
    }
    Remembered remembered{.source = *source};
    state::SourceState reached{};
    bool fits = stored.has_value();
    if (stored) {
        remembered.storedChecksums = stored->txId;
        reached.txId = stored->txId;
        reached.time = source->time;
        for (const SpooledSegment& segment : spool.above(stored->txId)) {
            fits = fits && segment.txId.value == reached.txId.value + 1;
            if (fits) {
                // A segment that cannot be read is as good as none: everything is read anew.
                const auto replayed =
                    replay(*spool.source(segment.txId), stored->checksums, reached);
                fits = replayed.ok() && replayed.value();
            }
        }
        fits = fits && reached.txId >= source->txId;
    }
    // The state may be behind the spool after a power loss: then the place in the log is not known.
    const auto newest = spool.newest();
    remembered.positionHolds = !newest || *newest <= source->txId;
    if (newest && *newest > remembered.source.txId) {
        remembered.source.txId = *newest;
        remembered.source.time = std::max(remembered.source.time, reached.time);
    }
    if (fits) {
        remembered.checksums = std::move(stored->checksums);
        remembered.positionHolds =
            remembered.positionHolds && remembered.checksums.digest() == source->digest;
    } else {
        remembered.positionHolds = false;
    }
    return std::optional(std::move(remembered));
}

}  // namespace tidemark::engine
