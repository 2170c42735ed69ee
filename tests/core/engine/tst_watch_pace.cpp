#include "core/engine/watch_pace.h"

#include <QTest>

#include <optional>
#include <random>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

namespace {

constexpr Clock::Instant kStart{1h};

sqlite::FileMark markOf(std::uint32_t counter, std::int64_t modifiedNs)
{
    return {.stamp = {.sizeBytes = 4096, .modifiedNs = modifiedNs}, .changeCounter = counter};
}

/// What writes to a file every `period`, give or take a share of it, and counts its change counter
/// up each time or at the first time alone.
struct Writer {
    std::chrono::milliseconds period{};
    int jitterPercent = 0;
    bool commits = true;
};

/// When a file with this writer is looked at for the first time, if within ten seconds.
std::optional<Clock::Instant::duration> firstLook(const Writer& writer, unsigned seed)
{
    std::minstd_rand random(seed);
    WatchPace pace;
    sqlite::FileMark mark = markOf(1, 0);
    Clock::Instant next = kStart;
    for (Clock::Instant now = kStart; now < kStart + 10s; now += 5ms) {
        if (now >= next) {
            const int percent = static_cast<int>(random() % 201) - 100;
            next = now + writer.period + writer.period * percent * writer.jitterPercent / 10'000;
            mark.changeCounter += writer.commits || mark.changeCounter == 1 ? 1 : 0;
            ++mark.stamp.modifiedNs;
            pace.noticed(now);
        }
        const bool isDue = pace.due() && now >= *pace.due();
        if (isDue && (pace.isAtRest(now) || pace.areCommits(mark, now))) {
            return now - kStart;
        }
    }
    return std::nullopt;
}

}  // namespace

class TestWatchPace : public QObject {
    Q_OBJECT

private slots:
    void withoutAChangeNothingIsDue() { QVERIFY(!WatchPace().due()); }

    void aChangeIsLookedAtWhenItsWriterRests()
    {
        WatchPace pace;
        pace.noticed(kStart);
        QVERIFY(pace.due() == kStart + 250ms);
        pace.noticed(kStart + 200ms);
        QVERIFY(pace.due() == kStart + 450ms);
    }

    void aWriterThatDoesNotRestIsNotWaitedForLongerThanASecond()
    {
        WatchPace pace;
        for (auto at = kStart; at < kStart + 2s; at += 50ms) {
            pace.noticed(at);
        }
        QVERIFY(pace.due() == kStart + 1s);
    }

    void aLookIsOverWithItsChange()
    {
        WatchPace pace;
        pace.noticed(kStart);
        pace.looked();
        QVERIFY(!pace.isPending() && !pace.due());
    }

    void looksNeverTakeMoreThanATwentiethOfTheTime()
    {
        WatchPace pace;
        Clock::Instant now = kStart;
        Clock::Instant::duration looking{};
        for (int i = 0; i < 10; ++i) {
            pace.noticed(now);
            now = *pace.due();
            pace.charge(now, now + 400ms);
            pace.looked();
            now += 400ms;
            looking += 400ms;
        }
        pace.noticed(now);
        QVERIFY(20 * looking <= *pace.due() - kStart);
        QVERIFY(WatchPace::period(400ms) == 8s);
    }

    void aLockedDatabaseIsTriedSoonAndThenLessOften()
    {
        WatchPace pace;
        pace.noticed(kStart);
        const auto now = kStart + 250ms;
        pace.hindered(now);
        QVERIFY(pace.due() == now + 20ms);
        for (int i = 0; i < 10; ++i) {
            pace.hindered(now);
        }
        QVERIFY(pace.due() == now + 500ms);
        pace.looked();
        pace.noticed(now + 1s);
        pace.hindered(now + 1250ms);
        QVERIFY(pace.due() == now + 1270ms);
    }

