#include "core/base/system_clock.h"
#include "core/replica/writer_claims.h"
#include "tests/core/service/followed_place.h"
#include "tests/support/made_replica.h"
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
        return FolderOpener(m_files, m_chance).open(address()).value();
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
        QVERIFY(replica::writeClaim(
                    *replica(), replica::claimObjectName(replica::claimNamePrefix(7, "x"), claim),
                    claim, {})
                    .ok());
    }
    [[nodiscard]] engine::Standing standing() const
    {
        const DatabaseStatus status = m_service->statuses().front();
        return status.replicas.empty() ? engine::Standing() : status.replicas.front().standing;
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
        m_clock.advance(std::chrono::hours(2));
        QTRY_COMPARE_WITH_TIMEOUT(standing().state, engine::Protection::Broken, kPatienceMs);
        const auto before = catalog().objects.size();
        m_clock.advance(std::chrono::hours(48));
        // All that is captured is there: it only waits for the steps.
        static_cast<void>(m_service->bringUpToDate({}));
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
        // What was written may be captured just now.
        QTRY_COMPARE_WITH_TIMEOUT(rowsAt(catalog().moments.back().txId), m_rows, kPatienceMs);
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

    void whatIsNotOursIsNotKeptFromOthers()
    {
        // Another one wrote in our place and is gone: its bytes show it.
        m_service->pause(m_service->statuses().front().id);
        QTRY_COMPARE_WITH_TIMEOUT(m_service->statuses().front().standing.state,
                                  engine::Protection::Paused, kPatienceMs);
        const std::uint64_t next = catalog().moments.back().txId.value + 1;
        replica::MadeReplica other;
        for (std::uint64_t txId = 1; txId <= next; ++txId) {
            other.commit({1}, 1);
        }
        const ltx::TxRange range{.minTxId = {next}, .maxTxId = {next}};
        const auto storage = replica();
        QVERIFY(replica::LtxReplica(*storage)
                    .put(0, range, MemorySource(other.fileOf(range)), m_clock.now(), {})
                    .ok());
        write();
        m_service->resume(m_service->statuses().front().id);
        QTRY_COMPARE_WITH_TIMEOUT(standing().state, engine::Protection::Broken, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(claims().empty(), kPatienceMs);
    }

    void whatIsReadOnlyIsTriedLessAndLessOften()
    {
        m_service->stop();
        m_service.reset();
        const QString folder = QString::fromStdString(path("replica") + "/tidemark/writers");
        QVERIFY(QDir(folder).removeRecursively());
        QFile inTheWay(folder);
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        inTheWay.close();
        write();
        m_service = makeService(m_clock);
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
        QTRY_VERIFY_WITH_TIMEOUT(standing().nextTry.has_value(), kPatienceMs);
        const auto before = catalog().objects.size();
        for (int i = 0; i < 5; ++i) {
            m_clock.advance(std::chrono::minutes(3));
            QTRY_VERIFY_WITH_TIMEOUT(standing().nextTry && *standing().nextTry > m_clock.now(),
                                     kPatienceMs);
        }
        QVERIFY(*standing().nextTry > m_clock.now() + std::chrono::seconds(10));
        QCOMPARE(catalog().objects.size(), before);
        QVERIFY(inTheWay.remove());
        m_service->retryNow(m_service->statuses().front().id);
        QTRY_VERIFY_WITH_TIMEOUT(isCurrent(), kPatienceMs);
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
