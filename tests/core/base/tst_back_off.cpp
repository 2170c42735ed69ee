#include "core/base/back_off.h"

#include <QTest>

#include <chrono>
#include <limits>

using namespace tidemark;
using namespace std::chrono_literals;

class TestBackOff : public QObject {
    Q_OBJECT

private slots:
    void theFirstPauseIsTheShortestOne()
    {
        QVERIFY(doubled(10s, 0, 600s) == 10s);
        // Nothing has failed.
        QVERIFY(doubled(10s, -1, 600s) == 10s);
    }

    void eachFurtherOneIsTwiceAsLong()
    {
        QVERIFY(doubled(10s, 1, 600s) == 20s);
        QVERIFY(doubled(10s, 5, 600s) == 320s);
    }

    void noneIsLongerThanTheLongest()
    {
        QVERIFY(doubled(10s, 6, 600s) == 600s);
        QVERIFY(doubled(10s, std::numeric_limits<int>::max(), 600s) == 600s);
        QVERIFY(doubled(900ms, 0, 600ms) == 600ms);
    }
};

QTEST_GUILESS_MAIN(TestBackOff)
#include "tst_back_off.moc"
