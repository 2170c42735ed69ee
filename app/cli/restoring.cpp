#include "app/cli/restoring.h"

#include "core/base/rfc3339.h"

namespace tidemark::cli {
namespace {

std::string phaseName(restore::Phase phase)
{
    switch (phase) {
    case restore::Phase::Planning: return "Planning";
    case restore::Phase::Reading: return "Restoring";
    case restore::Phase::Checking: return "Checking";
    }
    return {};
}

/// SQLite was asked, and could not check all of it.
bool isInPart(const restore::Restored& restored, restore::Check check)
{
    return check != restore::Check::None && !restored.bySqlite;
}

std::string foundBySqlite(const restore::Restored& restored, restore::Check check)
{
    if (check == restore::Check::None) {
        return "SQLite was not asked for faults.";
    }
    return isInPart(restored, check) ? "SQLite finds no fault in what it can check without the "
                                       "collations and functions of the application."
                                     : "SQLite finds no fault.";
}

Json resultJson(const restore::Restored& restored, const char* verdict, const std::string& path)
{
    return {{"txid", restored.moment.txId.value},
            {"time", formatRfc3339(restored.moment.time)},
            {"verdict", verdict},
            {"path", path},
            {"bytes", restored.bytes},
            {"seconds", seconds(restored.duration)}};
}

}  // namespace

void noteLost(Output& output, const replica::Wish& wish, const std::optional<replica::Gap>& lost)
{
    if (lost && !replica::isOneMoment(wish)) {
        output.note("Changes after transaction " + std::to_string(lost->after.value) +
                    " cannot be restored: " + inEnglish(lost->reason));
    }
}

restore::OnProgress onLine(ProgressLine& line)
{
    return [&line](const restore::Progress& progress) {
        line.show(phaseName(progress.phase), progress.doneBytes, progress.totalBytes);
    };
}

Json restoredJson(const restore::Restored& restored, const std::string& path)
{
    Json result = resultJson(
        restored, restored.verdict == restore::Verdict::Proven ? "proven" : "checked", path);
    result["bySqlite"] = restored.bySqlite;
    return result;
}

Json damagedJson(const replica::Moment& moment, const replica::Nearest& nearest,
                 const std::string& path, std::chrono::milliseconds duration)
{
    Json result = resultJson({.moment = moment, .duration = duration}, "damaged", path);
    const auto numberOf = [](const std::optional<replica::Moment>& each) {
        return each ? Json(each->txId.value) : Json();
    };
    result["goodBefore"] = numberOf(nearest.before);
    result["goodAfter"] = numberOf(nearest.after);
    return result;
}

Error endIsLost(const replica::Gap& gap)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("cli",
                                   "Only moments up to transaction %1 can be restored; what came "
                                   "later is lost. %2"),
                     {std::to_string(gap.after.value), inEnglish(gap.reason)}},
            .next = {TIDEMARK_TEXT("cli",
                                   "Restore what there is, and give the database a new place to "
                                   "be saved to.")}};
}

double seconds(std::chrono::milliseconds duration)
{
    constexpr double kMillisecondsASecond = 1000.0;
    return static_cast<double>(duration.count()) / kMillisecondsASecond;
}

std::chrono::milliseconds since(Clock& clock, Clock::Instant start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.monotonic() - start);
}

std::string verdictText(const restore::Restored& restored, restore::Check check)
{
    const std::string found = foundBySqlite(restored, check);
    if (restored.verdict == restore::Verdict::Proven) {
        return "Proven: it is byte for byte what was recorded." +
               (isInPart(restored, check) ? ' ' + found : "");
    }
    return "Checked: all checksums are right. " + found +
           " (Whoever wrote this replica recorded no digest to prove it by.)";
}

}  // namespace tidemark::cli
