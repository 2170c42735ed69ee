#include "tests/core/service/service_place.h"

#include <unistd.h>

#include <QFile>
#include <QTest>

using namespace tidemark;
using namespace tidemark::service;
using engine::Protection;

/// Sources that a service finds locked, paused, by another name or without WAL mode.
class TestServiceSources : public QObject, private ServicePlace {
    Q_OBJECT

private slots:
    void init() { begin(); }

    void whoCannotLookAtTheDatabaseDoesNotSayThatItIsSaved()
    {
        {
            Application application(m_database);
            Listener listener;
            const auto service = makeService(listener);
            service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
        }
        // Who reads it keeps it from being switched back.
        QVERIFY(setJournalMode(m_database, "DELETE"));
        sqlite3* reader = nullptr;
        sqlite3_open(m_database.c_str(), &reader);
        QCOMPARE(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM t", nullptr, nullptr, nullptr),
                 SQLITE_OK);
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig switched = config();
        switched.switchToWal = true;
        service->follow(switched);
        // It remembers all that the replica has.
        const bool isWaiting = listener.heard([](const Listener& heard) {
            const DatabaseStatus status = heard.status();
            return status.standing.state >= Protection::Waiting && !status.replicas.empty() &&
                   status.captured != ltx::TxId{} &&
                   status.replicas.front().confirmed >= status.captured;
        });
        const bool isSaved = listener.status().savedAt.has_value();
        sqlite3_close(reader);
        QVERIFY(isWaiting && !isSaved);
        service->retryNow(service->statuses().front().id);
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.status().savedAt.has_value(); }));
    }

    void aPausedDatabaseIsLetGoAndCaughtUpOnResume()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QVERIFY(application.write());
        service->resume(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Protected;
        }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void aDatabaseThatIsPausedFromTheStartIsNotTouched()
    {
        Application application(m_database);
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig paused = config();
        paused.paused = true;
        const DatabaseId id = service->follow(paused);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QCOMPARE(service->statuses().front().replicas.size(), 1U);
        QVERIFY(!QDir(m_directory->filePath("replica")).exists());
        QVERIFY(!QDir(m_directory->filePath("data/databases")).exists());
        service->resume(id);
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Attached>() == 1; }));
    }

    void whatIsFollowedAgainWhileItLeavesIsPausedWhenThatWasAskedFor()
    {
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        service->unfollow(id);
        static_cast<void>(service->follow(config()));
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.count<Stopped>() == 1 &&
                   heard.status().standing.state == Protection::Paused;
        }));
        QCOMPARE(service->statuses().size(), 1U);
    }

    void nobodyListensToOneThatIsPaused()
    {
        const auto watches = [] {
            int count = 0;
            for (const QString& each : QDir("/proc/self/fdinfo").entryList(QDir::Files)) {
                QFile info("/proc/self/fdinfo/" + each);
                count += info.open(QIODevice::ReadOnly)
                             ? static_cast<int>(info.readAll().count("inotify wd:"))
                             : 0;
            }
            return count;
        };
        const int before = watches();
        Application application(m_database);
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId id = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(watches() > before);
        service->pause(id);
        QTRY_COMPARE_WITH_TIMEOUT(watches(), before, 10'000);
        service->resume(id);
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(watches() > before);
    }

    void aDatabaseThatIsFollowedByTwoPathsIsFollowedOnce()
    {
        Application application(m_database);
        QVERIFY(QFile::link(QString::fromStdString(m_database), m_directory->filePath("link.db")));
        Listener listener;
        const auto service = makeService(listener);
        const DatabaseId first = service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig byLink{.path = path("link.db"),
                              .replicas = {{.name = "other", .address = {.path = path("other")}}}};
        const DatabaseId second = service->follow(byLink);
        QVERIFY(first != second);
        QVERIFY(listener.heard([&](const Listener& heard) {
            return heard.status().id == second &&
                   heard.status().standing.state == Protection::Waiting &&
                   !heard.status().standing.reason.source.empty();
        }));
        QVERIFY(!QDir(m_directory->filePath("other")).exists());
        QVERIFY(application.write());
        service->unfollow(second);
        QVERIFY(listener.heard(
            [&](const Listener& heard) { return heard.removedIds() == std::vector{second}; }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 1);
    }

    void oneFileIsFollowedByOneOfItsNames()
    {
        Application application(m_database);
        QVERIFY(application.write());
        const std::string other = m_database + ".link";
        QCOMPARE(::link(m_database.c_str(), other.c_str()), 0);
        Listener listener;
        const auto service = makeService(listener);
        service->follow(config());
        QVERIFY(service->bringUpToDate({}).ok());
        DatabaseConfig linked = config();
        linked.path = other;
        linked.replicas.front().address.path += ".other";
        service->follow(linked);
        const Status refused = service->bringUpToDate({});
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, ErrorCode::Busy);
        QVERIFY(inEnglish(refused.error().what).find("same file") != std::string::npos);
    }

    void twoServicesDoNotFollowTheSameDatabase()
    {
        Application application(m_database);
        Listener first;
        Listener second;
        const auto one = makeService(first);
        one->follow(config());
        QVERIFY(one->bringUpToDate({}).ok());
        const auto two = makeService(second);
        two->follow(config());
        QVERIFY(second.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Waiting;
        }));
        const Status status = two->bringUpToDate({});
        QVERIFY(status.error().code == ErrorCode::Busy);
    }

    void aDatabaseBehindALinkGoesOnWithItsOwnHistory()
    {
        Application application(m_database);
        QVERIFY(QFile::link(QString::fromStdString(m_database), m_directory->filePath("link.db")));
        {
            Listener listener;
            const auto service = makeService(listener);
            static_cast<void>(service->follow(config()));
            QVERIFY(service->bringUpToDate({}).ok());
        }
        const std::string real = m_database;
        m_database = path("link.db");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        static_cast<void>(service->follow(config()));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(service->statuses().front().path, real);
        QCOMPARE(restoredRows(*service), 1);
        QVERIFY(newestListed(*service).pages.has_value());
    }

    void aDatabaseThatLeftWalModeMeanwhileWaitsForItsOwner()
    {
        Listener listener;
        const auto service = makeService(listener);
        {
            Application application(m_database);
            const DatabaseId id = service->follow(config());
            QVERIFY(service->bringUpToDate({}).ok());
            service->pause(id);
            QVERIFY(listener.heard([](const Listener& heard) {
                return heard.status().standing.state == Protection::Paused;
            }));
        }
        QVERIFY(setJournalMode(m_database, "DELETE"));
        service->resume(service->statuses().front().id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::NotSetUp;
        }));
        const Status status = service->bringUpToDate({});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::NotInWalMode);
    }

    void oneThatIsLockedForAMomentIsWaitedFor()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        sqlite3* writer = nullptr;
        QCOMPARE(sqlite3_open(m_database.c_str(), &writer), SQLITE_OK);
        QCOMPARE(sqlite3_exec(writer, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        service->follow(watched);
        // It was found locked.
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Waiting;
        }));
        QCOMPARE(sqlite3_exec(writer, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
        const Status done = service->bringUpToDate({});
        QVERIFY2(done.ok(), done.ok() ? "" : inEnglish(done.error().what).c_str());
        QCOMPARE(restoredRows(*service), 1);
        sqlite3_close(writer);
    }

    void oneThatIsNotInWalModeIsWatchedWhereItMayBe()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(listener.status().watch);
        QVERIFY(application.write());
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(!QFile::exists(QString::fromStdString(m_database) + "-wal"));
        QCOMPARE(restoredRows(*service), 2);
    }

    void aChangeOfOneThatIsWatchedIsHeardOfBothWays()
    {
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        Application application(m_database, "DELETE");
        service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        QVERIFY(listener.heard(
            [](const Listener& heard) { return heard.count<SegmentWritten>() >= 1; }));
        QVERIFY(setJournalMode(m_database, "WAL"));
        QVERIFY(listener.heard([](const Listener& heard) { return !heard.status().watch; }));
        const int before = listener.count<SegmentWritten>();
        QVERIFY(application.write());
        QVERIFY(listener.heard(
            [&](const Listener& heard) { return heard.count<SegmentWritten>() > before; }));
        QVERIFY(service->bringUpToDate({}).ok());
        QCOMPARE(restoredRows(*service), 2);
    }

    /// What was just written is waited for until it rests, or proves to be commits.
    void oneThatIsWatchedIsLeftWithAllThatWasWritten()
    {
        Application application(m_database, "DELETE");
        QVERIFY(application.write());
        Listener listener;
        const auto service = makeService(listener);
        DatabaseConfig watched = config();
        watched.watch = true;
        const DatabaseId id = service->follow(watched);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->pause(id);
        QVERIFY(listener.heard([](const Listener& heard) {
            return heard.status().standing.state == Protection::Paused;
        }));
        QVERIFY(application.write());
        service->resume(id);
        QVERIFY(service->bringUpToDate({}).ok());
        QVERIFY(application.write());
        service->unfollow(id);
        QVERIFY(listener.heard([](const Listener& heard) { return heard.count<Stopped>() == 1; }));
        QVERIFY(!listener.lastFailure());
        QCOMPARE(restoredRows(*service), 4);
    }
};

QTEST_GUILESS_MAIN(TestServiceSources)
#include "tst_service_sources.moc"
