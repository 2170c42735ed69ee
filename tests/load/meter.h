#pragma once

#include <cstdint>

#include "tests/load/latencies.h"

namespace load {

/// Counts what a writer did and prints it: one JSON object a line on stdout, each second and at the
/// end (`"total":true`). Latency is of a whole transaction, BEGIN to the answer of COMMIT, waiting
/// for locks included.
class Meter {
public:
    Meter();

    void committed(std::int64_t us, std::int64_t n);
    void locked() { ++m_now.locked; }
    void rolledBack() { ++m_now.rolledBack; }
    void checkpointed(std::int64_t us, bool complete);

    /// Prints the line of the past second when it is over.
    void tick();
    void total();

private:
    struct Counts {
        Latencies commits;
        Latencies checkpoints;
        std::int64_t locked = 0, rolledBack = 0, incomplete = 0;
        std::int64_t sinceUs = 0;
        void add(const Counts& other);
    };
    void print(const Counts& counts, const char* mark) const;

    Counts m_now;
    Counts m_all;
    std::int64_t m_n = 0;
};

}  // namespace load
