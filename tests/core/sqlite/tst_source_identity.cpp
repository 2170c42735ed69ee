#include "core/sqlite/source_identity.h"

#include "core/base/posix_file_system.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::sqlite;

class TestSourceIdentity : public QObject {
    Q_OBJECT

private slots:
    void onlyWhatWasThereCanBecomeAnother()
    {
        const SourceIdentity alone{.database = {1, 2}};
        const SourceIdentity all{.database = {1, 2}, .wal = FileId{1, 3}, .shm = FileId{1, 4}};
        QVERIFY(!differenceTo(all, all, "a"));
        QVERIFY(!differenceTo(alone, all, "a"));
        QVERIFY(differenceTo(all, alone, "a").has_value());
        for (int part = 0; part < 3; ++part) {
            SourceIdentity other = all;
            (part == 0 ? other.database : part == 1 ? *other.wal : *other.shm).inode = 9;
            const auto difference = differenceTo(all, other, "a");
            QVERIFY(difference.has_value());
            QVERIFY(difference->code == ErrorCode::Unavailable);
            QVERIFY(inEnglish(difference->what).find("replaced") != std::string::npos);
        }
    }

    void whatDiffersIsNamed()
    {
        const SourceIdentity all{.database = {1, 2}, .wal = FileId{1, 3}, .shm = FileId{1, 4}};
        SourceIdentity without = all;
        without.shm.reset();
        QCOMPARE(inEnglish(differenceTo(all, without, "/d/a.db")->what),
                 "/d/a.db-shm was removed.");
    }

    void filesAreToldByDeviceAndInode()
    {
        PosixFileSystem disk;
        const QTemporaryDir directory;
        const std::string path = directory.filePath("a.db").toStdString();
        QVERIFY(identify(disk, path).error().code == ErrorCode::NotFound);
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QFile::WriteOnly));
        const auto found = identify(disk, path);
        QVERIFY(found.ok() && found.value().database.inode != 0);
        QVERIFY(!found.value().wal && !found.value().shm);
    }
};

QTEST_GUILESS_MAIN(TestSourceIdentity)
#include "tst_source_identity.moc"