    void aWriterRestsAQuarterOfASecondBehindItsLastWrite()
    {
        WatchPace pace;
        QVERIFY(pace.isAtRest(kStart));
        pace.noticed(kStart);
        QVERIFY(!pace.isAtRest(kStart + 249ms));
        QVERIFY(pace.isAtRest(kStart + 250ms));
    }

    void onlyWritesThatCountTheCounterUpAreCommits()
    {
        WatchPace pace;
        pace.noticed(kStart);
        QVERIFY(!pace.areCommits(markOf(7, 1), kStart));
        QVERIFY(pace.notBefore() == kStart + 50ms);
        QVERIFY(!pace.areCommits(markOf(8, 2), kStart));
        QVERIFY(!pace.areCommits(markOf(8, 3), kStart));
        QVERIFY(!pace.areCommits(markOf(9, 4), kStart));
        QVERIFY(pace.areCommits(markOf(10, 5), kStart));
        pace.looked();
        QVERIFY(!pace.areCommits(markOf(11, 6), kStart));
    }

    void aGlimpseBetweenTwoCommitsSaysNothing()
    {
        WatchPace pace;
        pace.noticed(kStart);
        QVERIFY(!pace.areCommits(markOf(7, 1), kStart));
        QVERIFY(!pace.areCommits(markOf(8, 2), kStart));
        QVERIFY(!pace.areCommits(markOf(8, 2), kStart));
        QVERIFY(!pace.areCommits(markOf(8, 2), kStart));
        QVERIFY(pace.areCommits(markOf(9, 3), kStart));
    }

    void aSteadyWriterIsLookedAtWhateverItsPeriod()
    {
        for (auto period = 20ms; period <= 300ms; period += 10ms) {
            for (const int jitterPercent : {0, 10, 30, 50}) {
                for (unsigned seed = 1; seed <= 20; ++seed) {
                    const auto look = firstLook({period, jitterPercent}, seed);
                    QVERIFY2(
                        look && *look <= 2s,
                        qPrintable(
                            QString("every %1 ms, %2 %").arg(period.count()).arg(jitterPercent)));
                }
            }
        }
    }

    /// As a copy of another file that comes piece by piece.
    void whatIsWrittenWithoutCountingUpIsWaitedFor()
    {
        for (auto period = 20ms; period <= 240ms; period += 10ms) {
            QVERIFY(!firstLook({period, 0, false}, 1));
        }
    }

    void aFileIsFreshForAQuarterOfASecond()
    {
        const Timestamp written(1'800'000'000'000ms);
        const sqlite::FileStamp stamp = markOf(1, 1'800'000'000'000'000'000).stamp;
        QVERIFY(WatchPace::isFresh(stamp, written));
        QVERIFY(WatchPace::isFresh(stamp, written + 249ms));
        QVERIFY(!WatchPace::isFresh(stamp, written + 250ms));
        QVERIFY(WatchPace::isFresh(stamp, written - 1ms));
        // A time in the future says nothing.
        QVERIFY(!WatchPace::isFresh(stamp, written - 1s));
    }

    void whatWasReadInVainIsPaidForToo()
    {
        WatchPace pace;
        pace.noticed(kStart);
        pace.charge(kStart, kStart + 100ms);
        const auto paid = kStart + 2s;
        pace.gaveWay(kStart + 100ms);
        QVERIFY(pace.due() == paid);
        pace.hindered(kStart + 100ms);
        QVERIFY(pace.due() == paid);
        QVERIFY(!pace.areCommits(markOf(7, 1), kStart + 100ms));
        QVERIFY(pace.due() == paid);
    }

    void wayIsGivenToAWriterOnlySoOften()
    {
        WatchPace pace;
        pace.noticed(kStart);
        int given = 0;
        for (; pace.mayGiveWay() && given < 100; ++given) {
            pace.gaveWay(kStart);
            QVERIFY(pace.isPending());
        }
        QCOMPARE(given, 10);
        pace.looked();
        QVERIFY(pace.mayGiveWay());
    }
};

QTEST_APPLESS_MAIN(TestWatchPace)
#include "tst_watch_pace.moc"
