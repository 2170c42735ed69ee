#include "core/sqlite/anchor.h"

#include "core/base/posix_file_system.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QFile>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

PosixFileSystem disk;

std::unique_ptr<Anchor> attached(const Source& source)
{
    auto anchor = Anchor::attach(disk, source.name());
    return anchor.ok() ? std::move(anchor).value() : nullptr;
}

/// As capture does: reads to the committed end, in the log that the index tells of.
WalPosition capture(const Anchor& anchor, WalPosition from)
{
    const WalIndexHeader end = anchor.header().value();
    if (from.salts != end.salts) {
        from = {.salts = end.salts};
    }
    const auto range = WalReader(anchor.wal()).read(from, end, ~std::uint64_t{0});
    return range.ok() ? range.value().to : WalPosition{};
}

bool backfillsAll(SqliteShell& application)
{
    const QStringList said = application.run("PRAGMA wal_checkpoint(PASSIVE)").split('|');
    return said.size() == 3 && said[0] == "0" && said[1] == said[2];
}

/// The application's connection, with one row in the log.
struct Application : SqliteShell {
    explicit Application(const Source& source) : SqliteShell(source.path())
    {
        run("PRAGMA wal_autocheckpoint=0");
        write();
    }
    void write() { QCOMPARE(run("INSERT INTO t(v) VALUES(randomblob(100))"), ""); }
};

/// Anchored at zero: all captured, all backfilled.
WalPosition goToZero(Anchor& anchor, SqliteShell& application)
{
    const WalPosition captured = capture(anchor, {});
    if (!anchor.handOver(captured).value() || !backfillsAll(application) ||
        !anchor.handOver(captured).value()) {
        return {};
    }
    return captured;
}

}  // namespace

