#pragma once

#include "core/base/clock.h"

#include <cstdint>
#include <deque>
#include <optional>

namespace tidemark::app {

/// How fast long work goes, over its last seconds, and how long it still takes. A plain value over
/// times that the caller gives.
class TransferMeter {
public:
    /// `doneBytes` of `totalBytes` at `at`, which never goes back.
    void add(Clock::Instant at, std::uint64_t doneBytes, std::uint64_t totalBytes);

    /// Bytes a second; empty before there is enough to tell.
    [[nodiscard]] std::optional<double> bytesPerSecond() const;

    /// Empty before there is enough to tell.
    [[nodiscard]] std::optional<std::chrono::milliseconds> left() const;

private:
    struct Sample {
        Clock::Instant at = {};
        std::uint64_t doneBytes = 0;
    };

    std::deque<Sample> m_samples;
    std::uint64_t m_totalBytes = 0;
};

}  // namespace tidemark::app
