#include "core/restore/file_digest.h"

#include "core/ltx/state_digest.h"
#include "core/restore/parallel.h"

#include <algorithm>
#include <atomic>
#include <vector>

namespace tidemark::restore {
namespace {

// Stays in the processor's cache between being read and being summed.
constexpr std::uint32_t kPieceBytes = 256 << 10;

}  // namespace

Result<std::uint64_t> digestOfFile(const File& file, std::uint32_t pageSizeBytes,
                                   std::uint32_t pageCount, ProgressMeter& progress,
                                   const std::stop_token& stop)
{
    const std::uint32_t pagesPerPiece = kPieceBytes / pageSizeBytes;
    const std::size_t pieces = (std::size_t{pageCount} + pagesPerPiece - 1) / pagesPerPiece;
    const std::uint32_t lockPage = ltx::lockPage(pageSizeBytes);
    std::atomic<std::uint64_t> digest = 0;
    std::vector<std::vector<std::byte>> buffers(restoreThreads());

    const auto sumPiece = [&](unsigned thread, std::size_t piece) -> Status {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto first = static_cast<std::uint32_t>(piece * pagesPerPiece);
        const std::uint32_t count = std::min(pagesPerPiece, pageCount - first);
        std::vector<std::byte>& buffer = buffers[thread];
        buffer.resize(std::size_t{count} * pageSizeBytes);
        TIDEMARK_TRY(const std::size_t got,
                     file.readAt(buffer, std::uint64_t{first} * pageSizeBytes));
        if (got != buffer.size()) {
            return Error{.code = ErrorCode::Io,
                         .what = {TIDEMARK_TEXT("restore", "The restored file is too short.")}};
        }
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t page = first + i + 1;
            if (page != lockPage) {
                sum += ltx::pageHash(
                    page, std::span(buffer).subspan(std::size_t{i} * pageSizeBytes, pageSizeBytes));
            }
        }
        digest += sum;
        progress.add(buffer.size());
        return {};
    };
    TIDEMARK_TRY_STATUS(parallelFor(static_cast<unsigned>(buffers.size()), pieces, sumPiece));
    return digest.load();
}

}  // namespace tidemark::restore
