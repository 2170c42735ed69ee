#include "core/engine/held_pages.h"
#include "core/replica/ltx_replica.h"
#include "tests/core/engine/replicated_place.h"
#include "tests/support/memory_storage.h"

#include <QTest>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;

class TestHeldPages : public QObject, ReplicatedPlace {
    Q_OBJECT

    static constexpr int kLarge = 3'000'000;
    static constexpr std::uint64_t kPiece = 700'000;

    [[nodiscard]] std::unique_ptr<HeldPages> held()
    {
        return std::make_unique<HeldPages>(
            sqlite::PageSnapshot::begin(m_files, database().toStdString()).value(), kPiece);
    }

    [[nodiscard]] std::unique_ptr<File> file()
    {
        return m_disk->createUnnamed(m_folder->path().toStdString(), kPrivateFile).value();
    }

    /// Empty where something is not read.
    static std::vector<std::byte> contentOf(HeldPages& pages)
    {
        std::vector<std::byte> all(pages.sizeBytes());
        const std::size_t size = pages.pageSizeBytes();
        for (std::uint32_t page = 1; page <= pages.pageCount(); ++page) {
            if (!pages.read(page, 1, std::span(all).subspan((page - 1) * size, size)).ok()) {
                return {};
            }
        }
        return all;
    }

    /// Whether SQLite may begin the log anew.
    [[nodiscard]] bool isLogFree() const
    {
        sqlite::SqliteShell shell(database());
        return shell.run("PRAGMA wal_checkpoint(RESTART)").startsWith("0|");
    }

private slots:
    void init() { begin(); }
    void cleanup() { m_replicator.reset(); }

    void whatWasCopiedIsReadAsItWasAndPinsNoLog()
    {
        Application app(database());
        QVERIFY(app.write(kLarge));
        QVERIFY(app.run("PRAGMA wal_checkpoint(PASSIVE)"));
        QVERIFY(app.run("UPDATE t SET x = x || 'y'"));  // Some from the log, some from the file.
        const auto pages = held();
        const auto before = contentOf(*pages);
        QVERIFY(!before.empty());
        QVERIFY(app.run("UPDATE t SET x = 'z'; VACUUM"));
        QVERIFY(pages->isHeld() && !pages->isCopyAsked() && !isLogFree());
        pages->askForCopy(file());
        QVERIFY(pages->isHeld() && pages->isCopyAsked());
        QVERIFY(contentOf(*pages) == before);
        QVERIFY(!pages->isHeld() && isLogFree());
        QVERIFY(app.run("PRAGMA wal_checkpoint(TRUNCATE)"));
        QVERIFY(contentOf(*pages) == before);
        pages->letGo();
        QVERIFY(contentOf(*pages).empty());
    }

    void whereTheCopyFailsAllStaysAsItIs_data()
    {
        QTest::addColumn<int>("call");
        for (const int call : {1, 2, 3}) {
            QTest::addRow("write %d", call) << call;
        }
    }
    void whereTheCopyFailsAllStaysAsItIs()
    {
        QFETCH(int, call);
        Application app(database());
        QVERIFY(app.write(kLarge));
        const auto pages = held();
        const auto before = contentOf(*pages);
        auto copy = file();
        m_disk->failAt(m_disk->calls() + call, ErrorCode::NoSpace);
        pages->askForCopy(std::move(copy));
        QVERIFY(app.run("UPDATE t SET x = 'z'"));
        QVERIFY(contentOf(*pages) == before);
        QVERIFY(pages->isHeld() && pages->isCopyAsked() && !isLogFree());
        QVERIFY(contentOf(*pages) == before);
    }

    void itIsCopiedByAPieceARead()
    {
        Application app(database());
        QVERIFY(app.write(kLarge));
        const auto pages = held();
        pages->askForCopy(file());
        std::vector<std::byte> page(pages->pageSizeBytes());
        for (int i = 0; i < 2; ++i) {
            QVERIFY(pages->read(1, 1, page).ok() && pages->isHeld());
        }
        QVERIFY(!contentOf(*pages).empty() && !pages->isHeld());
    }

