#include "app/cli/event_lines.h"

#include "app/cli/human.h"
#include "core/base/file_system.h"
#include "core/base/rfc3339.h"

#include <cstdio>

namespace tidemark::cli {
namespace {

using namespace service;

std::string verdictName(restore::Verdict verdict)
{
    return verdict == restore::Verdict::Proven ? "proven" : "checked";
}

/// "812 us", "8.2 ms", then as humanDuration.
std::string shortTime(std::chrono::microseconds time)
{
    if (time < std::chrono::milliseconds(1)) {
        return std::to_string(time.count()) + " us";
    }
    if (time >= std::chrono::seconds(1)) {
        return humanDuration(std::chrono::duration_cast<std::chrono::milliseconds>(time));
    }
    char text[32];
    const int length =
        std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(time.count()) / 1000);
    return {text, static_cast<std::size_t>(length)};
}

Json damageJson(const char* event, const engine::Damage& damage, const std::string& replicaId)
{
    return {{"event", event},
            {"objects", damage.objects},
            {"moments", damage.moments},
            {"first", damage.moments > 0 ? Json(damage.first.value) : Json()},
            {"last", damage.moments > 0 ? Json(damage.last.value) : Json()},
            {"replica", replicaId}};
}

Json givenUpJson(const GaveUp& gaveUp)
{
    const state::GivenUp& givenUp = gaveUp.givenUp;
    Json fields = {{"event", "gave-up"},
                   {"moments", givenUp.moments()},
                   {"first", givenUp.first.value},
                   {"last", givenUp.last.value}};
    if (givenUp.firstAt) {
        fields["from"] = formatRfc3339(*givenUp.firstAt);
    }
    if (givenUp.lastAt) {
        fields["to"] = formatRfc3339(*givenUp.lastAt);
    }
    fields["limitBytes"] = givenUp.limitBytes;
    fields["goesOn"] = givenUp.ended.has_value();
    fields["replica"] = gaveUp.replicaId;
    return fields;
}

/// " from 2026-03-01 10:00:00 to 2026-03-04 11:30:00"; empty where nobody remembers.
std::string spanOf(const state::GivenUp& givenUp)
{
    return givenUp.firstAt && givenUp.lastAt
               ? " from " + humanTime(*givenUp.firstAt) + " to " + humanTime(*givenUp.lastAt)
               : "";
}

/// The fields of each kind of event.
struct Fields {
    Json operator()(const Attached&) const { return {{"event", "attached"}}; }
    Json operator()(const state::WentBack& wentBack) const
    {
        return {{"event", "went-back"},
                {"txid", wentBack.to.value},
                {"time", formatRfc3339(wentBack.toAt)},
                {"moments", wentBack.moments()},
                {"last", wentBack.last.value},
                {"lastTime", formatRfc3339(wentBack.lastAt)}};
    }
    Json operator()(const SegmentWritten& segment) const
    {
        return {{"event", "segment"},
                {"txid", segment.txId.value},
                {"time", formatRfc3339(segment.time)},
                {"pages", segment.pages},
                {"bytes", segment.bytes},
                {"microseconds", segment.toRestorable.count()}};
    }
    Json operator()(const SnapshotWritten& snapshot) const
    {
        return {{"event", "snapshot"},
                {"txid", snapshot.txId.value},
                {"time", formatRfc3339(snapshot.time)},
                {"bytes", snapshot.bytes},
                {"replica", snapshot.replicaId}};
    }
    Json operator()(const Thinned& thinned) const
    {
        return {{"event", "thinned"},
                {"objects", thinned.objects},
                {"bytes", thinned.bytes},
                {"moments", thinned.moments},
                {"replica", thinned.replicaId}};
    }
    Json operator()(const Checkpointed& checkpoint) const
    {
        return {{"event", "checkpoint"},
                {"walBytes", checkpoint.walBytes},
                {"sealed", checkpoint.sealed},
                {"microseconds", checkpoint.held.count()}};
    }
    Json operator()(const StandingChanged& change) const
    {
        Json fields = {{"event", "state"},
                       {"state", engine::codeName(change.standing.state)},
                       {"reason", inEnglish(change.standing.reason)},
                       {"next", inEnglish(change.standing.next)}};
        if (change.standing.nextTry) {
            fields["nextTry"] = formatRfc3339(*change.standing.nextTry);
        }
        return fields;
    }
    Json operator()(const Proven& proven) const
    {
        return {{"event", "proven"},
                {"txid", proven.proof.txId.value},
                {"verdict", verdictName(proven.proof.verdict)}};
    }
    Json operator()(const DamageFound& found) const
    {
        return damageJson("damaged", found.damage, found.replicaId);
    }
    Json operator()(const DamageMended& mended) const
    {
        return damageJson("mended", mended.damage, mended.replicaId);
    }
    Json operator()(const GaveUp& gaveUp) const { return givenUpJson(gaveUp); }
    Json operator()(const Stuck& stuck) const
    {
        return {{"event", "stuck"}, {"minutes", stuck.waited.count()}, {"goesOn", stuck.isOver}};
    }
    Json operator()(const Stopped& stopped) const
    {
        Json fields = {{"event", "stopped"}};
        if (stopped.failure) {
            fields["error"] = codeName(stopped.failure->code);
            fields["message"] = inEnglish(stopped.failure->what);
            fields["hint"] = inEnglish(stopped.failure->next);
        }
        return fields;
    }
};

std::string stateName(engine::Protection state)
{
    switch (state) {
    case engine::Protection::Protected: return "protected";
    case engine::Protection::CatchingUp: return "catching up";
    case engine::Protection::Waiting: return "waiting";
    case engine::Protection::Paused: return "paused";
    case engine::Protection::AtRisk: return "at risk";
    case engine::Protection::Broken: return "broken";
    case engine::Protection::NotSetUp: return "not set up";
    }
    return {};
}

struct Sentence {
    std::string operator()(const Attached&) const { return "attached"; }
    std::string operator()(const state::WentBack& wentBack) const
    {
        return "the database went back to how it was at " + humanTime(wentBack.toAt) +
               " (transaction " + std::to_string(wentBack.to.value) +
               "): only the history has the " + counted(wentBack.moments(), "moment") +
               " after it, up to " + humanTime(wentBack.lastAt) + "; restore transaction " +
               std::to_string(wentBack.last.value) + " to get them back";
    }
    std::string operator()(const SegmentWritten& segment) const
    {
        return "segment " + std::to_string(segment.txId.value) + ": " +
               counted(segment.pages, "page") + ", " + humanBytes(segment.bytes) +
               ", restorable after " + shortTime(segment.toRestorable);
    }
    std::string operator()(const SnapshotWritten& snapshot) const
    {
        return "snapshot of transaction " + std::to_string(snapshot.txId.value) + ": " +
               humanBytes(snapshot.bytes);
    }
    std::string operator()(const Thinned& thinned) const
    {
        return "thinned: " + counted(thinned.objects, "object") + " deleted, " +
               humanBytes(thinned.bytes) + ", " + counted(thinned.moments, "moment") + " given up";
    }
    std::string operator()(const Checkpointed& checkpoint) const
    {
        return "checkpoint of " + humanBytes(checkpoint.walBytes) +
               (checkpoint.sealed ? ", writers held for " + shortTime(checkpoint.held) : "");
    }
    std::string operator()(const StandingChanged& change) const
    {
        std::string text = stateName(change.standing.state);
        for (const Message* message : {&change.standing.reason, &change.standing.next}) {
            if (!message->source.empty()) {
                text += (message == &change.standing.reason ? ": " : " ") + inEnglish(*message);
            }
        }
        return text;
    }
    std::string operator()(const Proven& proven) const
    {
        return "transaction " + std::to_string(proven.proof.txId.value) +
               " was restored: " + verdictName(proven.proof.verdict);
    }
    std::string operator()(const DamageFound& found) const
    {
        const engine::Damage& damage = found.damage;
        const std::string lost = damage.moments == 0
                                     ? std::string("no moment is lost")
                                     : counted(damage.moments, "moment") + " from transaction " +
                                           std::to_string(damage.first.value) + " to " +
                                           std::to_string(damage.last.value) +
                                           " cannot be restored any more";
        return "damaged: " + counted(damage.objects, "object") + ", " + lost;
    }
    std::string operator()(const DamageMended&) const
    {
        return "mended: every moment from now on can be restored";
    }
    std::string operator()(const GaveUp& gaveUp) const
    {
        const state::GivenUp& givenUp = gaveUp.givenUp;
        if (!givenUp.ended) {
            return "given up: what waits for the replica came to " +
                   humanBytes(givenUp.limitBytes) + "; it gets a new snapshot when it is back";
        }
        return "the replica that was given up goes on, without " +
               counted(givenUp.moments(), "moment") + spanOf(givenUp);
    }
    std::string operator()(const Stuck& stuck) const
    {
        const std::string waited = std::to_string(stuck.waited.count()) + " min";
        return stuck.isOver ? "Tidemark looks at it again, after " + waited
                            : "Tidemark itself seems to be stuck: not looked at for " + waited;
    }
    std::string operator()(const Stopped& stopped) const
    {
        return stopped.failure ? "stopped: " + inEnglish(stopped.failure->what) : "stopped";
    }
};

}  // namespace

