#pragma once

#include "core/base/file_system.h"
#include "core/restore/page_sources.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::restore {

/// The file checksum's part of one run.
struct RunSum {
    std::uint64_t crc = 0;
    std::uint64_t coveredBytes = 0;
};

/// Decodes the frames of runs and writes their pages. For one thread; keeps its memory from run to
/// run.
class RunDecoder {
public:
    RunDecoder(const PageSources& sources, File& file);

    /// `frames` are the bytes of `run`. The sum is empty unless the object is read whole. Damaged
    /// if the frames are not what the index says.
    [[nodiscard]] Result<RunSum> decode(const FrameRun& run, std::span<const std::byte> frames);

private:
    [[nodiscard]] Result<std::span<std::byte>> placeFor(std::uint32_t page, bool wins);
    [[nodiscard]] Status flush();

    const PageSources& m_sources;
    File& m_file;
    std::vector<std::byte> m_pages;    // Neighbouring pages that go into the file at once.
    std::uint32_t m_firstPage = 0;     // Of those.
    std::uint32_t m_pageCount = 0;     // Of those.
    std::vector<std::byte> m_scratch;  // A page that only counts for the checksum.
};

}  // namespace tidemark::restore
