#include "core/base/posix_file_system.h"
#include "core/state/state_db.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::state;

class TestStateDb : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }

private slots:
    void remembersAllOfIt()
    {
        SourceState source{.txId = {7},
                           .time = Timestamp(std::chrono::milliseconds(1234)),
                           .digest = UINT64_MAX - 1,
                           .pageSizeBytes = 65536,
                           .pageCount = 9};
        source.position = {.frame = 3, .checksum = {.first = UINT32_MAX, .second = 2}};
        source.position.salts.bytes[7] = std::byte{0xff};
        source.identity.database = {.device = 1, .inode = UINT64_MAX};
        source.identity.shm = {.device = 2, .inode = 3};
        const SegmentFacts segment{.txId = {7}, .pages = 2, .bytes = 100};
        const ReplicaState replica{.id = "a", .base = {2}, .confirmed = {6}};
        {
            const auto made = StateDb::open(m_files, path("a"));
            QVERIFY(made.ok());
            QVERIFY(!made.value()->source().value());
            QVERIFY(made.value()->record(source, segment).ok());
            QVERIFY(made.value()->setReplica(replica).ok());
        }
        const auto again = StateDb::open(m_files, path("a"));
        QVERIFY(again.ok());
        QVERIFY(again.value()->source().value() == source);
        QVERIFY(again.value()->segments().value() == std::vector{segment});
        QVERIFY(again.value()->replica("a").value() == replica);
        QVERIFY(!again.value()->replica("b").value());
    }

    void aDamagedOneIsSetAside()
    {
        QFile file(QString::fromStdString(path("b")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        const auto made = StateDb::open(m_files, path("b"));
        QVERIFY(made.ok());
        QVERIFY(!made.value()->source().value());
        QVERIFY(m_files.stat(path("b.damaged")).value());
    }
};

QTEST_GUILESS_MAIN(TestStateDb)
#include "tst_state_db.moc"
