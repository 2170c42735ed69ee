#include "core/base/posix_file_system.h"
#include "core/state/database_directory.h"
#include "tests/support/faulty_file_system.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::state;

class TestDatabaseDirectory : public QObject {
    Q_OBJECT

private slots:
    void theIdIsTheSameInEachProgram()
    {
        QCOMPARE(databaseId("/home/me/notes.db"), std::string("04a371eca5905d9a"));
        QVERIFY(databaseId("/home/me/notes2.db") != databaseId("/home/me/notes.db"));
    }

    void theSpoolSurvivesAPowerLoss()
    {
        const QTemporaryDir home;
        PosixFileSystem real;
        FaultyFileSystem disk(real);
        const auto directory = directoryOf(home.filePath("data").toStdString(), "id");
        QVERIFY(prepare(disk, directory).ok());
        disk.losePower();
        QVERIFY(real.stat(directory.spool()).value().has_value());
    }
};

QTEST_APPLESS_MAIN(TestDatabaseDirectory)
#include "tst_database_directory.moc"
