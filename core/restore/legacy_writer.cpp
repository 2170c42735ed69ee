#include "core/restore/legacy_writer.h"

#include "core/replica/legacy_wal.h"
#include "core/replica/lz4_frame_reader.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::restore {
namespace {

Status writeSnapshot(const storage::Storage& storage, const replica::LegacyPlan& plan, File& file,
                     const std::stop_token& stop)
{
    TIDEMARK_TRY(auto compressed, storage.read(plan.snapshotName, 0, storage::kToTheEnd, stop));
    replica::Lz4FrameReader reader(std::move(compressed));
    std::vector<std::byte> piece(replica::Lz4FrameReader::kPieceBytes);
    for (std::uint64_t offset = 0;;) {
        auto got = reader.read(piece);
        if (!got.ok()) {
            return replica::naming(plan.snapshotName, std::move(got).error());
        }
        if (got.value() == 0) {
            return {};
        }
        TIDEMARK_TRY_STATUS(file.writeAt(std::span(piece).first(got.value()), offset));
        offset += got.value();
    }
}

/// How many frames of a WAL file end with its last commit, and the size that it commits.
struct CommittedEnd {
    std::uint64_t frames = 0;
    std::uint32_t pageCount = 0;
    bool hasMore = false;  ///< Frames behind it, of a transaction that is not whole.
};

Result<CommittedEnd> findCommittedEnd(replica::LegacyWalReader wal)
{
    CommittedEnd end;
    for (std::uint64_t frames = 1;; ++frames) {
        TIDEMARK_TRY(const auto page, wal.next());
        if (!page) {
            end.hasMore = frames - 1 > end.frames;
            return end;
        }
        if (page->pageCountAfterCommit != 0) {
            end = {.frames = frames, .pageCount = page->pageCountAfterCommit};
        }
    }
}

/// `isLast`: no WAL file follows.
Status applyWal(const storage::Storage& storage, std::span<const replica::LegacyPart> parts,
                bool isLast, File& file, const std::stop_token& stop)
{
    TIDEMARK_TRY(const CommittedEnd end,
                 findCommittedEnd(replica::LegacyWalReader(storage, parts, stop)));
    if (end.hasMore && !isLast) {
        return endsWithin(parts.back().name);
    }
    if (end.frames == 0) {
        return {};
    }
    replica::LegacyWalReader wal(storage, parts, stop);
    for (std::uint64_t frame = 0; frame < end.frames; ++frame) {
        TIDEMARK_TRY(const auto page, wal.next());
        if (!page) {
            return Error{.code = ErrorCode::Unavailable,
                         .what = {TIDEMARK_TEXT("restore", "%1 changed while it was read."),
                                  {parts.front().name}}};
        }
        // A page above the committed size would be cut off again.
        if (page->pageNumber <= end.pageCount) {
            const std::uint64_t offset = std::uint64_t{page->pageNumber - 1} * wal.pageSizeBytes();
            TIDEMARK_TRY_STATUS(file.writeAt(page->bytes, offset));
        }
    }
    return file.resize(std::uint64_t{end.pageCount} * wal.pageSizeBytes());
}

}  // namespace

Error endsWithin(const std::string& name)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("restore",
                                   "The write-ahead log of %1 ends within a transaction, though it "
                                   "went on: a part of it is missing."),
                     {name}},
            .next = {TIDEMARK_TEXT("restore", "Restore a moment before it.")}};
}

Status writeLegacy(const storage::Storage& storage, const replica::LegacyPlan& plan, File& file,
                   ProgressMeter& progress, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(writeSnapshot(storage, plan, file, stop));
    progress.add(plan.snapshotSizeBytes);
    std::span<const replica::LegacyPart> rest = plan.parts;
    while (!rest.empty()) {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
        while (count < rest.size() && rest[count].index == rest.front().index) {
            bytes += rest[count++].sizeBytes;
        }
        TIDEMARK_TRY_STATUS(applyWal(storage, rest.first(count), count == rest.size(), file, stop));
        progress.add(bytes);
        rest = rest.subspan(count);
    }
    return {};
}

std::uint64_t bytesToRead(const replica::LegacyPlan& plan)
{
    std::uint64_t bytes = plan.snapshotSizeBytes;
    for (const replica::LegacyPart& each : plan.parts) {
        bytes += each.sizeBytes;
    }
    return bytes;
}

}  // namespace tidemark::restore
