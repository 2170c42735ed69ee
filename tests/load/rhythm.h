#pragma once

#include <cstdint>
#include <string>

#include "tests/load/chance.h"

namespace load {

/// Monotonic time in microseconds.
std::int64_t nowUs();

/// When a writer commits: `flat` never rests, `paced` commits at a steady rate, `bursts` commits a
/// number at once and rests, `human` waits as a person at a form does (50 to 1500 ms, now and then
/// two at once).
class Rhythm {
public:
    struct Parameters {
        std::string mode = "flat";
        std::int64_t perSecond = 1000;
        std::int64_t burst = 100;
        std::int64_t pauseMs = 500;
    };
    Rhythm(const Parameters& parameters, std::uint64_t seed);

    static bool knows(const std::string& mode);
    /// Waits for the next commit's time; a signal ends the wait early.
    void wait();

private:
    Parameters m_parameters;
    Chance m_chance;
    std::int64_t m_dueUs;
    std::int64_t m_leftInBurst;
};

}  // namespace load