Json eventJson(const Event& event)
{
    Json fields = std::visit(Fields(), event.what);
    fields["database"] = event.path;
    fields["at"] = formatRfc3339(event.at);
    return fields;
}

Json cautionJson(const Caution& caution, const std::string& database, Timestamp at)
{
    Json fields = {{"event", "warning"},
                   {"message", inEnglish(caution.what)},
                   {"hint", inEnglish(caution.next)}};
    if (!database.empty()) {
        fields["database"] = database;
    }
    fields["at"] = formatRfc3339(at);
    return fields;
}

std::string eventText(const Event& event, bool several)
{
    const std::string time = humanTime(event.at);
    return time + "  " + (several ? nameOf(event.path) + "  " : "") +
           std::visit(Sentence(), event.what);
}

bool isTrouble(const Event& event)
{
    if (const auto* const stopped = std::get_if<Stopped>(&event.what)) {
        return stopped->failure.has_value();
    }
    if (std::holds_alternative<DamageFound>(event.what) ||
        std::holds_alternative<state::WentBack>(event.what)) {
        return true;
    }
    if (const auto* const gaveUp = std::get_if<GaveUp>(&event.what)) {
        return !gaveUp->givenUp.ended;
    }
    if (const auto* const stuck = std::get_if<Stuck>(&event.what)) {
        return !stuck->isOver;
    }
    const auto* const change = std::get_if<StandingChanged>(&event.what);
    return change != nullptr && change->standing.state > engine::Protection::CatchingUp;
}

}  // namespace tidemark::cli
