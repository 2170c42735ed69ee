#pragma once

#include "app/timeline/moment_words.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <optional>

namespace tidemark::app::timeline {

/// What a look into the replica tells of the moment that is held. The look is asked for once the
/// moment rests: a key that is held down passes many a second. Lives on the GUI thread.
class HeldFacts : public QObject {
    Q_OBJECT

public:
    explicit HeldFacts(QObject* parent = nullptr);

    [[nodiscard]] const FactWords& words() const { return m_words; }
    /// Why they cannot be had.
    [[nodiscard]] const QString& problem() const { return m_problem; }

    /// The moment that is held now. By its number: in a list that was read again another moment may
    /// stand at the same place.
    void hold(const MomentRow& row, const Speech& speech);
    void forget() { m_number.reset(); }
    /// Answers to `wanted`; one for another moment is dropped.
    void take(std::uint64_t number, const service::MomentFacts& facts, const Speech& speech);
    void fail(std::uint64_t number, const QString& problem);

signals:
    void changed();
    void wanted();

private:
    std::optional<std::uint64_t> m_number;  // Whose they are.
    FactWords m_words;
    QString m_problem;
    QTimer m_rest;
};

}  // namespace tidemark::app::timeline
