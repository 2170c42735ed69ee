#include "core/engine/cadence.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

class TestCadence : public QObject {
    Q_OBJECT

private slots:
    void theFirstChangeIsCapturedAtOnce()
    {
        const Cadence cadence(100ms);
        QVERIFY(cadence.next(m_start) == m_start);
    }

    void theFirstChangeAfterARestIsCapturedAtOnce()
    {
        Cadence cadence(100ms);
        cadence.captured(m_start);
        QVERIFY(cadence.next(m_start + 5s) == m_start + 5s);
    }

    void aBurstIsCapturedEachBurstInterval()
    {
        Cadence cadence(100ms);
        cadence.captured(m_start);
        QVERIFY(cadence.next(m_start + 1ms) == m_start + 100ms);
        QVERIFY(cadence.next(m_start + 99ms) == m_start + 100ms);
        QVERIFY(cadence.next(m_start + 130ms) == m_start + 130ms);
    }

    void aWriterThatNeverRestsComesDownToOneASecond()
    {
        Cadence cadence(100ms);
        const auto hour = captured(cadence, m_start, 1h);
        const auto lastMinute = captured(cadence, m_start + 1h, 1min);
        QVERIFY2(hour < 600 + 3600 + 700, QByteArray::number(hour));
        QVERIFY(lastMinute <= 61);
    }

    void restingBringsTheQuickOnesBack()
    {
        Cadence cadence(100ms);
        captured(cadence, m_start, 1h);
        const auto afterRest = m_start + 1h + 10min;
        QVERIFY(captured(cadence, afterRest, 10s) >= 99);
    }

    void aMinuteOfBurstsIsAllowedAtOnce()
    {
        Cadence cadence(100ms);
        QVERIFY(captured(cadence, m_start, 60s) >= 599);
    }

private:
    /// How many segments a writer that never rests gets in `span`.
    static int captured(Cadence& cadence, Clock::Instant from, std::chrono::nanoseconds span)
    {
        int count = 0;
        for (auto now = cadence.next(from); now < from + span; now = cadence.next(now)) {
            cadence.captured(now);
            ++count;
        }
        return count;
    }

    Clock::Instant m_start{1h};
};

QTEST_GUILESS_MAIN(TestCadence)
#include "tst_cadence.moc"
