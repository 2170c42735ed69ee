#include "core/base/posix_file_system.h"
#include "tests/support/faulty_file_system.h"

#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace tidemark;

class TestFaultyFileSystem : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_real;
    std::unique_ptr<FaultyFileSystem> m_disk;

    std::string path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    Status write(const char* name, std::string_view text, OpenFor purpose, bool sync)
    {
        TIDEMARK_TRY(const auto file, m_disk->open(path(name), purpose, kPrivateFile));
        TIDEMARK_TRY_STATUS(file->writeAt(std::as_bytes(std::span(text)), 0));
        return sync ? file->sync() : Status();
    }

    std::string get(const char* name)
    {
        const auto file = m_real.open(path(name), OpenFor::Reading, kPrivateFile);
        if (!file.ok()) {
            return "(none)";
        }
        std::string text(file.value()->sizeBytes().value(), '\0');
        text.resize(file.value()->readAt(std::as_writable_bytes(std::span(text)), 0).value());
        return text;
    }

    Status syncFolder() { return m_disk->syncDirectory(path("")); }

private slots:
    void init()
    {
        m_folder = QTemporaryDir();
        m_disk = std::make_unique<FaultyFileSystem>(m_real);
    }

    void theNamedCallFailsAndOnlyIt()
    {
        m_disk->failAt(2, ErrorCode::NoSpace);
        QCOMPARE(write("a", "1", OpenFor::Creating, false).error().code, ErrorCode::NoSpace);
        QVERIFY(write("a", "1", OpenFor::Updating, false).ok());
        QCOMPARE(m_disk->calls(), 3);
    }

    void nothingHappensAfterTheStop()
    {
        m_disk->stopAt(3);
        QVERIFY(!write("a", "1", OpenFor::Creating, true).ok());
        QVERIFY(!m_disk->remove(path("a")).ok());
        QVERIFY(!m_disk->open(path("a"), OpenFor::Updating, kPrivateFile).ok());
        QCOMPARE(get("a"), std::string("1"));
        m_disk->mend();
        QVERIFY(m_disk->remove(path("a")).ok());
    }

    void whatIsSyncedSurvivesAPowerLoss()
    {
        QVERIFY(write("a", "kept", OpenFor::Creating, true).ok());
        QVERIFY(syncFolder().ok());
        m_disk->losePower();
        QCOMPARE(get("a"), std::string("kept"));
    }

    void bytesWithoutSyncAreLost()
    {
        QVERIFY(write("a", "kept", OpenFor::Creating, true).ok());
        QVERIFY(syncFolder().ok());
        QVERIFY(write("a", "lost and longer", OpenFor::Updating, false).ok());
        m_disk->losePower();
        QCOMPARE(get("a"), std::string("kept"));
    }

    void aNameWithoutItsFolderSyncedIsLost()
    {
        QVERIFY(write("a", "synced", OpenFor::Creating, true).ok());
        m_disk->losePower();
        QCOMPARE(get("a"), std::string("(none)"));
    }

    void aFolderIsLostWithAllThatLiesThereUnlessItsParentWasSynced()
    {
        QVERIFY(m_disk->makeDirectories(path("a/b"), kPrivateDirectory).ok());
        QVERIFY(write("a/b/x", "1", OpenFor::Creating, true).ok());
        QVERIFY(m_disk->syncDirectory(path("a/b")).ok());
        QVERIFY(m_disk->syncDirectory(path("a")).ok());
        m_disk->losePower();
        QVERIFY(!m_real.stat(path("a")).value());

        QVERIFY(m_disk->makeDirectories(path("c"), kPrivateDirectory).ok());
        QVERIFY(m_disk->syncDirectory(m_folder.path().toStdString()).ok());
        m_disk->losePower();
        QVERIFY(m_real.stat(path("c")).value());
    }

    void aLinkThatLeadsToNothingTakesItsName()
    {
        QVERIFY(::symlink("nothing", path("a").c_str()) == 0);
        QVERIFY(m_disk->isTaken(path("a")).value());
        QVERIFY(!m_disk->isTaken(path("b")).value());
    }

    void aReplacedFileIsBackAfterAPowerLoss()
    {
        QVERIFY(write("a", "old", OpenFor::Creating, true).ok());
        QVERIFY(write("b", "new", OpenFor::Creating, true).ok());
        QVERIFY(syncFolder().ok());
        QVERIFY(m_disk->renameReplacing(path("b"), path("a")).ok());
        QCOMPARE(get("a"), std::string("new"));
        m_disk->losePower();
        QCOMPARE(get("a"), std::string("old"));
        QCOMPARE(get("b"), std::string("new"));
    }

    void aRemovedFileIsBackUnlessTheFolderWasSynced()
    {
        QVERIFY(write("a", "1", OpenFor::Creating, true).ok());
        QVERIFY(write("b", "2", OpenFor::Creating, true).ok());
        QVERIFY(m_disk->remove(path("a")).ok());
        QVERIFY(syncFolder().ok());
        QVERIFY(m_disk->remove(path("b")).ok());
        m_disk->losePower();
        QCOMPARE(get("a"), std::string("(none)"));
        QCOMPARE(get("b"), std::string("2"));
    }
};

QTEST_APPLESS_MAIN(TestFaultyFileSystem)
#include "tst_faulty_file_system.moc"
