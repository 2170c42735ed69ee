#include "app/add_replica.h"

#include "app/test_words.h"
#include "app/text/places.h"
#include "app/text/translated.h"

#include <QPointer>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using State = Protection::State;

bool isGood(const storage::ProbedStep& step)
{
    return step.result == storage::ProbeResult::Passed ||
           step.result == storage::ProbeResult::Noted;
}

Error alreadyTaken(const QString& place)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("add-replica", "A history is kept in %1 already."),
                     {place.toStdString()}},
            .next = {TIDEMARK_TEXT("add-replica",
                                   "Give each replica a place of its own, a folder beside it.")}};
}

}  // namespace

AddReplica::AddReplica(const Parts& parts, QObject* parent)
    : QObject(parent),
      m_parts(parts),
      m_form(PlaceForm::Purpose::Add, parts.desktop, parts.secrets, parts.home)
{
    connect(&m_form, &PlaceForm::changed, this, &AddReplica::changed);
    connect(&m_form, &PlaceForm::edited, this, &AddReplica::forget);
}

QString AddReplica::databaseName() const
{
    return fileNameOf(QString::fromStdString(m_known.path));
}

bool AddReplica::canTest() const
{
    return m_form.complete() && (m_stage == Stage::Filling || m_stage == Stage::Tested);
}

bool AddReplica::canStart() const
{
    return m_stage == Stage::Tested && m_result && !m_told.empty() &&
           std::ranges::all_of(m_told, isGood) && mayBegin(m_result->contents);
}

QString AddReplica::summary() const
{
    if (m_told.empty()) {
        return {};
    }
    const QString count =
        tr("%1 of %2 passed").arg(std::ranges::count_if(m_told, isGood)).arg(kTestSteps.size());
    return m_stage == Stage::Testing ? count
                                     : tr("%1 · %2", "6 of 8 passed, a length")
                                           .arg(count, tookWords(m_took, m_parts.voice.speech()));
}

void AddReplica::begin(Known known)
{
    m_known = std::move(known);
    m_form.clear();
    m_form.setKind(PlaceForm::Kind::S3);
    forget();
}

/// Of what was tested nothing holds for what the form says now.
void AddReplica::forget()
{
    m_testing.reset();
    ++m_keeping;
    if (m_address) {
        m_parts.secrets.dropTried(*m_address);
        m_address.reset();
    }
    m_told.clear();
    m_result.reset();
    m_problem.clear();
    m_advice.clear();
    m_stage = Stage::Filling;
    m_steps.show({});
    emit changed();
}

void AddReplica::refuse(const Error& error)
{
    m_problem = translated(error.what);
    m_advice = translated(error.next);
    emit changed();
}

bool AddReplica::isTaken(const storage::StorageAddress& address) const
{
    return std::ranges::find(m_known.taken, storage::replicaId(address), [](const auto& each) {
               return storage::replicaId(each);
           }) != m_known.taken.end();
}

void AddReplica::test()
{
    if (!canTest()) {
        return;
    }
    forget();
    const auto address = addressOf(m_form.values(), m_parts.home);
    if (!address.ok()) {
        return refuse(address.error());
    }
    if (isTaken(address.value())) {
        return refuse(alreadyTaken(placeOf(address.value(), m_parts.home)));
    }
    m_address = address.value();
    trySecretsOf(m_form.values(), *m_address, m_parts.secrets);
    m_startedAt = m_parts.voice.clock().monotonic();
    m_stage = Stage::Testing;
    m_testing = m_parts.engine.testPlace(
        *m_address, [this](const storage::ProbedStep& step) { onStep(step); },
        [this](const Result<service::PlaceTest>& answer) { onTested(answer); });
    showSteps();
}

void AddReplica::stop()
{
    if (m_stage == Stage::Testing) {
        forget();
    }
}

void AddReplica::onStep(const storage::ProbedStep& step)
{
    m_told.push_back(step);
    m_took = m_parts.voice.clock().monotonic() - m_startedAt;
    showSteps();
}

void AddReplica::onTested(const Result<service::PlaceTest>& answer)
{
    m_took = m_parts.voice.clock().monotonic() - m_startedAt;
    m_stage = Stage::Tested;
    if (answer.ok()) {
        m_result = answer.value();
        m_told = answer.value().probed.steps;
        showSteps();
    } else {
        m_steps.show({});
        refuse(answer.error());
    }
}

/// All steps from the start, so that what is still to come is seen.
void AddReplica::showSteps()
{
    std::vector<TestStepModel::Row> rows;
    for (const storage::ProbeStep step : kTestSteps) {
        const auto told = std::ranges::find(m_told, step, &storage::ProbedStep::step);
        if (told != m_told.end()) {
            rows.push_back(rowOf(*told, m_parts.voice.speech()));
            continue;
        }
        const bool isNext = m_stage == Stage::Testing && rows.size() == m_told.size();
        rows.push_back(
            {.title = titleOf(step), .state = isNext ? State::CatchingUp : State::NotSetUp});
    }
    if (m_result && m_result->contents) {
        if (auto row = rowOf(*m_result->contents); !row.title.isEmpty()) {
            rows.push_back(std::move(row));
        }
    }
    m_steps.show(std::move(rows));
    emit changed();
}

void AddReplica::start()
{
    if (!canStart()) {
        return;
    }
    m_stage = Stage::Starting;
    m_problem.clear();
    m_advice.clear();
    emit changed();
    const int number = ++m_keeping;
    m_parts.secrets.keep(*m_address, [self = QPointer(this), number](const Status& status) {
        if (self && self->m_keeping == number) {
            self->onKept(status);
        }
    });
}

/// Without its secrets it would stop at the next start of the program.
void AddReplica::onKept(const Status& status)
{
    m_stage = Stage::Tested;
    if (!status.ok()) {
        return refuse(status.error());
    }
    const service::ReplicaConfig replica{.name = freeName().toStdString(),
                                         .address = *m_address,
                                         .syncInterval = syncIntervalOf(m_form.values())};
    m_address.reset();
    m_form.clear();
    emit accepted(replica);
}

QString AddReplica::freeName() const
{
    const QString name = kindName(m_address->kind);
    QString free = name;
    for (int number = 2; m_known.names.contains(free); ++number) {
        free = u"%1 %2"_s.arg(name).arg(number);
    }
    return free;
}

void AddReplica::abandon()
{
    m_form.clear();
}

}  // namespace tidemark::app
