#include "app/transfer_words.h"
#include "tests/app/fakes.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMb = 1'000'000;

}  // namespace

class TestTransferWords : public QObject {
    Q_OBJECT

private slots:
    void atFirstOnlyTheAmountsAreKnown()
    {
        TransferMeter meter;
        meter.add(m_start, 0, 612 * kMb);
        QVERIFY(!meter.bytesPerSecond());
        QVERIFY(!meter.left());
        QCOMPARE(transferWords(0, 612 * kMb, meter, berlinSpeech()),
                 QStringLiteral("0 B of 612 MB"));
    }

    void speedAndRestComeAfterAMoment()
    {
        TransferMeter meter;
        meter.add(m_start, 0, 612 * kMb);
        meter.add(m_start + 2s, 236 * kMb, 612 * kMb);
        QCOMPARE(transferWords(236 * kMb, 612 * kMb, meter, berlinSpeech()),
                 QStringLiteral("236 MB of 612 MB · 118 MB/s · about 3 s left"));
    }

    void theSpeedIsThatOfTheLastSeconds()
    {
        TransferMeter meter;
        for (int second = 0; second <= 10; ++second) {
            meter.add(m_start + second * 1s, static_cast<std::uint64_t>(second) * 10 * kMb,
                      1000 * kMb);
        }
        for (int second = 11; second <= 14; ++second) {
            meter.add(m_start + second * 1s,
                      static_cast<std::uint64_t>(100 + (second - 10) * 50) * kMb, 1000 * kMb);
        }
        QCOMPARE(qRound64(*meter.bytesPerSecond() / kMb), 50);
    }

    void aNewPhaseCountsFromItsOwnBeginning()
    {
        TransferMeter meter;
        meter.add(m_start, 0, 100 * kMb);
        meter.add(m_start + 1s, 100 * kMb, 100 * kMb);
        meter.add(m_start + 2s, 5 * kMb, 100 * kMb);
        QVERIFY(!meter.bytesPerSecond());
        meter.add(m_start + 3s, 15 * kMb, 100 * kMb);
        QCOMPARE(qRound64(*meter.bytesPerSecond() / kMb), 10);
    }

    void whatStandsStillHasNoEnd()
    {
        TransferMeter meter;
        meter.add(m_start, 5 * kMb, 100 * kMb);
        meter.add(m_start + 2s, 5 * kMb, 100 * kMb);
        QCOMPARE(*meter.bytesPerSecond(), 0.0);
        QVERIFY(!meter.left());
    }

    void theLastSecondIsNotAboutNothing()
    {
        TransferMeter meter;
        meter.add(m_start, 0, 100 * kMb);
        meter.add(m_start + 1s, 99 * kMb, 100 * kMb);
        QVERIFY(transferWords(99 * kMb, 100 * kMb, meter, berlinSpeech())
                    .endsWith(QStringLiteral("less than 1 s left")));
    }

private:
    Clock::Instant m_start{1h};
};

QTEST_GUILESS_MAIN(TestTransferWords)
#include "tst_transfer_words.moc"
