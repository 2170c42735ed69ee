#include "core/sqlite/change_watcher.h"

#include "tests/core/sqlite/sqlite_shell.h"

#include <QElapsedTimer>

#include <atomic>

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
        QVERIFY(watcher.watch(source.name(), [&] { ++calls; }).ok());
        for (int i = 0; i < 5; ++i) {
            const int before = calls;
            application.run("INSERT INTO t(v) VALUES(1)");
            QTRY_VERIFY(calls > before);
        }
    }

    void aWriterThatNeverRestsMeansFewCallsAndALastOne()
    {
        const Source source;
        SqliteShell application(source.path());
        ChangeWatcher watcher;
        std::atomic<int> calls = 0;
        QVERIFY(watcher.watch(source.name(), [&] { ++calls; }).ok());
        QElapsedTimer timer;
        timer.start();
        QString many = "PRAGMA synchronous=OFF;\n";
        for (int i = 0; i < 3000; ++i) {
            many += "INSERT INTO t(v) VALUES(1);\n";
        }
        application.run(many);
        const qint64 ms = timer.elapsed();
        QTRY_VERIFY(calls > 0);
        QVERIFY(calls <= ms / 5 + 2);
    }

    void onlyTheDatabaseThatChangedIsTold()
    {
        const Source one;
        const Source other;
        SqliteShell application(one.path());
        SqliteShell neighbour(one.folder() + "/neighbour.db");
        ChangeWatcher watcher;
        std::atomic<int> first = 0;
        std::atomic<int> second = 0;
        QVERIFY(watcher.watch(one.name(), [&] { ++first; }).ok());
        QVERIFY(watcher.watch(other.name(), [&] { ++second; }).ok());
        neighbour.run("PRAGMA journal_mode=WAL; CREATE TABLE t(v)");
        application.run("INSERT INTO t(v) VALUES(1)");
        QTRY_VERIFY(first > 0);
        QCOMPARE(second.load(), 0);
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
        QVERIFY(watcher.watch(source.name(), [&] { ++first; }).ok());
        QVERIFY(watcher.watch(beside.toStdString(), [&] { ++second; }).ok());
        watcher.unwatch(source.name());
        const int before = first;
        application.run("INSERT INTO t(v) VALUES(1)");
        neighbour.run("INSERT INTO t(v) VALUES(1)");
        QTRY_VERIFY(second > 0);
        QCOMPARE(first.load(), before);
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
