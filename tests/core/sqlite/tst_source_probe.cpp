#include "core/sqlite/source_probe.h"

#include "core/base/posix_file_system.h"
#include "tests/core/sqlite/sqlite_shell.h"
#include "tests/support/faulty_file_system.h"

#include <QDir>
#include <QFile>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

PosixFileSystem disk;

/// The answer to a copy of the source at rest, changed.
template <typename Change>
Result<SourceFacts> probeChanged(const Source& source, Change change)
{
    const QString path = source.folder() + "/changed.db";
    QFile::remove(path);
    QFile::copy(source.path(), path);
    QFile file(path);
    if (file.open(QFile::ReadWrite)) {
        change(file);
    }
    file.close();
    return probeSource(disk, path.toStdString());
}

bool fails(const Result<SourceFacts>& facts, ErrorCode code)
{
    return !facts.ok() && facts.error().code == code && !facts.error().what.source.empty();
}

void overwrite(QFile& file, qint64 at, const QByteArray& bytes)
{
    file.seek(at);
    file.write(bytes);
}

}  // namespace

class TestSourceProbe : public QObject {
    Q_OBJECT

private slots:
    void aDatabaseIsDescribedAndNothingIsMade()
    {
        for (const bool wal : {true, false}) {
            const Source source(wal);
            const auto facts = probeSource(disk, source.folder().toStdString() + "/./a.db");
            QVERIFY(facts.ok());
            QCOMPARE(facts.value().isWal, wal);
            QCOMPARE(facts.value().pageSizeBytes, 4096U);
            QCOMPARE(facts.value().sizeBytes, 8192U);
            QCOMPARE(facts.value().path,
                     QDir(source.folder()).canonicalPath().toStdString() + "/a.db");
            QCOMPARE(QDir(source.folder()).entryList(QDir::Files), QStringList{"a.db"});
        }
    }

    void whatIsNoDatabaseIsRefusedByName()
    {
        const Source source;
        const std::string folder = source.folder().toStdString();
        QVERIFY(fails(probeSource(disk, folder), ErrorCode::Unsupported));
        QVERIFY(fails(probeSource(disk, folder + "/none"), ErrorCode::NotFound));
        QVERIFY(fails(probeSource(disk, "/dev/null"), ErrorCode::Unsupported));
        const auto empty = probeChanged(source, [](QFile& file) { file.resize(0); });
        QVERIFY(fails(empty, ErrorCode::Unsupported));
        QVERIFY(fails(probeChanged(source, [](QFile& file) { overwrite(file, 0, "encrypted"); }),
                      ErrorCode::Damaged));
        QVERIFY(fails(probeChanged(source, [](QFile& file) { overwrite(file, 16, "\x03\x03"); }),
                      ErrorCode::Damaged));
        QVERIFY(fails(probeChanged(source, [](QFile& file) { overwrite(file, 18, "\x03\x03"); }),
                      ErrorCode::Unsupported));
    }

    void everyShorterFileIsRefused()
    {
        const Source source;
        for (qint64 size = 0; size < 8192; size += 63) {
            const auto facts = probeChanged(source, [&](QFile& file) { file.resize(size); });
            QVERIFY(!facts.ok());
        }
    }

    void aFileWhoseLogHoldsTheRestIsFine()
    {
        const Source source;
        SqliteShell application(source.path());
        application.run("PRAGMA wal_autocheckpoint=0; INSERT INTO t(v) VALUES(randomblob(99999))");
        QVERIFY(probeSource(disk, source.name()).ok());
    }

    void foreignAndReadOnlyDisksAreRefused()
    {
        const Source source;
        FaultyFileSystem other(disk);
        other.pretendVolume({.foreignKind = "NFS"});
        const auto foreign = probeSource(other, source.name());
        QVERIFY(fails(foreign, ErrorCode::Unsupported));
        QVERIFY(inEnglish(foreign.error().what).find("NFS") != std::string::npos);
        other.pretendVolume({.readOnly = true});
        QVERIFY(fails(probeSource(other, source.name()), ErrorCode::Forbidden));
    }

    void anExclusiveLockIsBusy()
    {
        const Source source(false);
        SqliteShell application(source.path());
        application.run("BEGIN EXCLUSIVE");
        QVERIFY(fails(probeSource(disk, source.name()), ErrorCode::Busy));
        application.run("COMMIT");
        QVERIFY(probeSource(disk, source.name()).ok());
    }

    void switchingToWalIsForWhenNobodyElseIsInIt()
    {
        const Source source(false);
        SqliteShell application(source.path());
        application.run("BEGIN; SELECT * FROM t");
        const Status busy = switchToWal(source.name());
        QVERIFY(!busy.ok() && busy.error().code == ErrorCode::Busy);
        application.run("COMMIT");
        QVERIFY(switchToWal(source.name()).ok());
        QVERIFY(probeSource(disk, source.name()).value().isWal);
        QCOMPARE(QDir(source.folder()).entryList(QDir::Files), QStringList{"a.db"});
    }
};

QTEST_GUILESS_MAIN(TestSourceProbe)
#include "tst_source_probe.moc"
