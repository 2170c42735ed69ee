#include "tests/core/service/service_place.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/sqlite_shell.h"

#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTest>

#include <atomic>
#include <thread>

using namespace tidemark;
using namespace tidemark::service;
using engine::Protection;

namespace {

/// A disk that counts who looks at it from one thread.
class OwnThreadFiles final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void watchThisThread() { m_watched = std::this_thread::get_id(); }
    [[nodiscard]] int calls() const { return m_calls; }

    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        m_calls += std::this_thread::get_id() == m_watched ? 1 : 0;
        return PassingFileSystem::stat(path);
    }

private:
    std::atomic<std::thread::id> m_watched;
    mutable std::atomic<int> m_calls = 0;
};

}  // namespace

class TestService : public QObject, private ServicePlace {
    Q_OBJECT

private slots:
    void init() { begin(); }

    void aFollowedDatabaseIsProtectedAndProven()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QCOMPARE(id.size(), 16U);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Proven>() == 1; }));
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        const DatabaseStatus status = service->statuses().front();
        QCOMPARE(status.id, id);
        QCOMPARE(status.replicas.size(), 1U);
        QCOMPARE(status.replicas[0].confirmed, status.captured);
        QCOMPARE(status.replicas[0].pendingSegments, 0U);
        QVERIFY(status.proof->verdict == restore::Verdict::Proven);
        QVERIFY(status.savedAt.has_value());
        QVERIFY(!status.work);
    }

    void litestreamIsToldOfForAsLongAsItRunsAndItsLeftoversAreNot()
    {
        Application application(m_database);
        QVERIFY(QDir().mkpath(QString::fromStdString(path(".a.db-litestream"))));
        const QString program = QString::fromStdString(path("litestream"));
        QVERIFY(QFile::copy(QStandardPaths::findExecutable("sqlite3"), program));
        const auto follow = [this](const QString& called, const auto& test) {
            sqlite::SqliteShell other(QString::fromStdString(m_database), called);
            other.run("SELECT * FROM t");
            Listener listener;
            const auto service = makeService(listener);
            service->follow(config());
            test(*service, listener);
        };
        const auto reasonOf = [](const DatabaseStatus& status) {
            return inEnglish(status.standing.reason);
        };
        follow("sqlite3", [&](Service& service, const Listener&) {
            // The second one comes behind a whole step.
            QVERIFY(service.bringUpToDate({}).ok() && service.bringUpToDate({}).ok());
            QCOMPARE(reasonOf(service.statuses().front()), std::string());
        });
        follow(program, [&](Service&, Listener& listener) {
            QVERIFY(listener.heard(
                [&](const Listener& heard) { return !reasonOf(heard.status()).empty(); }));
            QVERIFY(listener.status().standing.state == Protection::Protected);
            QCOMPARE(reasonOf(listener.status()), "Litestream may follow " + m_database +
                                                      " too: it keeps " + path(".a.db-litestream") +
                                                      ".");
            QVERIFY(listener.heard(
                [](const Listener& heard) { return heard.count<StandingChanged>() > 0; }));
        });
    }

    void aProofIsToldAgainAfterANewStart()
    {
        Application application(m_database);
        QVERIFY(application.write());
        std::optional<Proof> before;
        {
            Listener listener;
            const auto service = makeService(listener);
            service->follow(config());
            QVERIFY(
                listener.heard([](const Listener& heard) { return heard.count<Proven>() == 1; }));
            before = service->statuses().front().proof;
        }
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(
            listener.heard([](const Listener& heard) { return heard.status().proof.has_value(); }));
        QVERIFY(service->statuses().front().proof->txId == before->txId);
        QVERIFY(service->statuses().front().proof->verdict == restore::Verdict::Proven);
    }

    void everyWriteBecomesRestorable()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        for (int i = 0; i < 20; ++i) {
            QVERIFY(application.write());
        }
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<restore::Restored> answer;
        const auto job = service->restore(
            m_address, {.target = path("out.db")}, [](const restore::Progress&) {}, answer.slot());
        QVERIFY(answer.wait().ok());
        QCOMPARE(rowsIn(path("out.db")), 20);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<SegmentWritten>() >= 1 && heard.count<Attached>() == 1 &&
                   heard.count<SnapshotWritten>() == 1;
        }));
    }

    void whoIsUploadedToSeldomHasAllWhenSomebodyWaitsForIt()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        DatabaseConfig seldom = config();
        seldom.replicas.front().syncInterval = std::chrono::hours(1);
        const DatabaseId id = service->follow(seldom);
        QVERIFY(service->bringUpToDate({}).ok());
        const auto isHeldBack = [](const Listener& heard) {
            const DatabaseStatus status = heard.status();
            return status.standing.state == Protection::Protected &&
                   status.replicas.front().pendingSegments > 2;
        };
        for (int i = 0; i < 5; ++i) {
            const ltx::TxId before = service->statuses().front().captured;
            QVERIFY(application.write());
            QVERIFY(listener.heard(
                [before](const Listener& heard) { return heard.status().captured > before; }));
        }
        QVERIFY(listener.heard(isHeldBack));
        QVERIFY(service->statuses().front().replicas.front().syncInterval == std::chrono::hours(1));
        const std::uint64_t before = segmentsInReplica();
        const int told = listener.count<SegmentWritten>();
        QVERIFY(service->bringUpToDate({}).ok());
        // The last one, and all before it: no other moment is told of.
        QCOMPARE(segmentsInReplica(), before + 2);
        QCOMPARE(listener.count<SegmentWritten>(), told + 2);
        QVERIFY(application.write());
        const int rows = rowsIn(m_database);
        // Who leaves waits no hour either.
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.removedIds().empty(); }));
        QCOMPARE(restoredRows(*service), rows);
    }

    void oneThatIsFollowedAgainAtTheEndIsNotWaitedFor()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->unfollow(id);
        service->follow(config());
        QElapsedTimer timer;
        timer.start();
        QVERIFY(service->stop());
        QVERIFY2(timer.elapsed() < 10'000, std::to_string(timer.elapsed()).c_str());
        // To whoever keeps a list it is one of those that are followed.
        QVERIFY(listener.removedIds().empty());
    }

    void unfollowCapturesToTheEndAndSaysSo()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([&id](const Listener& heard) {
            return heard.removedIds() == std::vector{id} && heard.count<Stopped>() == 1;
        }));
        QVERIFY(service->statuses().empty());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aDatabaseCanBeFollowedAgainAtOnce()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        service->unfollow(id);
        QCOMPARE(service->follow(config()), id);
        QVERIFY(application.write());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aSecondReplicaCanJoinLater()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        DatabaseConfig both = config();
        both.replicas.push_back({.name = "second", .address = {.path = path("second")}});
        service->follow(both);
        QVERIFY(service->bringUpToDate({}).ok());
        m_address = {.path = path("second")};
        QCOMPARE(restoredRows(*service), 1);
    }

    void whatStandsInTheWayIsTheStanding()
    {
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Broken &&
                   !heard.status().standing.reason.source.empty();
        }));
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::NotFound);
        // Once it is there, it is followed.
        Application application(m_database);
        service->retryNow(service->statuses().front().id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
    }

    void aProofThatFailedIsTriedAgain()
    {
        Application application(m_database);
        QFile inTheWay(m_directory->filePath("cache"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::AtRisk;
        }));
        QVERIFY(inTheWay.remove());
        service->retryNow(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<Proven>() == 1 &&
                   heard.status().standing.state == Protection::Protected;
        }));
    }

    void aReplicaIsOneDatabases()
    {
        Application application(m_database);
        Application otherApplication(path("b.db"));
        for (int i = 0; i < 50; ++i) {
            QVERIFY(application.write() && otherApplication.write());
        }
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig other = config();
        other.path = path("b.db");
        const DatabaseId id = service->follow(other);
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::AlreadyExists);
        service->retryNow(id);
        QVERIFY(service->bringUpToDate({}).error().code == ErrorCode::AlreadyExists);
        QVERIFY(application.write());
        QVERIFY(otherApplication.write() && otherApplication.write());
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.count<SegmentWritten>() >= 2; }));
        QCOMPARE(restoredRows(*service), 51);
    }

    void aHistoryOfAnotherDatabaseIsNotGoneOnWith_data()
    {
        QTest::addColumn<bool>("isOtherComputer");
        QTest::newRow("one computer, where its owner is noted") << false;
        QTest::newRow("two computers, where its pages tell") << true;
    }
    void aHistoryOfAnotherDatabaseIsNotGoneOnWith()
    {
        QFETCH(bool, isOtherComputer);
        Application application(m_database);
        Application otherApplication(path("b.db"));
        for (int i = 0; i < 50; ++i) {
            QVERIFY(application.write() && otherApplication.write());
        }
        QVERIFY(follow(config(), "data").ok());
        DatabaseConfig other = config();
        other.path = path("b.db");
        Listener listener;
        const auto service = makeService(listener, isOtherComputer ? "data2" : "data");
        const DatabaseId id = service->follow(other);
        for (int i = 0; i < 2; ++i) {
            const Status status = service->bringUpToDate({});
            QVERIFY(!status.ok() && status.error().code == ErrorCode::AlreadyExists);
            service->retryNow(id);
        }
        QCOMPARE(listener.count<SnapshotWritten>(), 0);
        QCOMPARE(restoredRows(*service), 50);
        service->stop();
        QVERIFY(listener.lastFailure().has_value());
        QCOMPARE(listener.lastFailure()->code, ErrorCode::AlreadyExists);
    }

    void itsOwnHistoryIsGoneOnWith_data()
    {
        QTest::addColumn<QString>("movedTo");
        QTest::addColumn<QString>("data");
        QTest::newRow("a file that was moved") << "moved.db"
                                               << "data";
        QTest::newRow("a computer that forgot all") << "a.db"
                                                    << "data2";
    }
    void itsOwnHistoryIsGoneOnWith()
    {
        QFETCH(QString, movedTo);
        QFETCH(QString, data);
        {
            Application application(m_database);
            for (int i = 0; i < 50; ++i) {
                QVERIFY(application.write());
            }
            QVERIFY(follow(config(), "data").ok());
        }
        DatabaseConfig moved = config();
        moved.path = m_directory->filePath(movedTo).toStdString();
        QVERIFY(moved.path == m_database || QFile::rename(QString::fromStdString(m_database),
                                                          QString::fromStdString(moved.path)));
        Application application(moved.path);
        QVERIFY(application.write());
        const Status followed = follow(moved, data.toStdString().c_str());
        QVERIFY2(followed.ok(), followed.ok() ? "" : inEnglish(followed.error().what).c_str());
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 51);
    }

    void itsOwnHistoryIsGoneOnWithAfterASwitchToWal()
    {
        {
            Application application(m_database);
            for (int i = 0; i < 50; ++i) {
                QVERIFY(application.write());
            }
            QVERIFY(follow(config(), "data").ok());
        }
        QVERIFY(setJournalMode(m_database, "DELETE"));
        DatabaseConfig switched = config();
        switched.switchToWal = true;
        const Status followed = follow(switched, "data2");
        QVERIFY2(followed.ok(), followed.ok() ? "" : inEnglish(followed.error().what).c_str());
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 50);
    }

    void aReplicaThatMissedWhatTheSpoolLetGoOfGetsASnapshot()
    {
        Application application(m_database);
        DatabaseConfig both = config();
        both.replicas.push_back({.name = "second", .address = {.path = path("second")}});
        QVERIFY(follow(both, "data").ok());
        QVERIFY(application.write());
        QVERIFY(follow(config(), "data").ok());
        QVERIFY(follow(both, "data").ok());
        m_address = {.path = path("second")};
        Listener listener;
        QCOMPARE(restoredRows(*makeService(listener)), 1);
    }

    void anEmptiedReplicaIsNotBegunAnew()
    {
        Application application(m_database);
        QVERIFY(follow(config(), "data").ok());
        QVERIFY(QDir(m_directory->filePath("replica")).removeRecursively());
        const Status gone = follow(config(), "data");
        QVERIFY(!gone.ok() && gone.error().code == ErrorCode::Unavailable);
        QVERIFY(!QDir(m_directory->filePath("replica")).exists());
        QVERIFY(QDir().mkpath(m_directory->filePath("replica")));
        const Status empty = follow(config(), "data");
        QVERIFY(!empty.ok() && empty.error().code == ErrorCode::Unavailable);
        QVERIFY(QDir(m_directory->filePath("replica")).isEmpty());
    }

    void aReplicaThatIsEmptiedWhileItIsFollowedIsLeftAlone()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        const QDir replica(m_directory->filePath("replica"));
        QVERIFY(QDir(replica).rename("ltx", "aside"));
        QVERIFY(application.write());
        const Status said = service->bringUpToDate({});
        QVERIFY(!said.ok() && said.error().code == ErrorCode::Unavailable);
        QVERIFY(!replica.exists("ltx"));
    }

    void whatIsNotUploadedAtTheEndIsSaid()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(QDir(m_directory->filePath("replica")).removeRecursively());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Stopped>() == 1; }));
        QVERIFY(listener.lastFailure() && listener.lastFailure()->code == ErrorCode::Unavailable);
    }

    void aCleanEndHasNoFailure()
    {
        Application application(m_database);
        Listener listener;
        auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->stop();
        QVERIFY(listener.count<Stopped>() == 1 && !listener.lastFailure());
    }

    void aLastCaptureThatFailsIsSaid()
    {
        Listener listener;
        auto service = makeService(listener);
        {
            Application application(m_database);
            service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
            QVERIFY(QFile::remove(QString::fromStdString(m_database)));
        }
        service->stop();
        QVERIFY(listener.count<Stopped>() == 1 && listener.lastFailure());
        QVERIFY(listener.status().standing.state >= Protection::AtRisk);
    }

    void aSourceIsInspectedAndAReplicaListed()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        Answer<SourceFacts> facts;
        const auto inspecting = service->inspect(m_database, facts.slot());
        QVERIFY(facts.wait().ok());
        QVERIFY(facts.wait().value().isWal);

        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<std::shared_ptr<const replica::Catalog>> catalog;
        const auto listing = service->openReplica(m_address, catalog.slot());
        const auto& listed = catalog.wait();
        QVERIFY(listed.ok());
        QVERIFY(!listed.value()->moments.empty());

        Answer<MomentFacts> moment;
        const auto looking =
            service->describeMoment(m_address, listed.value()->moments.back(), moment.slot());
        const auto& described = moment.wait();
        QVERIFY(described.ok());
        QVERIFY(described.value().moment.pages.value() >= 1U);
        QCOMPARE(described.value().pageSizeBytes, 4096U);
        QVERIFY(described.value().databasePages >= 2U);
    }

    void aPlaceIsTriedOutStepByStepAndWhatIsThereIsTold()
    {
        Listener listener;
        const auto service = makeService(listener);
        std::mutex mutex;
        std::vector<storage::ProbedStep> told;
        const auto tell = [&](const storage::ProbedStep& step) {
            const std::scoped_lock lock(mutex);
            told.push_back(step);
        };
        Answer<PlaceTest> empty;
        const auto testing = service->testPlace(m_address, tell, empty.slot());
        QVERIFY(empty.wait().ok());
        QVERIFY(storage::firstFailure(empty.wait().value().probed.steps) == nullptr);
        QVERIFY(empty.wait().value().contents == replica::PlaceContents());
        {
            const std::scoped_lock lock(mutex);
            QVERIFY(told == empty.wait().value().probed.steps);
        }

        Application application(m_database);
        QVERIFY(application.write());
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        Answer<PlaceTest> used;
        const auto again = service->testPlace(m_address, tell, used.slot());
        QVERIFY(used.wait().ok());
        QVERIFY(used.wait().value().contents->kind == replica::PlaceContents::Kind::Replica);
    }

    void aJobThatNobodyTookDoesNothingOnItsOwnersThread()
    {
        OwnThreadFiles files(m_files);
        Listener listener;
        Service service({.clock = m_clock,
                         .files = files,
                         .random = m_random,
                         .storages = m_storages.emplace_back(m_files, m_random),
                         .directories = {.data = path("data")}},
                        listener);
        // Every thread for jobs is held until the test is done with them.
        std::counting_semaphore<> inside(0);
        std::counting_semaphore<> release(0);
        std::vector<std::unique_ptr<Job>> holding;
        constexpr int kThreads = 4;
        for (int i = 0; i < kThreads; ++i) {
            holding.push_back(service.inspect(m_database, [&](const Result<SourceFacts>&) {
                inside.release();
                release.acquire();
            }));
        }
        for (int i = 0; i < kThreads; ++i) {
            inside.acquire();
        }
        std::vector<ErrorCode> told;
        const auto note = [&told](const auto& result) {
            told.push_back(result.ok() ? ErrorCode::Bug : result.error().code);
        };
        files.watchThisThread();
        service.inspect(m_database, note).reset();
        service.openReplica(m_address, note).reset();
        service.describeMoment(m_address, {}, note).reset();
        service
            .restore(
                m_address, {.target = path("out.db")}, [](const restore::Progress&) {}, note)
            .reset();
        QCOMPARE(told, std::vector(4, ErrorCode::Cancelled));
        QCOMPARE(files.calls(), 0);
        release.release(kThreads);
    }

    void aListingOfAFollowedDatabaseTellsPagesToo()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        const replica::Moment told = newestListed(*service);
        QVERIFY(told.pages.value() >= 1U);
        QVERIFY(told.precision == replica::TimePrecision::Exact);
        // Of a replica that is nobody's here, only its objects could tell.
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.removedIds().empty(); }));
        QVERIFY(!newestListed(*service).pages);
    }
};

QTEST_GUILESS_MAIN(TestService)
#include "tst_service.moc"
