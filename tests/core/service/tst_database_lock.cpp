#include "core/base/posix_file_system.h"
#include "core/service/database_lock.h"
#include "core/service/node_id.h"

#include <QTemporaryDir>
#include <QTest>

#include <span>

using namespace tidemark;
using namespace tidemark::service;

class TestDatabaseLock : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_path = m_directory->filePath("lock").toStdString();
    }

    void theSecondIsToldWhoHasIt()
    {
        const auto lock = lockDatabase(m_files, m_path, m_owner, "/a.db");
        QVERIFY(lock.ok());
        QCOMPARE(readLockOwner(m_files, m_path), m_owner);

        const auto second = lockDatabase(m_files, m_path, {.processId = 7}, "/a.db");
        QVERIFY(!second.ok());
        QVERIFY(second.error().code == ErrorCode::Busy);
        QCOMPARE(inEnglish(second.error().what),
                 std::string("/a.db is followed already, by tidemarkctl (process 4711)."));
        QCOMPARE(readLockOwner(m_files, m_path), m_owner);
    }

    void aFreedLockCanBeTakenAgain()
    {
        QVERIFY(lockDatabase(m_files, m_path, m_owner, "/a.db").ok());
        const auto second =
            lockDatabase(m_files, m_path, {.processId = 7, .program = "p"}, "/a.db");
        QVERIFY(second.ok());
        QCOMPARE(readLockOwner(m_files, m_path).processId, 7);
    }

    void aLockFileThatTellsNobodyIsStillALock()
    {
        const auto lock = m_files.lock(m_path);
        QVERIFY(lock.ok());
        for (const std::string text : {"", "{", "[]", "{\"pid\":\"x\",\"program\":1}"}) {
            auto file = m_files.open(m_path, OpenFor::Keeping, kPrivateFile);
            QVERIFY(file.value()->resize(0).ok());
            QVERIFY(file.value()->writeAt(std::as_bytes(std::span(text)), 0).ok());
            const auto second = lockDatabase(m_files, m_path, m_owner, "/a.db");
            QVERIFY(second.error().code == ErrorCode::Busy);
            QCOMPARE(inEnglish(second.error().what),
                     std::string("/a.db is followed already, by another program of yours."));
        }
    }

    void aNodeIdIsMadeOnceAndKept()
    {
        SeededRandom random(1);
        const std::string data = m_directory->filePath("data").toStdString();
        const auto made = loadNodeId(m_files, random, data);
        QVERIFY(made.ok());
        QCOMPARE(loadNodeId(m_files, random, data).value(), made.value());
        QCOMPARE(m_files.list(data).value().size(), 1U);
    }

    void aNodeIdThatCannotBeReadIsMadeAnew()
    {
        SeededRandom random(1);
        const std::string data = m_directory->path().toStdString();
        const std::string text = "short";
        {
            auto file = m_files.open(data + "/node-id", OpenFor::Keeping, kPrivateFile);
            QVERIFY(file.value()->writeAt(std::as_bytes(std::span(text)), 0).ok());
        }
        const auto made = loadNodeId(m_files, random, data);
        QVERIFY(made.ok());
        QCOMPARE(loadNodeId(m_files, random, data).value(), made.value());
    }

private:
    const LockOwner m_owner{.processId = 4711, .program = "tidemarkctl", .socket = "/run/s"};
    PosixFileSystem m_files;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::string m_path;
};

QTEST_GUILESS_MAIN(TestDatabaseLock)
#include "tst_database_lock.moc"
