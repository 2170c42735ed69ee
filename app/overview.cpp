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
                          : Text::tr("All %n databases are protected.", "", count);
    case State::CatchingUp: return Text::tr("%n databases are catching up.", "", count);
    case State::Waiting: return Text::tr("%n databases are waiting.", "", count);
    case State::Paused: return Text::tr("%n databases are paused.", "", count);
    case State::AtRisk: return Text::tr("%n databases are at risk.", "", count);
    case State::Broken: return Text::tr("%n databases are broken.", "", count);
    case State::NotSetUp: return Text::tr("%n databases are not set up.", "", count);
    }
    Q_UNREACHABLE();
}

/// "Newest change saved 4 s ago. Proven by a test restore 1 h ago."
QString goodNews(std::span<const NamedStatus> databases, Timestamp now, const Speech& speech)
{
    std::optional<Timestamp> change;
    std::optional<Timestamp> proof;
    for (const NamedStatus& database : databases) {
        change = std::max(change, database.status->lastChangeAt);
        if (database.status->proof) {
            proof = std::max(proof, std::optional(database.status->proof->at));
        }
    }
    const auto ageOf = [&](Timestamp time) {
        return timeline::age(time.time_since_epoch().count(), now.time_since_epoch().count(),
                             speech);
    };
    QStringList sentences;
    if (change) {
        sentences << Text::tr("Newest change saved %1.", "an age: 4 s ago").arg(ageOf(*change));
    }
    if (proof) {
        sentences << Text::tr("Proven by a test restore %1.", "an age: 4 s ago").arg(ageOf(*proof));
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
        return Text::tr("The other %n databases are protected.", "", static_cast<int>(others));
    }
    return Text::tr("Of the other %1, %n are protected.", "", static_cast<int>(safe)).arg(others);
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