class TestAnchor : public QObject {
    Q_OBJECT

private slots:
    void inTheLogItForbidsTheRestart()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        QVERIFY(anchor != nullptr);
        QVERIFY(anchor->place() == Place::InLog);
        const WalIndexHeader before = anchor->takenAt();
        QVERIFY(backfillsAll(application));
        for (int i = 0; i < 3; ++i) {
            application.write();
        }
        QVERIFY(anchor->header().value().salts == before.salts);
        QVERIFY(anchor->header().value().mxFrame > before.mxFrame);
    }

    void atZeroItForbidsTheBackfillAndAnySecondRestart()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        const WalPosition old = goToZero(*anchor, application);
        QVERIFY(anchor->place() == Place::AtZero);
        application.write();
        const WalIndexHeader restarted = anchor->header().value();
        QVERIFY(restarted.salts != old.salts);
        QVERIFY(restarted.mxFrame > 0);
        application.run("PRAGMA wal_checkpoint(TRUNCATE)");
        QVERIFY(!backfillsAll(application));
        application.write();
        const WalIndexHeader now = anchor->header().value();
        QVERIFY(now.salts == restarted.salts && now.mxFrame > restarted.mxFrame);
        QCOMPARE(capture(*anchor, old).frame, now.mxFrame);
    }

    void fromZeroItGoesToTheLogBeforeAnythingIsCaptured()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        const WalPosition old = goToZero(*anchor, application);
        application.write();
        QVERIFY(anchor->handOver(old).value());
        QVERIFY(anchor->place() == Place::InLog);
    }

    void anUncommittedFirstTransactionOfANewLogDoesNotMoveIt()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        const WalPosition old = goToZero(*anchor, application);
        application.run(
            "PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN; "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 2000) "
            "INSERT INTO t(v) SELECT randomblob(500) FROM n");
        const WalIndexHeader empty = anchor->header().value();
        QVERIFY(empty.salts != old.salts);
        QCOMPARE(empty.mxFrame, 0U);
        // Frames are in the file, none is committed: it may not be known where a begin lands, but
        // the old position is not this log's end.
        QVERIFY(!anchor->handOver(old).value());
        QVERIFY(anchor->handOver({.salts = empty.salts}).value());
        application.run("COMMIT");
        application.run("PRAGMA wal_checkpoint(TRUNCATE)");
        application.write();
        const WalPosition captured = capture(*anchor, old);
        QVERIFY(captured.salts == empty.salts);
        QCOMPARE(captured.frame, anchor->header().value().mxFrame);
    }

    void aReaderInTheOldLogKeepsItGoingWhileTheAnchorIsAtZero()
    {
        const Source source;
        Application application(source);
        Application reader(source);
        const auto anchor = attached(source);
        reader.run("BEGIN; SELECT count(*) FROM t");
        const WalPosition captured = goToZero(*anchor, application);
        QVERIFY(anchor->place() == Place::AtZero);
        application.write();
        const WalIndexHeader now = anchor->header().value();
        QVERIFY(now.salts == captured.salts);
        QVERIFY(!backfillsAll(application));
        QVERIFY(anchor->handOver(captured).value());
        QVERIFY(anchor->place() == Place::InLog);
        QCOMPARE(capture(*anchor, captured).frame, now.mxFrame);
    }

    void uncapturedAndBackfilledItStays()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        const WalPosition captured = capture(*anchor, {});
        application.write();
        QVERIFY(anchor->handOver(captured).value());
        QVERIFY(backfillsAll(application));
        const WalIndexHeader before = anchor->takenAt();
        // A fresh one would be on slot 0, and the commit behind `captured` could be overwritten.
        QVERIFY(!anchor->handOver(captured).value());
        QVERIFY(anchor->takenAt().sameEnd(before));
        application.write();
        QVERIFY(anchor->header().value().salts == before.salts);
    }

    void underTheWriteLockOfAnotherItStillMoves()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        application.run("BEGIN IMMEDIATE");
        QVERIFY(anchor->handOver(capture(*anchor, {})).value());
    }

    void aRestingAnchorHoldsAsWell()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        QVERIFY(anchor->handOver(capture(*anchor, {})).value());
        anchor->rest();
        QVERIFY(backfillsAll(application));
        const Salts before = anchor->takenAt().salts;
        application.write();
        QVERIFY(anchor->header().value().salts == before);
        QVERIFY(anchor->handOver(capture(*anchor, {})).value());
    }

    void aRemovedIndexOrReplacedFileIsSeenBeforeAnyBegin()
    {
        for (const char* const victim : {"-shm", "-wal", ""}) {
            const Source source;
            Application application(source);
            const auto anchor = attached(source);
            const WalPosition captured = capture(*anchor, {});
            const QString path = source.path() + victim;
            QVERIFY(QFile::copy(path, path + "2") && QFile::remove(path));
            const auto gone = anchor->handOver(captured);
            QVERIFY(!gone.ok());
            QVERIFY(gone.error().code ==
                    (*victim == 0 ? ErrorCode::NotFound : ErrorCode::Unavailable));
            QVERIFY(QFile::rename(path + "2", path));
            QVERIFY(anchor->handOver(captured).error().code == ErrorCode::Unavailable);
            QVERIFY(!anchor->sameFiles().ok());
        }
    }

    void aTornIndexIsRepairedByTheHandover()
    {
        const Source source;
        Application application(source);
        const auto anchor = attached(source);
        const WalPosition captured = capture(*anchor, {});
        SqliteShell tearing(":memory:");
        // As after a kill -9 amid the header's writing; dd is another process, so that no lock of
        // ours goes.
        tearing.run(".shell printf '\\377' | dd of='" + source.path() +
                    "-shm' bs=1 seek=17 conv=notrunc 2>/dev/null\nSELECT 1");
        QVERIFY(anchor->header().error().code == ErrorCode::Busy);
        QVERIFY(anchor->handOver(captured).value());
        QCOMPARE(anchor->header().value().mxFrame, captured.frame);
        application.write();
        QVERIFY(capture(*anchor, captured).frame > captured.frame);
    }

    void nothingStaysBehind()
    {
        const Source source;
        const auto listing = [&] { return QDir(source.folder()).entryList(QDir::Files); };
        const auto schema = [&] { return SqliteShell(source.path()).run(".schema\nSELECT 1"); };
        const QStringList before = listing();
        const QString schemaBefore = schema();
        auto anchor = attached(source);
        {
            Application application(source);
        }
        QVERIFY(anchor->handOver(capture(*anchor, {})).value());
        auto last = std::move(*anchor).release();
        anchor.reset();
        last->rollback();
        last->cleanUpOnClose();
        last.reset();
        QCOMPARE(listing(), before);
        QCOMPARE(schema(), schemaBefore);
    }
};

QTEST_GUILESS_MAIN(TestAnchor)
#include "tst_anchor.moc"