    void manyReadWhileItIsCopiedAndSomebodyLetsGo_data()
    {
        QTest::addColumn<bool>("isLetGo");
        QTest::addRow("to its end") << false;
        QTest::addRow("let go of") << true;
    }
    void manyReadWhileItIsCopiedAndSomebodyLetsGo()
    {
        QFETCH(bool, isLetGo);
        Application app(database());
        QVERIFY(app.write(kLarge));
        const auto pages = held();
        const auto before = contentOf(*pages);
        pages->askForCopy(file());
        std::atomic<int> wrong = 0;
        {
            std::vector<std::jthread> readers;
            for (int i = 0; i < 3; ++i) {
                readers.emplace_back([&] {
                    const auto read = contentOf(*pages);
                    wrong += read == before || (isLetGo && read.empty()) ? 0 : 1;
                });
            }
            if (isLetGo) {
                pages->letGo();
            }
        }
        QCOMPARE(wrong, 0);
        QVERIFY(!pages->isHeld());
        QVERIFY(isLogFree());
    }

    void whoLetsGoLetsGoOfTheCopyToo()
    {
        Application app(database());
        QVERIFY(app.write(kLarge));
        const auto pages = held();
        pages->askForCopy(file());
        pages->letGo();
        QVERIFY(!pages->isHeld());
        QVERIFY(contentOf(*pages).empty());
        QVERIFY(isLogFree());
    }

    void aLogThatASnapshotPinsForLongIsCutOnceItsPagesAreCopied()
    {
        Application app(database());
        QVERIFY(app.write(kLarge));
        open();
        m_replicator->learnReplicas({});
        auto outcome = m_replicator->step({});
        QVERIFY(outcome.snapshot);
        const auto pages = outcome.snapshot->pages().lock();
        for (int i = 0; i < 8; ++i) {
            QVERIFY(app.write(10'000'000));
            steps(1s);
            const bool isMuch = m_replicator->view().walBytes > kWorrisome;
            QCOMPARE(pages->isCopyAsked(), isMuch);
        }
        QVERIFY(m_replicator->view().walBytes > kWorrisome);
        QVERIFY(!m_replicator->view().standing.reason.source.empty());
        QVERIFY(pages->isCopyAsked());
        // Its replica is slow: nothing is read yet.
        steps(10s);
        QVERIFY(m_replicator->view().walBytes > kWorrisome);
        storage::MemoryStorage storage;
        replica::LtxReplica replica(storage);
        int told = 0;
        const auto written =
            outcome.snapshot->writeTo(replica, 1,
                                      [&](std::uint64_t) {
                                          if (++told == 1) {
                                              QVERIFY(!pages->isHeld());
                                              steps(10s);
                                              QVERIFY(m_replicator->view().walBytes < kWorrisome);
                                              QVERIFY(app.run("DELETE FROM t"));
                                          }
                                      },
                                      {});
        // It adds up to what was there at its begin.
        QVERIFY(written.ok());
        QVERIFY(told > 0);
        QVERIFY(m_replicator->view().standing.reason.source.empty());
        QVERIFY(m_replicator->view().standing.state == Protection::Protected);
        steps(10s);
        QVERIFY(endsAsTheDatabase());
    }

    void withoutRoomForACopyTheLogGrows()
    {
        Application app(database());
        QVERIFY(app.write(kLarge));
        open();
        m_replicator->learnReplicas({});
        auto outcome = m_replicator->step({});
        QVERIFY(outcome.snapshot);
        const auto pages = outcome.snapshot->pages().lock();
        m_disk->pretendFreeBytes(200'000'000);
        for (int i = 0; i < 8; ++i) {
            QVERIFY(app.write(10'000'000));
            steps(1s);
        }
        QVERIFY(!pages->isCopyAsked() && pages->isHeld());
        m_disk->pretendFreeBytes({});
        steps(2s);
        QVERIFY(pages->isCopyAsked());
    }

private:
    static constexpr std::uint64_t kWorrisome = 64 << 20;
};

QTEST_APPLESS_MAIN(TestHeldPages)
#include "tst_held_pages.moc"
