#include "app/text/protection.h"

#include <QCoreApplication>

namespace tidemark::app::Protection {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(Protection)
};

}  // namespace

State fromEngine(engine::Protection state)
{
    switch (state) {
    case engine::Protection::Protected: return State::Protected;
    case engine::Protection::CatchingUp: return State::CatchingUp;
    case engine::Protection::Waiting: return State::Waiting;
    case engine::Protection::Paused: return State::Paused;
    case engine::Protection::AtRisk: return State::AtRisk;
    case engine::Protection::Broken: return State::Broken;
    case engine::Protection::NotSetUp: return State::NotSetUp;
    }
    Q_UNREACHABLE();
}

QString word(State state)
{
    switch (state) {
    case State::Protected: return Text::tr("Protected");
    case State::CatchingUp: return Text::tr("Catching up");
    case State::Waiting: return Text::tr("Waiting");
    case State::Paused: return Text::tr("Paused");
    case State::AtRisk: return Text::tr("At risk");
    case State::Broken: return Text::tr("Broken");
    case State::NotSetUp: return Text::tr("Not set up");
    }
    Q_UNREACHABLE();
}

}  // namespace tidemark::app::Protection
