#include "app/overview.h"

#include "app/text/translated.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using Protection::State;
using timeline::Speech;

struct Text {
    Q_DECLARE_TR_FUNCTIONS(Overview)
};

State stateOf(const NamedStatus& database)
{
    return Protection::fromEngine(database.status->standing.state);
}

QString sentenceForOne(State state, const QString& name)
{
    switch (state) {
    case State::Protected: return Text::tr("%1 is protected.").arg(name);
    case State::CatchingUp: return Text::tr("%1 is catching up.").arg(name);
    case State::Waiting: return Text::tr("%1 is waiting.").arg(name);
    case State::Paused: return Text::tr("%1 is paused.").arg(name);
    case State::AtRisk: return Text::tr("%1 is at risk.").arg(name);
    case State::Broken: return Text::tr("%1 is broken.").arg(name);
    case State::NotSetUp: return Text::tr("%1 is not set up.").arg(name);
    }
    Q_UNREACHABLE();
}

QString sentenceForMany(State state, int count)
{
    switch (state) {
    case State::Protected:
        return count == 2 ? Text::tr("Both databases are protected.")
                          : Text::tr("All %Ln databases are protected.", "", count);
    case State::CatchingUp: return Text::tr("%Ln databases are catching up.", "", count);
    case State::Waiting: return Text::tr("%Ln databases are waiting.", "", count);
    case State::Paused: return Text::tr("%Ln databases are paused.", "", count);
    case State::AtRisk: return Text::tr("%Ln databases are at risk.", "", count);
    case State::Broken: return Text::tr("%Ln databases are broken.", "", count);
    case State::NotSetUp: return Text::tr("%Ln databases are not set up.", "", count);
    }
    Q_UNREACHABLE();
}

/// What holds for every one of them: the weakest verdict and the oldest time; empty when one was
/// never restored.
std::optional<service::Proof> proofOfAll(std::span<const NamedStatus> databases)
{
    std::optional<service::Proof> all;
    for (const NamedStatus& database : databases) {
        const auto& proof = database.status->proof;
        if (!proof) {
            return std::nullopt;
        }
        all = all.value_or(*proof);
        all->at = std::min(all->at, proof->at);
        if (proof->verdict != restore::Verdict::Proven) {
            all->verdict = proof->verdict;
        }
    }
    return all;
}

/// "Newest change saved 4 s ago. Proven by a test restore 1 h ago."
QString goodNews(std::span<const NamedStatus> databases, Timestamp now, const Speech& speech)
{
    std::optional<Timestamp> saved;
    for (const NamedStatus& database : databases) {
        saved = std::max(saved, database.status->savedAt);
    }
    const auto ageOf = [&](Timestamp time) {
        return timeline::age(time.time_since_epoch().count(), now.time_since_epoch().count(),
                             speech);
    };
    QStringList sentences;
    if (saved) {
        sentences << Text::tr("Newest change saved %1.", "an age: 4 s ago").arg(ageOf(*saved));
    }
    if (const auto proof = proofOfAll(databases)) {
        const QString form = proof->verdict == restore::Verdict::Proven
                                 ? Text::tr("Proven by a test restore %1.", "an age: 4 s ago")
                                 : Text::tr("Checked by a test restore %1.", "an age: 4 s ago");
        sentences << form.arg(ageOf(proof->at));
    }
    return sentences.join(u' ');
}

/// "The other 2 databases are protected."
QString restWords(std::span<const NamedStatus> databases, State worst)
{
    const auto others = std::ranges::count_if(
        databases, [&](const NamedStatus& database) { return stateOf(database) != worst; });
    const auto safe = std::ranges::count(databases, State::Protected, stateOf);
    if (others == 0) {
        return {};
    }
    if (others == safe) {
        return Text::tr("The other %Ln databases are protected.", "", static_cast<int>(others));
    }
    return Text::tr("Of the other %L1, %Ln are protected.", "", static_cast<int>(safe)).arg(others);
}

}  // namespace

Overview overviewOf(std::span<const NamedStatus> databases, Timestamp now, const Speech& speech)
{
    if (databases.empty()) {
        return {.sentence = Text::tr("No database is protected yet.")};
    }
    const auto worst = std::ranges::max_element(databases, {}, stateOf);
    const State state = stateOf(*worst);
    const auto count = static_cast<int>(std::ranges::count(databases, state, stateOf));
    Overview overview{.worst = state,
                      .sentence = count == 1 ? sentenceForOne(state, worst->name)
                                             : sentenceForMany(state, count)};
    if (state == State::Protected) {
        overview.detail = goodNews(databases, now, speech);
        return overview;
    }
    const QString reason = count == 1 ? translated(worst->status->standing.reason) : QString();
    const QString rest = restWords(databases, state);
    overview.detail = reason.isEmpty() || rest.isEmpty() ? reason + rest : reason + u' ' + rest;
    return overview;
}

}  // namespace tidemark::app
