#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/engines.h"
#include "app/cli/human.h"
#include "app/cli/output.h"
#include "core/base/rfc3339.h"
#include "core/config/duration_text.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace tidemark::cli {
namespace {

std::string ageOf(const Json& object, const char* key, Timestamp now)
{
    const auto time = parseRfc3339(textOf(object, key));
    return time ? humanAge(*time, now) : "never";
}

/// Why it stands so and what to do, since when, and when it is tried again.
void printStanding(Output& output, const Json& object, Timestamp now)
{
    for (const char* key : {"reason", "next"}) {
        if (const std::string sentence = textOf(object, key); !sentence.empty()) {
            output.text("    " + withLocalTimes(sentence));
        }
    }
    const auto since = parseRfc3339(textOf(object, "since"));
    const auto nextTry = parseRfc3339(textOf(object, "nextTry"));
    std::string times = since ? "began " + humanAge(*since, now) : "";
    if (nextTry) {
        const auto left = std::max(*nextTry - now, Timestamp::duration::zero());
        times += (times.empty() ? "next try in " : ", next try in ") + humanDuration(left);
    }
    if (!times.empty() && (nextTry || !textOf(object, "reason").empty())) {
        output.text("    " + times);
    }
}

/// "transaction 42, 3 segments to go, snapshot of transaction 40 (2 h ago)".
std::string factsOf(const Json& replica, Timestamp now)
{
    std::string facts = "transaction " + std::to_string(numberOf(replica, "confirmed"));
    if (const std::uint64_t pending = numberOf(replica, "pending"); pending > 0) {
        facts += ", " + counted(pending, "segment") + " to go";
    }
    if (const std::uint64_t interval = numberOf(replica, "syncIntervalMs"); interval > 0) {
        facts += ", uploaded every " + config::durationText(std::chrono::milliseconds(interval)) +
                 " (until then the newest changes are on this computer only)";
    }
    const auto snapshot = replica.find("snapshot");
    if (snapshot == replica.end() || !snapshot->is_object()) {
        return facts + ", no snapshot";
    }
    return facts + ", snapshot of transaction " + std::to_string(numberOf(*snapshot, "txid")) +
           " (" + ageOf(*snapshot, "time", now) + ")";
}

/// "2 damaged objects, 5 moments lost from transaction 5 to 9; mended 3 min ago".
std::string damageText(const Json& damage, Timestamp now)
{
    const std::uint64_t moments = numberOf(damage, "moments");
    std::string text = counted(numberOf(damage, "objects"), "damaged object") + ", ";
    if (moments == 0) {
        text += "no moment lost";
    } else {
        text += counted(moments, "moment") + " lost from transaction " +
                std::to_string(numberOf(damage, "first")) + " to " +
                std::to_string(numberOf(damage, "last"));
    }
    const bool isMended = damage.contains("mended");
    return text + (isMended ? "; mended " + ageOf(damage, "mended", now)
                            : "; found " + ageOf(damage, "found", now) + ", not mended yet");
}

/// "without 1,234 moments from 2026-03-01 10:00:00 to 2026-03-04 11:30:00; a new snapshot came 3 h
/// ago".
std::string givenUpText(const Json& givenUp, Timestamp now)
{
    std::string text = "without " + counted(numberOf(givenUp, "moments"), "moment");
    const auto from = parseRfc3339(textOf(givenUp, "from"));
    const auto to = parseRfc3339(textOf(givenUp, "to"));
    if (from && to) {
        text += " from " + humanTime(*from) + " to " + humanTime(*to);
    }
    return text + (givenUp.contains("ended")
                       ? "; a new snapshot came " + ageOf(givenUp, "ended", now)
                       : " so far; its backlog came to the limit " + ageOf(givenUp, "began", now));
}

/// "Went back: found 3 min ago as it had been at 2026-03-01 10:00:00 (transaction 8). Only the
/// history has the 12 moments after it, up to 2026-03-01 10:00:40. To get them back, restore
/// transaction 20."
std::string wentBackText(const Json& wentBack, Timestamp now)
{
    const auto time = parseRfc3339(textOf(wentBack, "time"));
    const auto lastTime = parseRfc3339(textOf(wentBack, "lastTime"));
    std::string text = "Went back: found " + ageOf(wentBack, "at", now) + " as it had been";
    if (time) {
        text += " at " + humanTime(*time);
    }
    text += " (transaction " + std::to_string(numberOf(wentBack, "txid")) +
            "). Only the history has the " + counted(numberOf(wentBack, "moments"), "moment") +
            " after it";
    if (lastTime) {
        text += ", up to " + humanTime(*lastTime);
    }
    return text + ". To get them back, restore transaction " +
           std::to_string(numberOf(wentBack, "last")) + ".";
}

/// "proven 3 h ago (transaction 42)", and why it is not when the last try gave no proof.
std::string proofText(const Json& status, Timestamp now)
{
    std::string text;
    const auto proof = status.find("proof");
    if (proof != status.end() && proof->is_object()) {
        text = textOf(*proof, "verdict") + " " + ageOf(*proof, "at", now) + " (transaction " +
               std::to_string(numberOf(*proof, "txid")) + ")";
    }
    const auto unproven = status.find("unproven");
    if (unproven != status.end() && unproven->is_object()) {
        text += (text.empty() ? "not proven: " : "; not proven again: ") +
                withLocalTimes(textOf(*unproven, "reason"));
    }
    return text;
}

/// What it costs that the database is not in WAL mode.
void printWatch(Output& output, const Json& watch)
{
    output.text(
        "    Not in WAL mode: read whole at each change, and commits between two looks "
        "are one moment.");
    if (const std::uint64_t readBytes = numberOf(watch, "readBytes"); readBytes > 0) {
        output.text("    A look reads " + humanBytes(readBytes) + " in " +
                    std::to_string(numberOf(watch, "tookMs")) +
                    " ms, in which nobody can commit; at most one comes every " +
                    std::to_string(numberOf(watch, "everyMs")) + " ms.");
    }
}

void printText(Output& output, const Json& status, Timestamp now)
{
    output.text(textOf(status, "database") + ": " + textOf(status, "state") + ", saved " +
                ageOf(status, "saved", now) + ", last change " + ageOf(status, "changed", now));
    printStanding(output, status, now);
    if (const std::string proof = proofText(status, now); !proof.empty()) {
        output.text("    " + proof);
    }
    if (const auto watch = status.find("watch"); watch != status.end() && watch->is_object()) {
        printWatch(output, *watch);
    }
    const auto wentBack = status.find("wentBack");
    if (wentBack != status.end() && wentBack->is_object()) {
        output.text("    " + wentBackText(*wentBack, now));
    }
    for (const Json& replica : objectsOf(status, "replicas")) {
        output.text("  " + textOf(replica, "address") + ": " + textOf(replica, "state") + ", " +
                    factsOf(replica, now));
        printStanding(output, replica, now);
        const auto damage = replica.find("damage");
        if (damage != replica.end() && damage->is_object()) {
            output.text("    " + damageText(*damage, now));
        }
        const auto givenUp = replica.find("givenUp");
        if (givenUp != replica.end() && givenUp->is_object()) {
            output.text("    " + givenUpText(*givenUp, now));
        }
    }
}

}  // namespace

Status runStatus(Session& session, const ParsedArguments&)
{
    TIDEMARK_TRY(const EngineAnswers answers, askEngines(session));
    for (const FollowedStatus& database : answers.databases) {
        if (session.output.isJson()) {
            session.output.json(database.status);
        } else {
            printText(session.output, database.status, session.clock.now());
        }
    }
    if (answers.failures.empty()) {
        if (answers.databases.empty()) {
            session.output.note("No engine of yours follows a database.");
        }
        return {};
    }
    // The first is the run's own failure, and printed at its end.
    for (std::size_t i = 1; i < answers.failures.size(); ++i) {
        session.output.error(answers.failures[i]);
    }
    return answers.failures.front();
}

}  // namespace tidemark::cli
