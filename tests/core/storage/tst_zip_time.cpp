#include "core/base/civil_time.h"
#include "core/storage/zip_time.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

class TestZipTime : public QObject {
    Q_OBJECT

private slots:
    void millisecondsComeBack_data()
    {
        QTest::addColumn<qint64>("ms");
        QTest::newRow("now") << qint64{1'795'347'066'812};
        QTest::newRow("the epoch") << qint64{0};
        QTest::newRow("before it") << qint64{-1};
        QTest::newRow("beyond 32 bits") << qint64{5'000'000'000'001};
        QTest::newRow("the seventeenth century") << qint64{-11'000'000'000'000};
    }
    void millisecondsComeBack()
    {
        QFETCH(qint64, ms);
        const Timestamp time{std::chrono::milliseconds(ms)};
        QCOMPARE(zipTimeOf(zipTimeFields(time), 0)->time_since_epoch().count(), ms);
    }

    void secondsWillDo()
    {
        const Timestamp time{std::chrono::milliseconds(1'795'347'066'812)};
        auto fields = zipTimeFields(time);
        fields.resize(9);  // The first field alone.
        QCOMPARE(zipTimeOf(fields, 0)->time_since_epoch().count(), qint64{1'795'347'066'000});
    }

    void theOldFieldIsTakenForUtc()
    {
        const std::uint32_t dosTime =
            (46U << 25) | (11U << 21) | (22U << 16) | (13U << 11) | (31U << 5) | 3U;
        const CivilTime civil = inUtc(*zipTimeOf({}, dosTime));
        QCOMPARE(civil.year, 2026);
        QCOMPARE(civil.month, 11);
        QCOMPARE(civil.day, 22);
        QCOMPARE(civil.hour, 13);
        QCOMPARE(civil.minute, 31);
        QCOMPARE(civil.second, 6);
    }

    void nothingIsReadIntoNonsense()
    {
        QVERIFY(!zipTimeOf({}, 0));
        QVERIFY(!zipTimeOf({}, 0x0021'0000));
        QVERIFY(!zipTimeOf({}, 0xffff'ffff));
    }

    void fieldsThatBreakOffSayNothing()
    {
        const auto whole = zipTimeFields(Timestamp(std::chrono::seconds(1'000'000'000)));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto time = zipTimeOf(std::span(whole).first(size), 0);
            QCOMPARE(time.has_value(), size >= 9);
        }
    }
};

QTEST_GUILESS_MAIN(TestZipTime)
#include "tst_zip_time.moc"
