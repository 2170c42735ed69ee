#include "core/storage/probe_step.h"

namespace tidemark::storage {

const Error* firstFailure(const std::vector<ProbedStep>& steps)
{
    for (const ProbedStep& each : steps) {
        if (each.failure) {
            return &*each.failure;
        }
    }
    return nullptr;
}

std::string_view codeName(ProbeStep step)
{
    switch (step) {
    case ProbeStep::Reach: return "reach";
    case ProbeStep::Authenticate: return "authenticate";
    case ProbeStep::List: return "list";
    case ProbeStep::Write: return "write";
    case ProbeStep::ReadBack: return "read-back";
    case ProbeStep::CreateOnly: return "create-only";
    case ProbeStep::Clock: return "clock";
    case ProbeStep::Delete: return "delete";
    }
    return {};
}

std::string_view codeName(ProbeResult result)
{
    switch (result) {
    case ProbeResult::Passed: return "passed";
    case ProbeResult::Noted: return "noted";
    case ProbeResult::Failed: return "failed";
    case ProbeResult::Skipped: return "skipped";
    }
    return {};
}

}  // namespace tidemark::storage
