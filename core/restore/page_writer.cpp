#include "core/restore/page_writer.h"

#include "core/base/background_sync.h"
#include "core/base/crc64.h"
#include "core/ltx/damaged.h"
#include "core/ltx/page_frame.h"
#include "core/replica/object_source.h"
#include "core/restore/parallel.h"
#include "core/restore/run_decoder.h"

#include <algorithm>
#include <vector>

namespace tidemark::restore {
namespace {

constexpr std::size_t kTailPieceBytes = 256 << 10;

class Writer {
public:
    Writer(const storage::Storage& storage, const PageSources& sources, File& file,
           ProgressMeter& progress, const std::stop_token& stop)
        : m_storage(storage),
          m_sources(sources),
          m_sync(file),
          m_progress(progress),
          m_stop(stop),
          m_sums(sources.runs.size()),
          m_workers(restoreThreads(storage), Worker{.decoder = RunDecoder(sources, file)})
    {
    }

    Status write()
    {
        TIDEMARK_TRY_STATUS(parallelFor(
            static_cast<unsigned>(m_workers.size()), m_sources.runs.size(),
            [this](unsigned thread, std::size_t run) { return writeRun(m_workers[thread], run); }));
        return m_sync.finish();
    }

    /// The file checksum of an object from the sums of its runs and the bytes around them.
    Status verify(std::uint32_t number, std::span<const RunSum> sums)
    {
        const replica::LtxObject& object = m_sources.objects[number];
        Crc64 header;
        header.update(ltx::encodeHeader(object.header));
        std::uint64_t crc = header.value();
        for (const RunSum& each : sums) {
            crc = crc64Combine(crc, each.crc, each.coveredBytes);
        }
        TIDEMARK_TRY(const RunSum tail, sumOfTail(object));
        crc = crc64Combine(crc, tail.crc, tail.coveredBytes);
        if (ltx::fileChecksumOf(crc) != object.trailer.fileChecksum) {
            return ltx::damaged(
                {TIDEMARK_TEXT("restore", "%1: its checksum is wrong."), {object.info.name}});
        }
        return {};
    }

    Status verifyAll()
    {
        // Runs are by object.
        std::vector<std::size_t> ends(m_sources.objects.size());
        for (std::size_t run = 0; run < m_sources.runs.size(); ++run) {
            ends[m_sources.runs[run].object] = run + 1;
        }
        return parallelFor(
            restoreThreads(m_storage), ends.size(), [&](unsigned, std::size_t object) {
                const std::size_t start = object == 0 ? 0 : ends[object - 1];
                const auto sums = std::span(m_sums).subspan(start, ends[object] - start);
                return m_sources.readWhole[object]
                           ? verify(static_cast<std::uint32_t>(object), sums)
                           : Status();
            });
    }

private:
    struct Worker {
        RunDecoder decoder;
        std::vector<std::byte> bytes = {};
    };

    Status writeRun(Worker& worker, std::size_t number)
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const FrameRun& run = m_sources.runs[number];
        const replica::LtxObject& object = m_sources.objects[run.object];
        const auto size = static_cast<std::size_t>(run.sizeBytes);
        std::span<const std::byte> frames;
        if (object.bytes.empty()) {
            worker.bytes.resize(size);
            TIDEMARK_TRY_STATUS(replica::readExactly(m_storage, object.info.name, run.offset,
                                                     worker.bytes, m_stop));
            frames = worker.bytes;
        } else {
            frames = std::span(object.bytes).subspan(static_cast<std::size_t>(run.offset), size);
        }
        auto sum = worker.decoder.decode(run, frames);
        if (!sum.ok()) {
            return replica::naming(object.info.name, std::move(sum).error());
        }
        m_sums[number] = sum.value();
        m_sync.wrote(std::uint64_t{run.winners} * m_sources.pageSizeBytes);
        m_progress.add(run.sizeBytes);
        return {};
    }

    /// End mark, index and its size, and the part of the trailer that the sum covers.
    Result<RunSum> sumOfTail(const replica::LtxObject& object)
    {
        std::uint64_t offset = object.index.offset - ltx::kFrameHeadSize;
        const std::uint64_t end =
            object.info.sizeBytes - ltx::kTrailerSize + ltx::kTrailerCoveredBytes;
        RunSum sum{.coveredBytes = end - offset};
        Crc64 crc;
        if (!object.bytes.empty()) {
            crc.update(std::span(object.bytes)
                           .subspan(static_cast<std::size_t>(offset),
                                    static_cast<std::size_t>(sum.coveredBytes)));
        }
        std::vector<std::byte> piece(std::min<std::uint64_t>(sum.coveredBytes, kTailPieceBytes));
        while (object.bytes.empty() && offset < end) {
            const auto part = std::span(piece).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, piece.size())));
            TIDEMARK_TRY_STATUS(
                replica::readExactly(m_storage, object.info.name, offset, part, m_stop));
            crc.update(part);
            offset += part.size();
        }
        sum.crc = crc.value();
        return sum;
    }

    const storage::Storage& m_storage;
    const PageSources& m_sources;
    BackgroundSync m_sync;
    ProgressMeter& m_progress;
    const std::stop_token& m_stop;
    std::vector<RunSum> m_sums;  // Per run; each is written by the thread that has the run.
    std::vector<Worker> m_workers;
};

}  // namespace

Status writePages(const storage::Storage& storage, const PageSources& sources, File& file,
                  ProgressMeter& progress, const std::stop_token& stop)
{
    Writer writer(storage, sources, file, progress, stop);
    TIDEMARK_TRY_STATUS(writer.write());
    return writer.verifyAll();
}

std::uint64_t bytesToRead(const PageSources& sources)
{
    std::uint64_t bytes = 0;
    for (const FrameRun& each : sources.runs) {
        bytes += each.sizeBytes;
    }
    return bytes;
}

}  // namespace tidemark::restore
