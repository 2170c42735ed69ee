#include "core/sqlite/synced_folder.h"

#include "core/base/posix_file_system.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

std::string programOf(const std::vector<NamedEntry>& entries)
{
    return std::string(syncProgramOf(entries));
}

}  // namespace

class TestSyncedFolder : public QObject {
    Q_OBJECT

private slots:
    void everyProgramIsKnownByWhatItLeaves()
    {
        const auto file = [](const char* name) { return programOf({{"notes.db"}, {name}}); };
        const auto folder = [](const char* name) { return programOf({{name, true}, {"a"}}); };
        QCOMPARE(file(".dropbox"), std::string("Dropbox"));
        QCOMPARE(folder(".dropbox.cache"), std::string("Dropbox"));
        QCOMPARE(file(".849C9593-D756-4E56-8D6E-42412F2A707B"), std::string("OneDrive"));
        QCOMPARE(folder(".tmp.driveupload"), std::string("Google Drive"));
        QCOMPARE(folder(".tmp.drivedownload"), std::string("Google Drive"));
        QCOMPARE(folder(".stfolder"), std::string("Syncthing"));
        QCOMPARE(file(".stfolder"), std::string("Syncthing"));
        QCOMPARE(file(".sync_8f3ab1c20d44.db"), std::string("Nextcloud or ownCloud"));
        QCOMPARE(file("._sync_8f3ab1c20d44.db"), std::string("Nextcloud or ownCloud"));
    }

    void whatOnlyLooksLikeOneIsNone()
    {
        QCOMPARE(programOf({}), std::string());
        QCOMPARE(programOf({{"notes.db"}, {"Dropbox", true}, {"dropbox"}}), std::string());
        // Settings in the home folder.
        QCOMPARE(programOf({{".dropbox", true}}), std::string());
        QCOMPARE(programOf({{".stfolder2"}, {".sync_a.db-wal"}, {".sync.db"}}), std::string());
        QCOMPARE(programOf({{".sync_a.db", true}}), std::string());
    }

    void theCloudsOfMacosAreKnownByTheirPath()
    {
        const auto drive = syncedByPath("/Users/me/Library/Mobile Documents/com~apple/a/b.db");
        QCOMPARE(drive->program, std::string("iCloud Drive"));
        QCOMPARE(drive->path, std::string("/Users/me/Library/Mobile Documents/com~apple"));
        const auto one = syncedByPath("/Users/me/Library/CloudStorage/OneDrive-Home/b.db");
        QCOMPARE(one->program, std::string("OneDrive"));
        QCOMPARE(one->path, std::string("/Users/me/Library/CloudStorage/OneDrive-Home"));
        QVERIFY(!syncedByPath("/Users/me/Library/notes.db"));
    }

    void aMarkInAnyFolderAboveCounts()
    {
        const PosixFileSystem disk;
        const QTemporaryDir root;
        const QDir folder(root.path());
        QVERIFY(folder.mkpath("a/b/c") && folder.mkpath("beside/.stfolder"));
        const std::string path = root.filePath("a/b/c/notes.db").toStdString();
        QVERIFY(!syncedFolderOf(disk, path));
        QVERIFY(folder.mkpath("a/.stfolder"));
        const SyncedFolder expected{.program = "Syncthing",
                                    .path = root.filePath("a").toStdString()};
        QVERIFY(syncedFolderOf(disk, path) == expected);
    }

    void aFolderOfThousandsIsNotReadForIt()
    {
        const PosixFileSystem disk;
        const QTemporaryDir root;
        QVERIFY(QDir(root.path()).mkpath(".stfolder"));
        const std::string path = root.filePath("notes.db").toStdString();
        QVERIFY(syncedFolderOf(disk, path));
        for (int i = 0; disk.stat(root.path().toStdString()).value()->sizeBytes <= 32 * 1024; ++i) {
            QFile file(root.filePath(QString::number(i).rightJustified(200, '0')));
            QVERIFY(i < 20'000 && file.open(QFile::WriteOnly));
        }
        QVERIFY(!syncedFolderOf(disk, path));
    }
};

QTEST_GUILESS_MAIN(TestSyncedFolder)
#include "tst_synced_folder.moc"
