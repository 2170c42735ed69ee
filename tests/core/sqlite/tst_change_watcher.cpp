#include "core/sqlite/change_watcher.h"

#include "core/sqlite/source_identity.h"
#include "tests/support/sqlite_shell.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>

#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

using namespace tidemark::sqlite;
using tidemark::ErrorCode;

class TestChangeWatcher : public QObject {
    Q_OBJECT

private slots:
    void everyCommitIsToldOf()
    {
        const Source source;
        SqliteShell application(source.path());
        ChangeWatcher watcher;
        std::atomic<int> calls = 0;
        QVERIFY(watcher.watch(walPath(source.name()), [&] { ++calls; }).ok());
        for (int i = 0; i < 5; ++i) {
            const int before = calls;
            application.run("INSERT INTO t(v) VALUES(1)");
            QTRY_VERIFY(calls > before);
        }
    }

    void withoutALogTheDatabaseItselfIsWatched()
    {
        const Source source(false);
        SqliteShell application(source.path());
        ChangeWatcher watcher;
        std::atomic<int> calls = 0;
        QVERIFY(watcher.watch(source.name(), [&] { ++calls; }).ok());
        for (int i = 0; i < 5; ++i) {
            const int before = calls;
            application.run("INSERT INTO t(v) VALUES(1)");
            QTRY_VERIFY(calls > before);
        }
    }

    void aFileThatGoesOrComesIsToldOf()
    {
        const Source source;
        const QString moved = source.path() + ".moved";
        ChangeWatcher watcher;
        std::atomic<int> calls = 0;
        QVERIFY(watcher.watchFile(source.name(), [&] { ++calls; }).ok());
        const auto isTold = [&calls](const auto& action) {
            const int before = calls;
            return action() && QTest::qWaitFor([&] { return calls > before; }, 5000);
        };
        QVERIFY(isTold([&] { return QFile::rename(source.path(), moved); }));
        QVERIFY(isTold([&] { return QFile::rename(moved, source.path()); }));
        QVERIFY(isTold([&] { return QFile::remove(source.path()); }));
    }

    void aWriterThatNeverRestsMeansFewCallsAndALastOne()
    {
        const Source source;
        SqliteShell application(source.path());
        ChangeWatcher watcher;
        const QString log = source.path() + "-wal";
        std::atomic<int> calls = 0;
        std::atomic<qint64> seenBytes = 0;
        QElapsedTimer timer;
        timer.start();
        QVERIFY(watcher
                    .watch(walPath(source.name()),
                           [&] {
                               seenBytes = QFileInfo(log).size();
                               ++calls;
                           })
                    .ok());
        QString many = "PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=0;\n";
        for (int i = 0; i < 3000; ++i) {
            many += "INSERT INTO t(v) VALUES(1);\n";
        }
        application.run(many);
        QTRY_COMPARE(seenBytes.load(), QFileInfo(log).size());
        QVERIFY(seenBytes > 3000 * 4096);
        // One at a write, one at the end of the pause after it.
        QVERIFY(calls <= 2 * (timer.elapsed() / 5 + 2));
    }

    void onlyTheDatabaseThatChangedIsTold()
    {
        const Source one;
        const Source other;
        SqliteShell application(one.path());
        SqliteShell neighbour(one.folder() + "/neighbour.db");
        ChangeWatcher watcher;
        std::atomic<int> changed = 0;
        std::atomic<int> elsewhere = 0;
        std::atomic<int> beside = 0;
        // In the order in which one round tells: who were told wrongly would be so first.
        QVERIFY(watcher.watch(walPath(other.name()), [&] { ++elsewhere; }).ok());
        QVERIFY(watcher.watch(one.folder().toStdString() + "/0.db-wal", [&] { ++beside; }).ok());
        QVERIFY(watcher.watch(walPath(one.name()), [&] { ++changed; }).ok());
        neighbour.run("PRAGMA journal_mode=WAL; CREATE TABLE t(v)");
        application.run("INSERT INTO t(v) VALUES(1)");
        QTRY_VERIFY(changed > 0);
        QCOMPARE(elsewhere.load(), 0);
        QCOMPARE(beside.load(), 0);
    }

    void afterUnwatchNothingIsToldAndTheNeighbourStays()
    {
        const Source source;
        const QString beside = source.folder() + "/b.db";
        SqliteShell application(source.path());
        SqliteShell neighbour(beside);
        neighbour.run("PRAGMA journal_mode=WAL; CREATE TABLE t(v)");
        ChangeWatcher watcher;
        std::atomic<int> first = 0;
        std::atomic<int> second = 0;
        QVERIFY(watcher.watch(walPath(source.name()), [&] { ++first; }).ok());
        QVERIFY(watcher.watch(walPath(beside.toStdString()), [&] { ++second; }).ok());
        watcher.unwatch(walPath(source.name()));
        const int before = first;
        application.run("INSERT INTO t(v) VALUES(1)");
        neighbour.run("INSERT INTO t(v) VALUES(1)");
        QTRY_VERIFY(second > 0);
        QCOMPARE(first.load(), before);
    }

    void whyThereIsNoWatchIsSaid()
    {
        // Room for one descriptor: the second one that it needs fails.
        const int next = ::dup(0);
        ::close(next);
        rlimit old{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &old), 0);
        const rlimit small{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = old.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &small), 0);
        ChangeWatcher watcher;
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &old), 0);
        const auto status = watcher.watch("/a.db", [] {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Unavailable);
        QCOMPARE(status.error().what.arguments.back(), std::string(std::strerror(EMFILE)));
    }

    void aMissingFolderIsUnavailable()
    {
        ChangeWatcher watcher;
        const auto status = watcher.watch("/nowhere/at/all.db", [] {});
        QVERIFY(!status.ok() && status.error().code == ErrorCode::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestChangeWatcher)
#include "tst_change_watcher.moc"
