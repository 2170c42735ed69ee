#include "app/test_words.h"

#include "app/text/translated.h"

#include <QCoreApplication>

namespace tidemark::app {
namespace {

using replica::PlaceContents;
using storage::ProbeResult;
using storage::ProbeStep;
using State = Protection::State;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(TestWords)
};

State stateOf(ProbeResult result)
{
    switch (result) {
    case ProbeResult::Passed: return State::Protected;
    case ProbeResult::Noted: return State::AtRisk;
    case ProbeResult::Failed: return State::Broken;
    case ProbeResult::Skipped: break;
    }
    return State::NotSetUp;
}

/// What a step that went well has shown.
QString foundBy(ProbeStep step)
{
    switch (step) {
    case ProbeStep::Reach: return Words::tr("It answers");
    case ProbeStep::Authenticate: return Words::tr("It knows you");
    case ProbeStep::List: return Words::tr("What is there can be seen");
    case ProbeStep::Write: return Words::tr("A small file was written");
    case ProbeStep::ReadBack: return Words::tr("Same bytes, whole and from the middle");
    case ProbeStep::CreateOnly: return Words::tr("A second one of that name was refused");
    case ProbeStep::Clock: return Words::tr("It agrees with this one");
    case ProbeStep::Delete: return Words::tr("And nothing is left of the test");
    }
    Q_UNREACHABLE();
}

}  // namespace

QString titleOf(ProbeStep step)
{
    switch (step) {
    case ProbeStep::Reach: return Words::tr("Reach it");
    case ProbeStep::Authenticate: return Words::tr("Sign in");
    case ProbeStep::List: return Words::tr("List");
    case ProbeStep::Write: return Words::tr("Write");
    case ProbeStep::ReadBack: return Words::tr("Read it back");
    case ProbeStep::CreateOnly: return Words::tr("Never overwrite");
    case ProbeStep::Clock: return Words::tr("Clock");
    case ProbeStep::Delete: return Words::tr("Delete");
    }
    Q_UNREACHABLE();
}

TestStepModel::Row rowOf(const storage::ProbedStep& step, const timeline::Speech& speech)
{
    TestStepModel::Row row{.title = titleOf(step.step), .state = stateOf(step.result)};
    if (step.duration) {
        row.took = tookWords(*step.duration, speech);
    }
    if (step.failure) {
        row.text = translated(step.failure->what);
        row.advice = translated(step.failure->next);
    } else if (step.result == ProbeResult::Noted) {
        row.text = translated(step.note);
        row.advice = translated(step.advice);
    } else if (step.result == ProbeResult::Skipped) {
        row.text = Words::tr("Not tried");
    } else {
        row.text = foundBy(step.step);
    }
    return row;
}

TestStepModel::Row rowOf(const PlaceContents& contents)
{
    const QString title = Words::tr("What is there");
    switch (contents.kind) {
    case PlaceContents::Kind::Nothing: return {};
    case PlaceContents::Kind::Replica:
        return {.title = title,
                .text = Words::tr("A history is there already"),
                .advice = Words::tr("If it is that of this database, it goes on. Any other one is "
                                    "left alone, and the replica says so."),
                .state = State::AtRisk};
    case PlaceContents::Kind::Legacy:
        return {
            .title = title,
            .text = Words::tr("A replica of Litestream 0.3 is there"),
            .advice = Words::tr("Give the new replica a folder of its own. You can open the old "
                                "one and restore from it."),
            .state = State::Broken};
    case PlaceContents::Kind::Others:
        return {.title = title,
                .text = Words::tr("Other files are there, “%1” among them")
                            .arg(QString::fromStdString(contents.example)),
                .advice = Words::tr("They are left alone. A folder of its own is tidier."),
                .state = State::AtRisk};
    }
    Q_UNREACHABLE();
}

bool mayBegin(const std::optional<PlaceContents>& contents)
{
    return !contents || contents->kind != PlaceContents::Kind::Legacy;
}

QString tookWords(std::chrono::nanoseconds took, const timeline::Speech& speech)
{
    using namespace std::chrono;
    constexpr auto kShort = 1s;
    if (took < kShort) {
        return Words::tr("%1 ms", "a duration")
            .arg(timeline::number(static_cast<std::uint64_t>(ceil<milliseconds>(took).count()),
                                  speech));
    }
    const double seconds = duration<double>(took).count();
    return Words::tr("%1 s", "a duration").arg(speech.locale.toString(seconds, 'f', 1));
}

}  // namespace tidemark::app
