#pragma once

#include "core/restore/restorer.h"

#include <mutex>

namespace tidemark::restore {

/// Adds up what the threads of one restore have done and tells it, not too often. Never goes back.
/// Any thread may use it.
class ProgressMeter {
public:
    ProgressMeter(Clock& clock, const OnProgress& tell) : m_clock(clock), m_tell(tell) {}

    /// So much work lies ahead from now on.
    void expect(std::uint64_t bytes);

    void enter(Phase phase);
    void add(std::uint64_t bytes);

    /// All is done.
    void finish();

private:
    void tell(bool always);

    Clock& m_clock;
    const OnProgress& m_tell;
    std::mutex m_mutex;  // Guards what follows, and that one call is made at a time.
    Progress m_progress;
    Clock::Instant m_nextTelling = {};
};

}  // namespace tidemark::restore
