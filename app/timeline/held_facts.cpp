#include "app/timeline/held_facts.h"

#include <chrono>
#include <utility>

namespace tidemark::app::timeline {
namespace {

using namespace std::chrono_literals;

/// Longer than between two repeats of a key.
constexpr auto kRest = 120ms;

}  // namespace

HeldFacts::HeldFacts(QObject* parent) : QObject(parent)
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRest);
    connect(&m_rest, &QTimer::timeout, this, &HeldFacts::wanted);
}

void HeldFacts::hold(const MomentRow& row, const Speech& speech)
{
    if (std::exchange(m_number, row.number) == row.number) {
        return;
    }
    m_words = wordsFor(row, speech);
    m_problem.clear();
    m_rest.start();
    emit changed();
}

void HeldFacts::take(std::uint64_t number, const service::MomentFacts& facts, const Speech& speech)
{
    if (m_number == number) {
        m_words = wordsFor(facts, speech);
        m_problem.clear();
        emit changed();
    }
}

void HeldFacts::fail(std::uint64_t number, const QString& problem)
{
    if (m_number == number) {
        m_problem = problem;
        emit changed();
    }
}

}  // namespace tidemark::app::timeline
