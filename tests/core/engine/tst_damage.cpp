#include "core/engine/damage.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::engine;

namespace {

constexpr Timestamp kNow(std::chrono::hours(24 * 365 * 50));

Timestamp nextAfter(const std::vector<Timestamp>& bases)
{
    return nextBaseAt({.objects = 1, .bases = bases}, kNow);
}

}  // namespace

/// How often bases are written because of damage.
class TestDamage : public QObject {
    Q_OBJECT

private slots:
    void theFirstBaseThatMendsIsWrittenAtOnce() { QVERIFY(nextAfter({}) <= kNow); }

    void eachFurtherOneWaitsLonger()
    {
        QVERIFY(nextAfter({kNow}) == kNow + 10min);
        QVERIFY(nextAfter({kNow - 10min, kNow}) == kNow + 1h);
        QVERIFY(nextAfter({kNow - 70min, kNow - 60min, kNow}) == kNow + 24h);
        QVERIFY(nextAfter({kNow - 25h, kNow - 24h - 60min, kNow - 24h, kNow}) == kNow + 24h);
    }

    void whatIsLongAgoDoesNotCount()
    {
        QVERIFY(nextAfter({kNow - kBasesCount}) <= kNow);
        QVERIFY(nextAfter({kNow - 2 * kBasesCount, kNow - kBasesCount, kNow}) == kNow + 10min);
    }

    void whatIsOfTheFutureDoesNotCount()
    {
        QVERIFY(nextAfter({kNow + 10000h}) <= kNow);
        QVERIFY(nextAfter({kNow, kNow + 10000h}) == kNow + 10min);
    }
};

QTEST_APPLESS_MAIN(TestDamage)
#include "tst_damage.moc"
