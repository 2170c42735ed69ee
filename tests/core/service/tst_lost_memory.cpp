#include "core/base/system_clock.h"
#include "core/replica/ltx_object.h"
#include "tests/core/service/followed_place.h"

#include <QDirIterator>
#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

/// What is known of a database was lost while nobody followed it: a replica knows.
class TestLostMemory : public QObject, private FollowedPlace {
    Q_OBJECT

    static constexpr int kRows = 400;
    static constexpr int kPatienceMs = 20'000;

    SystemClock m_clock;

    void follow()
    {
        m_service = makeService(m_clock);
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
        QVERIFY(m_service->bringUpToDate({}).ok());
    }
    void leave()
    {
        m_service->stop();
        m_service.reset();
    }

    /// The files of that name below what the service keeps; how many they were.
    int remove(const QString& name)
    {
        int count = 0;
        QDirIterator files(QString::fromStdString(path("data")), {name}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            count += QFile::remove(files.next()) ? 1 : 0;
        }
        return count;
    }

    /// Some rows were written meanwhile: they are few pages, and so is what is saved of them.
    void expectFewPages(std::uint64_t largest)
    {
        const auto before = catalog().objects;
        for (int i = 0; i < 3; ++i) {
            write();
        }
        follow();
        std::uint64_t most = 0;
        for (const replica::ObjectInfo& each : catalog().objects) {
            const bool isNew =
                std::ranges::find(before, each.name, &replica::ObjectInfo::name) == before.end();
            most = isNew ? std::max(most, each.sizeBytes) : most;
        }
        QVERIFY(most > 0);
        QVERIFY2(most < largest, qPrintable(QString("%1 of %2").arg(most).arg(largest)));
        QCOMPARE(rowsAt(catalog().moments.back().txId), m_rows);
        QCOMPARE(level(9).size(), std::size_t{1});
    }

    [[nodiscard]] std::uint64_t snapshotBytes() { return level(9).front().sizeBytes; }

private slots:
    void init()
    {
        begin();
        for (int i = 0; i < kRows; ++i) {
            write();
        }
        follow();
        write();
        QVERIFY(m_service->bringUpToDate({}).ok());
        leave();
    }
    void cleanup() { end(); }

    void hashesThatAreGoneAreReadFromTheReplica()
    {
        QCOMPARE(remove("pages.crc"), 1);
        expectFewPages(snapshotBytes() / 4);
    }

    void aStateThatIsGoneIsReadFromTheReplica()
    {
        QVERIFY(QDir(QString::fromStdString(path("data"))).removeRecursively());
        expectFewPages(snapshotBytes() / 4);
    }

    /// Nothing was written since: there is nothing to upload either, now or at the next start.
    void whatIsAdoptedAtRestIsNotUploadedAnew()
    {
        const auto before = catalog().objects.size();
        QVERIFY(QDir(QString::fromStdString(path("data"))).removeRecursively());
        for (int starts = 0; starts < 3; ++starts) {
            follow();
            leave();
            QCOMPARE(level(9).size(), std::size_t{1});
        }
        QVERIFY(catalog().objects.size() <= before + 1);
    }

    void whereEachReplicaIsForgottenTheStateTellsThatItIsOurs()
    {
        QVERIFY(QDir().rename(m_directory->filePath("replica"), m_directory->filePath("moved")));
        m_service = makeService(m_clock);
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address("moved")}}});
        QVERIFY(m_service->bringUpToDate({}).ok());
        QCOMPARE(level(9, "moved").size(), std::size_t{1});
        write();
        QVERIFY(m_service->bringUpToDate({}).ok());
        QCOMPARE(level(9, "moved").size(), std::size_t{1});
        QCOMPARE(rowsAt(catalog("moved").moments.back().txId, "moved"), m_rows);
    }

    void anotherNumberOfPagesIsNoHindrance()
    {
        QCOMPARE(remove("pages.crc"), 1);
        QCOMPARE(sqlite3_exec(m_application, "DELETE FROM t WHERE rowid > 100; VACUUM", nullptr,
                              nullptr, nullptr),
                 SQLITE_OK);
        m_rows = 100;
        expectFewPages(snapshotBytes());
    }

    void aDamagedReplicaHindersNothing()
    {
        QCOMPARE(remove("pages.crc"), 1);
        const std::string name = level(9).front().name;
        QFile file(QString::fromStdString(path("replica") + '/' + name));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() / 2) &&
                file.write("????") == 4);
        file.close();
        write();
        follow();
        QVERIFY(m_service->statuses().front().replicas.front().confirmed ==
                m_service->statuses().front().captured);
    }
};

QTEST_GUILESS_MAIN(TestLostMemory)
#include "tst_lost_memory.moc"
