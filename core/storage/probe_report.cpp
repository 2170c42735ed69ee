#include "core/storage/probe_report.h"

namespace tidemark::storage {

void ProbeReport::settle(ProbeStep step, const Status& status)
{
    if (status.ok()) {
        tell({.step = step, .duration = m_took});
    } else {
        fail(step, status.error());
    }
}

void ProbeReport::fail(ProbeStep step, const Error& error)
{
    tell({.step = step, .result = ProbeResult::Failed, .duration = m_took, .failure = error});
}

void ProbeReport::note(ProbeStep step, Message what, Message advice)
{
    tell({.step = step,
          .result = ProbeResult::Noted,
          .duration = m_took,
          .note = std::move(what),
          .advice = std::move(advice)});
}

void ProbeReport::skip(ProbeStep step)
{
    tell({.step = step, .result = ProbeResult::Skipped});
}

void ProbeReport::tell(const ProbedStep& step)
{
    m_steps.push_back(step);
    m_tell(step);
}

void ProbeReport::tellListed(ProbedStep listed)
{
    tell({.step = ProbeStep::Reach});
    tell({.step = ProbeStep::Authenticate});
    listed.step = ProbeStep::List;
    tell(listed);
}

}  // namespace tidemark::storage
