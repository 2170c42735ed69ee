#pragma once

#include "core/base/clock.h"
#include "core/storage/probe_step.h"

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// The steps of one probe() as they become known, with how long the last call took. For one thread.
class ProbeReport {
public:
    using Tell = std::function<void(const ProbedStep&)>;

    /// Both outlive it.
    ProbeReport(Clock& clock, const Tell& tell) : m_clock(clock), m_tell(tell) {}

    /// Makes a call whose time is that of the next steps.
    template <typename Call>
    [[nodiscard]] Status timed(Call call)
    {
        const Clock::Instant start = m_clock.monotonic();
        Status status = call();
        m_took = std::chrono::round<std::chrono::microseconds>(m_clock.monotonic() - start);
        return status;
    }
    [[nodiscard]] std::chrono::microseconds took() const { return m_took; }

    /// Passed, or failed with what `status` says.
    void settle(ProbeStep step, const Status& status);
    void fail(ProbeStep step, const Error& error);
    void note(ProbeStep step, Message what, Message advice);
    void skip(ProbeStep step);
    void tell(const ProbedStep& step);

    /// `listed` of a place that was reached and knows us.
    void tellListed(ProbedStep listed);

    [[nodiscard]] std::vector<ProbedStep> take() { return std::move(m_steps); }

private:
    Clock& m_clock;
    const Tell& m_tell;
    std::chrono::microseconds m_took{0};
    std::vector<ProbedStep> m_steps;
};

}  // namespace tidemark::storage
