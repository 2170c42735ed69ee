#include "app/cli/restoring.h"

#include "core/base/rfc3339.h"

namespace tidemark::cli {
namespace {

constexpr double kMillisecondsASecond = 1000.0;

std::string phaseName(restore::Phase phase)
{
    switch (phase) {
    case restore::Phase::Planning: return "Planning";
    case restore::Phase::Reading: return "Restoring";
    case restore::Phase::Checking: return "Checking";
    }
    return {};
}

}  // namespace

restore::OnProgress onLine(ProgressLine& line)
{
    return [&line](const restore::Progress& progress) {
        line.show(phaseName(progress.phase), progress.doneBytes, progress.totalBytes);
    };
}

Json restoredJson(const restore::Restored& restored, const std::string& path)
{
    return {{"txid", restored.moment.txId.value},
            {"time", formatRfc3339(restored.moment.time)},
            {"verdict", restored.verdict == restore::Verdict::Proven ? "proven" : "checked"},
            {"path", path},
            {"bytes", restored.bytes},
            {"seconds", static_cast<double>(restored.duration.count()) / kMillisecondsASecond}};
}

std::string verdictText(restore::Verdict verdict)
{
    return verdict == restore::Verdict::Proven
               ? "Proven: it is byte for byte what was recorded."
               : "Checked: all checksums are right and SQLite finds no fault. (Whoever wrote this "
                 "replica recorded no digest to prove it by.)";
}

}  // namespace tidemark::cli
