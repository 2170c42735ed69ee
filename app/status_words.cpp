#include "app/status_words.h"

#include "app/text/translated.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace tidemark::app {
namespace {

using timeline::Millis;
using timeline::Speech;

struct Text {
    Q_DECLARE_TR_FUNCTIONS(Status)
};

Millis millis(Timestamp time)
{
    return time.time_since_epoch().count();
}

/// "since 14:27, 26 min"
QString sinceWords(Timestamp since, Timestamp now, const Speech& speech)
{
    if (since == Timestamp{}) {
        return {};
    }
    return Text::tr("since %1, %2", "time of day, length")
        .arg(timeline::shortTime(millis(since), speech), briefAge(since, now, speech));
}

QString nextTryWords(Timestamp at, Timestamp now, const Speech& speech)
{
    const Millis left = std::max<Millis>(0, millis(at) - millis(now));
    const Millis wholeSeconds = (left + 999) / 1000 * 1000;
    return wholeSeconds == 0
               ? Text::tr("Trying again now.")
               : Text::tr("Next try in %1.").arg(timeline::length(wholeSeconds, speech));
}

QString nextWords(const engine::Standing& standing, Timestamp now, const Speech& speech)
{
    QString next = translated(standing.next);
    if (!standing.nextTry) {
        return next;
    }
    const QString retry = nextTryWords(*standing.nextTry, now, speech);
    return next.isEmpty() ? retry : Text::tr("%1 %2", "two sentences").arg(retry, next);
}

StatusWords wordsOf(const engine::Standing& standing, Timestamp now, const Speech& speech)
{
    const auto state = Protection::fromEngine(standing.state);
    StatusWords words{.state = state,
                      .word = Protection::word(state),
                      .reason = translated(standing.reason),
                      .next = nextWords(standing, now, speech)};
    switch (standing.state) {
    case engine::Protection::Waiting:
    case engine::Protection::Paused:
    case engine::Protection::AtRisk:
    case engine::Protection::Broken:
        words.detail = sinceWords(standing.since, now, speech);
        if (standing.since != Timestamp{}) {
            words.age = briefAge(standing.since, now, speech);
        }
        break;
    default: break;
    }
    return words;
}

/// For a week, where the state says nothing else: what a power loss or an older copy took away.
void addWentBack(StatusWords& words, const service::DatabaseStatus& status, Timestamp now,
                 const Speech& speech)
{
    constexpr std::chrono::hours kShown{7 * 24};
    const auto& wentBack = status.wentBack;
    if (!words.reason.isEmpty() || !wentBack || now - wentBack->at > kShown) {
        return;
    }
    const auto dayAndTime = [&speech](Timestamp at) {
        return Text::tr("%1, %2", "day, time of day")
            .arg(timeline::shortDay(millis(at), speech), timeline::clockTime(millis(at), speech));
    };
    const auto moments =
        static_cast<int>(std::min<std::uint64_t>(wentBack->moments(), 999'999'999));
    words.reason = Text::tr(
                       "It was found as it had been at %1. Only its history has the %Ln later "
                       "moments, up to %2.",
                       "day, time of day, each", moments)
                       .arg(dayAndTime(wentBack->toAt), dayAndTime(wentBack->lastAt));
    words.next = Text::tr("If that was not meant, open its history and restore a later moment.");
}

QString workWords(const service::LongWork& work, const Speech& speech)
{
    const QString share = percent(shareDone(work), speech);
    return work.kind == service::LongWork::Kind::Snapshot
               ? Text::tr("first snapshot, %1", "a share").arg(share)
               : Text::tr("test restore, %1", "a share").arg(share);
}

}  // namespace

StatusWords wordsFor(const service::DatabaseStatus& status, Timestamp now, const Speech& speech)
{
    StatusWords words = wordsOf(status.standing, now, speech);
    if (status.work) {
        words.detail = workWords(*status.work, speech);
        words.age = percent(shareDone(*status.work), speech);
        return words;
    }
    const bool healthy = status.standing.state == engine::Protection::Protected ||
                         status.standing.state == engine::Protection::CatchingUp;
    if (healthy) {
        addWentBack(words, status, now, speech);
    }
    if (healthy && status.lastChangeAt) {
        words.age = briefAge(*status.lastChangeAt, now, speech);
        if (status.standing.state == engine::Protection::Protected) {
            words.detail =
                Text::tr("last change %1", "an age: 4 s ago")
                    .arg(timeline::age(millis(*status.lastChangeAt), millis(now), speech));
        }
    }
    return words;
}

