#include "core/base/kernel_text.h"
#include "core/base/posix_file_system.h"
#include "core/sqlite/log_readers.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

// As Linux 6.1 has them; 5678 is the index.
constexpr const char* kLocks =
    "1: POSIX  ADVISORY  READ  300 fe:00:5678 128 128\n"
    "2: POSIX  ADVISORY  READ  200 fe:00:5678 124 124\n"
    "2: -> POSIX  ADVISORY  WRITE 900 fe:00:5678 124 124\n"
    "3: POSIX  ADVISORY  READ  100 fe:00:5678 123 123\n"
    "4: POSIX  ADVISORY  READ  200 fe:00:5678 127 127\n"
    "5: POSIX  ADVISORY  WRITE 400 fe:00:5678 120 120\n"
    "6: POSIX  ADVISORY  READ  500 fe:00:56 124 124\n"
    "7: POSIX  ADVISORY  READ  -1 fe:00:5678 125 125\n"
    "8: POSIX  ADVISORY  READ  0 fe:00:5678 125 125\n"
    "9: FLOCK  ADVISORY  READ  600 fe:00:5678 0 EOF\n"
    "10: POSIX  ADVISORY  READ  700 fe:00:5678 0 EOF\n"
    "11: POSIX  ADVISORY  READ  800 fe:00:5678 1073741826 1073742335\n"
    "12: POSIX  ADVISORY  READ  910 fe:00:5679 127 128\n"
    "13: POSIX  ADVISORY  READ  920 fe:00:5679 124 128\n"
    "14: LEASE  ACTIVE    READ\n"
    "nonsense\n";

}  // namespace

class TestLogReaders : public QObject {
    Q_OBJECT

private slots:
    void whoHoldsAPlaceForReadersIsNamedOnce()
    {
        const FileId shm{.device = 1, .inode = 5678};
        QVERIFY(readersIn(kLocks, shm, 0) == (std::vector{100, 200}));
        QVERIFY(readersIn(kLocks, shm, 200) == std::vector{100});
        QVERIFY(readersIn("", shm, 0).empty());
        QVERIFY(openersIn(kLocks, shm, 0) == std::vector{300});
        QVERIFY(openersIn(kLocks, shm, 300).empty());
        QVERIFY(fileOpenersIn(kLocks, shm, 0) == std::vector{800});
    }

    void neighboursOfOneProcessAreToldAsOne()
    {
        const FileId shm{.device = 1, .inode = 5679};
        QVERIFY(readersIn(kLocks, shm, 0) == (std::vector{910, 920}));
        QVERIFY(openersIn(kLocks, shm, 0) == (std::vector{910, 920}));
        QVERIFY(fileOpenersIn(kLocks, shm, 0).empty());
    }

    void anotherProcessThatReadsIsFoundAndNamedWhileItDoes()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("app.db").toStdString();
        SqliteShell shell(QString::fromStdString(path));
        shell.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
        if (kernelText("/proc/locks").empty()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        const auto files = identify(PosixFileSystem(), path);
        QVERIFY(files.ok() && files.value().shm);
        QVERIFY(logReaders(*files.value().shm).empty());
        shell.run("BEGIN; SELECT * FROM t");
        const auto readers = logReaders(*files.value().shm);
        QCOMPARE(readers.size(), std::size_t{1});
        QCOMPARE(readers.front().program, std::string("sqlite3"));
        shell.run("COMMIT");
        QVERIFY(logReaders(*files.value().shm).empty());
    }

    void whoUsesALogWithAnotherFileIsNamed()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("app.db");
        SqliteShell old(path);
        old.run("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
        if (kernelText("/proc/locks").empty()) {
            QSKIP("The kernel tells nothing of locks here.");
        }
        const auto before = identify(PosixFileSystem(), path.toStdString()).value();
        QVERIFY(othersUse(*before.shm, before.database));
        QVERIFY(usersOfOther(*before.shm, before.database, before.database).empty());
        QVERIFY(QFile::rename(path, folder.filePath("old.db")));
        QVERIFY(QFile::copy(folder.filePath("old.db"), path));
        const FileId file = identify(PosixFileSystem(), path.toStdString()).value().database;
        QVERIFY(!othersUse(*before.shm, file));
        QCOMPARE(usersOfOther(*before.shm, before.database, file).size(), std::size_t{1});
        QCOMPARE(usersOfOther(*before.shm, before.database, file).front().program,
                 std::string("sqlite3"));
        SqliteShell newcomer(path);
        newcomer.run("SELECT * FROM t");
        QVERIFY(othersUse(*before.shm, file));
        QCOMPARE(usersOfOther(*before.shm, before.database, file).size(), std::size_t{1});
        // Who opened a file itself has no lock of it any more, and is not suspected for that.
        QVERIFY(usersOfOther(*before.shm, {.device = 1, .inode = 1}, {.device = 1, .inode = 2})
                    .empty());
        old.close();
        QVERIFY(usersOfOther(*before.shm, before.database, file).empty());
    }
};

QTEST_GUILESS_MAIN(TestLogReaders)
#include "tst_log_readers.moc"
