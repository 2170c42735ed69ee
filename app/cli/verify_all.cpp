#include "app/cli/verify_all.h"

#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/restoring.h"
#include "core/restore/history_verifier.h"

#include <optional>
#include <string>

namespace tidemark::cli {
namespace {

using restore::DamagedObject;
using restore::HistoryReport;
using restore::Tally;

Json numberOf(const std::optional<replica::Moment>& moment)
{
    return moment ? Json(moment->txId.value) : Json();
}

Json damagedObjectJson(const DamagedObject& damaged)
{
    Json object = {{"kind", "damaged"}, {"name", damaged.name}};
    if (damaged.info) {
        object["level"] = damaged.info->level;
        object["minTxid"] = damaged.info->minTxId.value;
        object["maxTxid"] = damaged.info->maxTxId.value;
    }
    const restore::Withdrawal& withdrawn = damaged.withdrawn;
    const bool isAny = withdrawn.moments > 0;
    object["message"] = inEnglish(damaged.fault.what);
    object["withdrawn"] = withdrawn.moments;
    object["firstWithdrawn"] = isAny ? Json(withdrawn.first.value) : Json();
    object["lastWithdrawn"] = isAny ? Json(withdrawn.last.value) : Json();
    object["goodBefore"] = numberOf(damaged.goodBefore);
    object["goodAfter"] = numberOf(damaged.goodAfter);
    return object;
}

std::string withdrawnText(const restore::Withdrawal& withdrawn)
{
    if (withdrawn.moments == 0) {
        return "No moment needs it.";
    }
    const std::string first = std::to_string(withdrawn.first.value);
    if (withdrawn.moments == 1) {
        return "Transaction " + first + " cannot be restored.";
    }
    return counted(withdrawn.moments, "moment") + " from transaction " + first + " to " +
           std::to_string(withdrawn.last.value) + " cannot be restored.";
}

std::string nearestText(const DamagedObject& damaged)
{
    const auto& before = damaged.goodBefore;
    const auto& after = damaged.goodAfter;
    if (!before && !after) {
        return {};
    }
    const std::string one = std::to_string((before ? before : after)->txId.value);
    if (before && after) {
        return " The nearest good moments are " + one + " and " +
               std::to_string(after->txId.value) + ".";
    }
    return (before ? " The last good moment before is " : " The first good moment behind is ") +
           one + ".";
}

Json tallyJson(const Tally& tally)
{
    return {{"proven", tally.proven},
            {"checked", tally.checked},
            {"damaged", tally.damaged},
            {"unreachable", tally.unreachable}};
}

/// "120 proven, 3 checked": what there is of each.
std::string tallyText(const Tally& tally)
{
    std::string text;
    const auto add = [&text](std::uint64_t count, const char* what) {
        if (count > 0) {
            text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
        }
    };
    add(tally.proven, "proven");
    add(tally.checked, "checked");
    add(tally.damaged, "damaged");
    add(tally.unreachable, "out of reach");
    return text.empty() ? "none" : text;
}

bool isDamaged(const HistoryReport& report)
{
    return !report.damaged.empty() || report.moments.damaged > 0 || report.lost || report.hole;
}

const char* verdictOf(const HistoryReport& report)
{
    if (isDamaged(report)) {
        return "damaged";
    }
    return report.moments.checked == 0 && report.moments.proven > 0 ? "proven" : "checked";
}

Json summaryJson(const HistoryReport& report, const std::string& place)
{
    return {{"kind", "summary"},
            {"verdict", verdictOf(report)},
            {"path", place},
            {"objects", tallyJson(report.objects)},
            {"moments", tallyJson(report.moments)},
            {"bytes", report.bytes},
            {"seconds", seconds(report.duration)}};
}

void print(Output& output, const HistoryReport& report, const std::string& place)
{
    for (const DamagedObject& damaged : report.damaged) {
        output.fact(withLocalTimes(inEnglish(damaged.fault.what)) + " " +
                        withdrawnText(damaged.withdrawn) + nearestText(damaged),
                    damagedObjectJson(damaged));
    }
    output.fact("Moments: " + tallyText(report.moments) +
                    ". Objects: " + tallyText(report.objects) + "; " + humanBytes(report.bytes) +
                    " read in " + humanDuration(report.duration) + ".",
                summaryJson(report, place));
    if (report.format == replica::Catalog::Format::Legacy) {
        output.note(
            "Litestream 0.3 records no digest: the checksums of snapshots and of the log are what "
            "can be checked. To let SQLite check a moment, verify it by itself.");
    }
}

Error hasHole(const replica::Gap& gap)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("cli",
                                   "No moment between transactions %1 and %2 can be restored. %3"),
                     {std::to_string(gap.after.value), std::to_string(gap.before.value),
                      inEnglish(gap.reason)}},
            .next = {TIDEMARK_TEXT("cli",
                                   "The moments before and behind can be restored. A copy of the "
                                   "replica may still have the missing files.")}};
}

/// "1 is" damaged.
std::string countedAre(std::uint64_t count)
{
    return std::to_string(count) + (count == 1 ? " is" : " are");
}

Error nothingIsLost(const HistoryReport& report)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("cli",
                                   "Of the replica's %1 objects %2 damaged, but no moment needs "
                                   "what is damaged: nothing is lost."),
                     {std::to_string(report.objects.all()), countedAre(report.damaged.size())}},
            .next = {TIDEMARK_TEXT("cli",
                                   "Every moment can be restored all the same. Check the disk that "
                                   "the replica lies on, and verify it again soon.")}};
}

Error momentsAreLost(const HistoryReport& report)
{
    std::string others = "All other moments can be restored.";
    if (report.lost || report.hole) {
        others = inEnglish((report.lost ? endIsLost(*report.lost) : hasHole(*report.hole)).what);
    }
    return {
        .code = ErrorCode::Damaged,
        .what = {TIDEMARK_TEXT("cli",
                               "Of the replica's %1 objects %2 damaged, and %3 cannot be "
                               "restored. %4"),
                 {std::to_string(report.objects.all()), countedAre(report.damaged.size()),
                  counted(report.moments.damaged, "moment"), others}},
        .next = {TIDEMARK_TEXT("cli",
                               "Check the disk that the replica lies on. While Tidemark follows "
                               "the database it makes a new snapshot, so that later moments can "
                               "be restored; tidemarkctl status says whether it has.")}};
}

Error damagedReplica(const HistoryReport& report)
{
    if (report.moments.damaged > 0 && !report.damaged.empty()) {
        return momentsAreLost(report);
    }
    if (report.lost) {
        return endIsLost(*report.lost);
    }
    if (report.hole) {
        return hasHole(*report.hole);
    }
    return report.moments.damaged > 0 ? momentsAreLost(report) : nothingIsLost(report);
}

}  // namespace

Status verifyAll(Session& session, const storage::StorageAddress& address)
{
    TIDEMARK_TRY(const storage::Use use, useOf(session, address));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    ProgressLine line(session.clock, session.output);
    auto report =
        restore::HistoryVerifier(*storage, session.clock).verify(onLine(line), session.stop);
    line.clear();
    if (!report.ok()) {
        return std::move(report).error();
    }
    print(session.output, report.value(), storage::formatAddress(address));
    return isDamaged(report.value()) ? Status(damagedReplica(report.value())) : Status();
}

}  // namespace tidemark::cli