StatusWords wordsFor(const service::ReplicaStatus& status, Timestamp now, const Speech& speech)
{
    StatusWords words = wordsOf(status.standing, now, speech);
    if (status.pendingSegments > 0) {
        words.age =
            Text::tr("%Ln to send", "changes",
                     static_cast<int>(std::min<std::uint64_t>(status.pendingSegments, 999'999)));
    } else if (status.confirmedAt && words.age.isEmpty()) {
        words.age = briefAge(*status.confirmedAt, now, speech);
    }
    return words;
}

QString intervalWords(const service::ReplicaStatus& status, const Speech& speech)
{
    return status.syncInterval.count() == 0
               ? QString()
               : Text::tr("sent every %1", "a length of time: 10 s")
                     .arg(briefAge({}, Timestamp(status.syncInterval), speech));
}

QString proofWords(const service::DatabaseStatus& status, Timestamp now, const Speech& speech)
{
    if (status.unproven) {
        return Text::tr("Not proven: %1", "a sentence").arg(translated(status.unproven->why.what));
    }
    if (!status.proof) {
        return {};
    }
    const QString age = timeline::age(millis(status.proof->at), millis(now), speech);
    return status.proof->verdict == restore::Verdict::Proven
               ? Text::tr("Proven %1", "an age: 4 s ago").arg(age)
               : Text::tr("Checked %1", "an age: 4 s ago").arg(age);
}

QString proofWordsWithin(const service::DatabaseStatus& status, Timestamp now, const Speech& speech)
{
    if (status.unproven) {
        return Text::tr("not proven", "within a line");
    }
    if (!status.proof) {
        return {};
    }
    const QString age = timeline::age(millis(status.proof->at), millis(now), speech);
    return status.proof->verdict == restore::Verdict::Proven
               ? Text::tr("proven %1", "within a line; an age: 4 s ago").arg(age)
               : Text::tr("checked %1", "within a line; an age: 4 s ago").arg(age);
}

QString snapshotWords(const service::DatabaseStatus& status, Timestamp now, const Speech& speech)
{
    const service::SnapshotFacts* oldest = nullptr;
    for (const service::ReplicaStatus& replica : status.replicas) {
        if (replica.snapshotOrdered) {
            return Text::tr("It is being made.");
        }
        if (replica.snapshot && (oldest == nullptr || replica.snapshot->txId < oldest->txId)) {
            oldest = &*replica.snapshot;
        }
    }
    if (oldest == nullptr) {
        return {};
    }
    const QString age = timeline::age(millis(oldest->time), millis(now), speech);
    return oldest->txId == status.captured
               ? Text::tr("The newest moment is one: %1.", "an age: 4 s ago").arg(age)
               : Text::tr("The last one: %1.", "an age: 4 s ago").arg(age);
}

bool maySnapshot(const service::DatabaseStatus& status)
{
    return status.standing.state != engine::Protection::Paused &&
           std::ranges::any_of(status.replicas, [&](const service::ReplicaStatus& replica) {
               return replica.standing.state <= engine::Protection::CatchingUp &&
                      !replica.snapshotOrdered && replica.snapshot &&
                      replica.snapshot->txId < status.captured;
           });
}

QString briefAge(Timestamp since, Timestamp now, const Speech& speech)
{
    const Millis seconds = std::max<Millis>(0, (millis(now) - millis(since)) / 1000);
    const auto say = [&](const QString& form, Millis amount) {
        return form.arg(speech.locale.toString(static_cast<qlonglong>(amount)));
    };
    if (seconds < 60) {
        return say(Text::tr("%1 s", "seconds"), seconds);
    }
    if (seconds < 60 * 60) {
        return say(Text::tr("%1 min", "minutes"), seconds / 60);
    }
    if (seconds < 48 * 60 * 60) {
        return say(Text::tr("%1 h", "hours"), seconds / (60 * 60));
    }
    return say(Text::tr("%1 d", "days"), seconds / (24 * 60 * 60));
}

double shareDone(const service::LongWork& work)
{
    if (work.totalBytes == 0) {
        return 0;
    }
    return std::min(1.0,
                    static_cast<double>(work.doneBytes) / static_cast<double>(work.totalBytes));
}

QString percent(double share, const Speech& speech)
{
    return Text::tr("%1 %", "percent")
        .arg(speech.locale.toString(static_cast<int>(std::floor(share * 100))));
}

}  // namespace tidemark::app
