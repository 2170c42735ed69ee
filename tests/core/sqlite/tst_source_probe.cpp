#include "core/sqlite/source_probe.h"

#include "core/base/posix_file_system.h"
#include "tests/core/sqlite/wal_maker.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/sqlite_shell.h"

#include <QDir>
#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

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

bool says(const Result<SourceFacts>& facts, std::string_view words)
{
    return !facts.ok() && inEnglish(facts.error().what).find(words) != std::string::npos;
}

/// Gives up root's rights until it goes.
class AsAnotherUser {
public:
    static constexpr uid_t kNobody = 65534;
    AsAnotherUser() : m_done(::setresuid(kNobody, kNobody, 0) == 0) {}
    ~AsAnotherUser() { m_done = ::setresuid(0, 0, 0) == 0; }
    AsAnotherUser(const AsAnotherUser&) = delete;
    AsAnotherUser& operator=(const AsAnotherUser&) = delete;
    [[nodiscard]] bool done() const { return m_done; }

private:
    bool m_done;
};

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

    void aLogThatOneProgramKeepsForItselfIsNamed()
    {
        const Source source;
        {
            SqliteShell application(source.path());
            application.run("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t(v) VALUES('two')");
            const auto facts = probeSource(disk, source.name());
            QVERIFY(fails(facts, ErrorCode::Busy) && says(facts, "locking_mode=EXCLUSIVE"));
        }
        QVERIFY(probeSource(disk, source.name()).ok());
    }

    void aFileWithALogOfSqlitesIsEncryptedForSure()
    {
        const Source source;
        const auto noise = [](QFile& file) { overwrite(file, 0, QByteArray(4096, '\x7b')); };
        QVERIFY(says(probeChanged(source, noise), "not an SQLite database"));
        const WalMaker log(WordOrder::LittleEndian, 4096);
        QFile wal(source.folder() + "/changed.db-wal");
        QVERIFY(wal.open(QFile::WriteOnly));
        wal.write(reinterpret_cast<const char*>(log.bytes.data()),
                  static_cast<qint64>(log.bytes.size()));
        wal.close();
        const auto facts = probeChanged(source, noise);
        QVERIFY(fails(facts, ErrorCode::Damaged) && says(facts, "is encrypted (SQLCipher"));
    }

    void aLogOfAnotherVersionIsRefusedByName()
    {
        const Source source;
        auto bytes = WalMaker(WordOrder::LittleEndian, 4096).bytes;
        bytes[7] ^= std::byte{1};
        const auto sum = addToChecksum({}, WordOrder::LittleEndian, std::span(bytes).first<24>());
        storeBigEndian<std::uint32_t>(std::span(bytes).subspan<24, 4>(), sum.first);
        storeBigEndian<std::uint32_t>(std::span(bytes).subspan<28, 4>(), sum.second);
        QFile wal(source.path() + "-wal");
        QVERIFY(wal.open(QFile::WriteOnly));
        wal.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        wal.close();
        const auto facts = probeSource(disk, source.name());
        QVERIFY(fails(facts, ErrorCode::Unsupported) && says(facts, "a.db-wal"));
    }

    void aFolderThatIsKeptInStepIsRefusedByTheProgramsName()
    {
        const Source source;
        QVERIFY(QDir(source.folder()).mkpath(".stfolder"));
        const auto facts = probeSource(disk, source.name());
        QVERIFY(fails(facts, ErrorCode::Unsupported) && says(facts, "Syncthing"));
    }

    void anotherUsersDatabaseIsRefusedUnlessItIsOpenAlready()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can be two users");
        }
        const Source source;
        const std::string folder = source.folder().toStdString();
        QVERIFY(::chmod(folder.c_str(), 0777) == 0 && ::chmod(source.name().c_str(), 0666) == 0);
        QVERIFY(probeSource(disk, source.name()).ok());
        {
            const AsAnotherUser nobody;
            QVERIFY(nobody.done());
            const auto facts = probeSource(disk, source.name());
            QVERIFY(fails(facts, ErrorCode::Unsupported) && says(facts, "another user"));
        }
        SqliteShell application(source.path());
        application.run("INSERT INTO t(v) VALUES('two')");
        const AsAnotherUser nobody;
        QVERIFY(nobody.done());
        QVERIFY(probeSource(disk, source.name()).ok());
    }

    void oneThatIsOnlyWatchedNeedNotBeWritable()
    {
        if (::geteuid() != 0) {
            QSKIP("only root can be two users");
        }
        const Source source(false);
        const Source wal;
        for (const Source* const each : {&source, &wal}) {
            QVERIFY(::chmod(each->folder().toStdString().c_str(), 0755) == 0);
            QVERIFY(::chmod(each->name().c_str(), 0644) == 0);
        }
        const AsAnotherUser nobody;
        QVERIFY(nobody.done());
        QVERIFY(fails(probeSource(disk, source.name()), ErrorCode::Forbidden));
        QVERIFY(probeSource(disk, source.name(), SourceUse::Watched).ok());
        QVERIFY(fails(probeSource(disk, wal.name(), SourceUse::Watched), ErrorCode::Forbidden));
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
