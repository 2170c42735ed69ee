#pragma once

#include "app/cli/output.h"
#include "core/base/clock.h"

#include <cstdint>
#include <string>

namespace tidemark::cli {

/// The line of long work on a terminal: what, how far, how fast, how long still. One call at a
/// time; redrawn some ten times a second at most.
class ProgressLine {
public:
    ProgressLine(Clock& clock, Output& output) : m_clock(clock), m_output(output) {}

    void show(const std::string& what, std::uint64_t doneBytes, std::uint64_t totalBytes);
    void clear() { m_output.progress({}); }

private:
    Clock& m_clock;
    Output& m_output;
    std::string m_what;
    Clock::Instant m_startedAt = {};
    Clock::Instant m_drawnAt = {};
};

/// "Restoring  42 %  120.0 MB of 285.7 MB  85.0 MB/s  2.0 s left".
[[nodiscard]] std::string progressText(const std::string& what, std::uint64_t doneBytes,
                                       std::uint64_t totalBytes, std::chrono::milliseconds elapsed);

}  // namespace tidemark::cli
