#include "core/base/durable_directories.h"
#include "core/base/posix_file_system.h"
#include "tests/support/faulty_file_system.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;

class TestDurableDirectories : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_real;
    std::unique_ptr<FaultyFileSystem> m_disk;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }
    [[nodiscard]] bool isThere(const char* name) const
    {
        return m_real.stat(path(name)).value().has_value();
    }

private slots:
    void init()
    {
        m_folder = QTemporaryDir();
        m_disk = std::make_unique<FaultyFileSystem>(m_real);
    }

    void everyParentThatWasMadeSurvivesAPowerLoss()
    {
        QVERIFY(makeDirectoriesDurably(*m_disk, path("a/b/c")).ok());
        m_disk->losePower();
        QVERIFY(isThere("a/b/c"));
        QCOMPARE(m_real.stat(path("a")).value()->permissions, kPrivateDirectory);
    }

    void whereverItWasInterruptedTheNextTryMakesUpForIt()
    {
        bool hasFailed = true;
        for (int call = 1; hasFailed; ++call) {
            init();
            m_disk->failAt(call, ErrorCode::Io);
            hasFailed = !makeDirectoriesDurably(*m_disk, path("a/b/c")).ok();
            m_disk->mend();
            QVERIFY(makeDirectoriesDurably(*m_disk, path("a/b/c")).ok());
            m_disk->losePower();
            QVERIFY(isThere("a/b/c"));
            QVERIFY(call < 20);
        }
    }

    void aParentThatNobodyMaySyncIsNoFailureIfItWasThere()
    {
        QVERIFY(m_real.makeDirectories(path("a"), kPrivateDirectory).ok());
        m_disk->failAt(1, ErrorCode::Forbidden);
        QVERIFY(makeDirectoriesDurably(*m_disk, path("a")).ok());
        m_disk->failAt(m_disk->calls() + 1, ErrorCode::Io);
        QVERIFY(!makeDirectoriesDurably(*m_disk, path("a")).ok());
    }

    void aFileInTheWayIsNoFolder()
    {
        QVERIFY(m_real.open(path("a"), OpenFor::Creating, kPrivateFile).ok());
        QCOMPARE(makeDirectoriesDurably(*m_disk, path("a/b")).error().code,
                 ErrorCode::TargetRefused);
    }
};

QTEST_APPLESS_MAIN(TestDurableDirectories)
#include "tst_durable_directories.moc"
