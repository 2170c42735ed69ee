#include "app/restore_name.h"
#include "tests/app/fakes.h"

#include <QDateTime>
#include <QTest>

using namespace tidemark::app;
using namespace tidemark::app::tests;
using timeline::kHourMs;
using timeline::Millis;

namespace {

Millis utc(const char* iso)
{
    return QDateTime::fromString(iso, Qt::ISODateWithMs).toMSecsSinceEpoch();
}

QString named(const char* database, const char* iso)
{
    return restoreName(database, utc(iso), berlinSpeech());
}

}  // namespace

class TestRestoreName : public QObject {
    Q_OBJECT

private slots:
    void theMomentStandsBetweenStemAndSuffixInLocalTime()
    {
        QCOMPARE(named("shop.db", "2026-09-17T12:31:06.812Z"),
                 QStringLiteral("shop-20260917-143106.db"));
    }

    void onlyTheLastSuffixCounts()
    {
        QCOMPARE(named("shop.tar.db", "2026-01-02T03:04:05Z"),
                 QStringLiteral("shop.tar-20260102-040405.db"));
        QCOMPARE(named("shop", "2026-01-02T03:04:05Z"), QStringLiteral("shop-20260102-040405"));
        QCOMPARE(named(".shop", "2026-01-02T03:04:05Z"), QStringLiteral(".shop-20260102-040405"));
    }

    void anotherLanguageWritesTheSameDigits()
    {
        const timeline::Speech arabic{.locale = QLocale(QLocale::Arabic, QLocale::Egypt),
                                      .zone = QTimeZone::utc()};
        QCOMPARE(restoreName("a.db", utc("2026-09-17T12:31:06Z"), arabic),
                 QStringLiteral("a-20260917-123106.db"));
    }

    void theHourThatIsSkippedInSpringIsInNoName()
    {
        QCOMPARE(named("a.db", "2026-03-29T00:59:59Z"), QStringLiteral("a-20260329-015959.db"));
        QCOMPARE(named("a.db", "2026-03-29T01:00:00Z"), QStringLiteral("a-20260329-030000.db"));
    }

    void theHourThatComesTwiceInAutumnNamesTwoMomentsAlike()
    {
        // The second one is then taken, and the next attempt tells them apart.
        const Millis first = utc("2026-10-25T00:30:00Z");
        const QString name = restoreName("a.db", first, berlinSpeech());
        QCOMPARE(name, QStringLiteral("a-20261025-023000.db"));
        QCOMPARE(restoreName("a.db", first + kHourMs, berlinSpeech()), name);
        QCOMPARE(nameForAttempt(name, 2), QStringLiteral("a-20261025-023000 (2).db"));
    }

    void aTakenNameIsCountedBeforeItsSuffix()
    {
        QCOMPARE(nameForAttempt("a-1.db", 12), QStringLiteral("a-1 (12).db"));
        QCOMPARE(nameForAttempt("a-1", 2), QStringLiteral("a-1 (2)"));
    }

    void theCommandIsOneLineThatAShellTakes()
    {
        QCOMPARE(restoreCommand("/home/ada/Tidemark/shop", "/home/ada/shop-1.db",
                                {.txId = {20'266}}, "quick"),
                 QStringLiteral("tidemarkctl restore /home/ada/Tidemark/shop /home/ada/shop-1.db "
                                "--txid 20266 --check quick"));
        QCOMPARE(restoreCommand("/a b", "/it's $HOME (2).db", {.txId = {1}}, "none"),
                 QStringLiteral("tidemarkctl restore '/a b' '/it'\\''s $HOME (2).db' --txid 1 "
                                "--check none"));
    }
};

QTEST_GUILESS_MAIN(TestRestoreName)
#include "tst_restore_name.moc"
