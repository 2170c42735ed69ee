#include "core/base/system_clock.h"
#include "core/replica/writer_claims.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/moved_clock.h"

#include <QTest>

#include <span>

using namespace tidemark;
using namespace tidemark::service;

/// A replica that was given to another program while one writes into it.
class TestTakenOver : public QObject, private FollowedPlace {
    Q_OBJECT

    static constexpr int kPatienceMs = 20'000;

    MovedClock m_clock;
    SeededRandom m_chance{2};

    [[nodiscard]] std::unique_ptr<storage::Storage> replica()
    {
        return storage::openStorage(address(), m_files, m_chance).value();
    }
    [[nodiscard]] std::vector<replica::ListedClaim> claims()
    {
        return replica::readClaims(*replica(), {}).value();
    }
    void releaseAll()
    {
        for (const replica::ListedClaim& each : claims()) {
            QVERIFY(replica()->remove(std::span(&each.objectName, 1), {}).ok());
        }
    }
    void giveToAnother()
    {
        releaseAll();
        const replica::WriterClaim claim{.program = "tidemarkctl",
                                         .user = "ben",
                                         .life = {.host = "workstation", .boot = "another"},
                                         .since = m_clock.now()};
        QVERIFY(replica::writeClaim(*replica(), replica::claimObjectName(7, "x"), claim, {}).ok());
    }
    [[nodiscard]] engine::Standing standing() const
    {
        return m_service->statuses().front().replicas.front().standing;
    }
    [[nodiscard]] bool isCurrent() const
    {
        const DatabaseStatus status = m_service->statuses().front();
        return status.savedAt && !status.replicas.empty() && status.replicas.front().snapshot &&
               status.replicas.front().confirmed >= status.captured;
    }

private slots:
    void init()
    {
        begin();
        write();
        m_service = makeService(m_clock);
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(), kPatienceMs);
    }
    void cleanup() { end(); }

    void whoWritesSaysSoInTheReplica()
    {
        const auto listed = claims();
        QCOMPARE(listed.size(), std::size_t{1});
        QVERIFY(listed.front().claim && listed.front().claim->life == systemPrograms().self());
        m_service->stop();
        QVERIFY(claims().empty());
    }

    void whatIsTakenOverIsLeftAloneWithinAMinute()
    {
        giveToAnother();
        m_clock.advance(std::chrono::minutes(2));
        const auto before = catalog().objects.size();
        write();
        QTRY_COMPARE_WITH_TIMEOUT(standing().state, engine::Protection::Broken, kPatienceMs);
        QVERIFY(inEnglish(standing().reason).find("ben on workstation") != std::string::npos);
        QVERIFY(inEnglish(standing().next).find("tidemarkctl release") != std::string::npos);
        write();
        // Merges, snapshots and drills would have come by now.
        m_clock.advance(std::chrono::hours(30));
        QVERIFY(!m_service->bringUpToDate({}).ok());
        QCOMPARE(catalog().objects.size(), before);
        QCOMPARE(claims().size(), std::size_t{1});
    }

    void maintenanceAloneFindsItOut()
    {
        write();
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(), kPatienceMs);
        giveToAnother();
        const auto before = catalog().objects.size();
        m_clock.advance(std::chrono::hours(2));
        QTRY_COMPARE_WITH_TIMEOUT(standing().state, engine::Protection::Broken, kPatienceMs);
        QCOMPARE(catalog().objects.size(), before);
    }

    void whenItIsFreeAgainItGoesOn()
    {
        giveToAnother();
        m_clock.advance(std::chrono::minutes(2));
        write();
        QTRY_COMPARE_WITH_TIMEOUT(standing().state, engine::Protection::Broken, kPatienceMs);
        releaseAll();
        m_clock.advance(std::chrono::minutes(2));
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(), kPatienceMs);
        QCOMPARE(rowsAt(catalog().moments.back().txId), m_rows);
        QCOMPARE(claims().size(), std::size_t{1});
    }

    void aClaimThatIsOnlyGoneIsMadeAgain()
    {
        releaseAll();
        m_clock.advance(std::chrono::minutes(2));
        write();
        QTRY_COMPARE_WITH_TIMEOUT(claims().size(), std::size_t{1}, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(), kPatienceMs);
        QCOMPARE(rowsAt(catalog().moments.back().txId), m_rows);
    }

    void anEmptyFolderInItsPlaceGetsNoClaim()
    {
        const QString folder = QString::fromStdString(path("replica"));
        QVERIFY(QDir().rename(folder, folder + "-away"));
        QVERIFY(QDir().mkdir(folder));
        m_clock.advance(std::chrono::minutes(2));
        write();
        QTRY_VERIFY_WITH_TIMEOUT(standing().state == engine::Protection::Waiting, kPatienceMs);
        m_clock.advance(std::chrono::minutes(20));
        QVERIFY(!m_service->bringUpToDate({}).ok());
        QVERIFY(QDir(folder).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestTakenOver)
#include "tst_taken_over.moc"
