#include "core/restore/restorer.h"

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "tests/support/made_replica.h"
#include "tests/support/passing_file_system.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

#include <csignal>
#include <numeric>

using namespace tidemark;
using namespace tidemark::restore;
using replica::AtTxId;
using replica::MadeReplica;

/// An old disk in front of a new one.
class NoUnnamedFiles final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    [[nodiscard]] Result<std::unique_ptr<File>> createUnnamed(const std::string&,
                                                              std::uint32_t) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }
};

/// A folder of whose names the disk does not keep hold, or that goes away before the end.
class BadEnd final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    bool hasNoFolder = false;

    [[nodiscard]] Status publish(File& unnamed, const std::string& path) override
    {
        return hasNoFolder ? Status(Error{.code = ErrorCode::NotFound})
                           : PassingFileSystem::publish(unnamed, path);
    }
    [[nodiscard]] Status syncDirectory(const std::string& directory) override
    {
        return directory.empty() ? Status() : Status(Error{.code = ErrorCode::Io});
    }
};

/// A folder that may not be looked into.
class Closed final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    [[nodiscard]] Result<bool> isTaken(const std::string&) const override
    {
        return Error{.code = ErrorCode::Forbidden};
    }
};

class TestRestorer : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{7};
    std::unique_ptr<MadeReplica> m_made;

    [[nodiscard]] std::string target() const { return m_folder->path().toStdString() + "/out.db"; }

    [[nodiscard]] std::string restoredBytes() const
    {
        QFile file(QString::fromStdString(target()));
        return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : "none";
    }

    [[nodiscard]] QStringList inFolder() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden);
    }

    Result<Restored> restore(const replica::Wish& wish, const OnProgress& progress = {},
                             std::stop_token stop = {})
    {
        Restorer restorer(m_made->storage, m_files, m_clock, m_random);
        // The pages are noise, not a database: SQLite has nothing to check in them.
        return restorer.restore({.wish = wish, .target = target(), .check = Check::None}, progress,
                                std::move(stop));
    }

    Result<Restored> restore(std::uint64_t txId) { return restore(AtTxId{{txId}}); }

    /// Ten transactions over a database that grows and shrinks, in files of several levels.
    void makeUsual(bool withDigests)
    {
        m_made->hasDigests = withDigests;
        m_made->commit({1, 2, 3, 4, 5, 6, 7, 8}, 8);
        m_made->commit({1, 3}, 8);
        m_made->commit({1, 9, 10, 11, 12}, 12);
        m_made->commit({2, 12}, 12);
        m_made->commit({1}, 6);
        m_made->commit({1, 7, 8, 9}, 9);
        m_made->commit({4}, 9);
        m_made->commit({4, 5}, 9);
        m_made->commit({1}, 9);
        m_made->commit({9}, 9);
        m_made->put(9, 1, 1);
        m_made->put(1, 2, 4);
        for (std::uint64_t txId = 2; txId <= 10; ++txId) {
            m_made->put(0, txId, txId);
        }
        m_made->put(9, 1, 7);
        m_made->put(2, 5, 9);
    }

    /// In its middle, so that no header and no index tells of it.
    void damage(const std::string& name)
    {
        std::string& bytes = m_made->storage.objects().at(name).bytes;
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_made = std::make_unique<MadeReplica>();
    }

    void everyMomentIsTheStateOfItsTransaction_data()
    {
        QTest::addColumn<bool>("withDigests");
        QTest::newRow("proven") << true;
        QTest::newRow("checked") << false;
    }
    void everyMomentIsTheStateOfItsTransaction()
    {
        QFETCH(bool, withDigests);
        makeUsual(withDigests);
        for (std::uint64_t txId = 1; txId <= 10; ++txId) {
            const auto restored = restore(txId);
            QVERIFY2(restored.ok(), restored.ok() ? "" : inEnglish(restored.error().what).c_str());
            QVERIFY(restoredBytes() == m_made->state(txId));
            QVERIFY(restored.value().verdict == (withDigests ? Verdict::Proven : Verdict::Checked));
            QCOMPARE(restored.value().bytes, std::uint64_t{m_made->state(txId).size()});
            QVERIFY(restored.value().moment.time == m_made->timeOf(txId));
            QVERIFY(QFile::remove(QString::fromStdString(target())));
        }
        QCOMPARE(inFolder(), QStringList());
    }

    void progressEndsOnItsTotal()
    {
        makeUsual(true);
        Progress last;
        const auto restored = restore(replica::Latest{}, [&](const Progress& progress) {
            QVERIFY(progress.doneBytes >= last.doneBytes);
            QVERIFY(progress.doneBytes <= progress.totalBytes);
            last = progress;
        });
        QVERIFY(restored.ok());
        QVERIFY(last.totalBytes > 0);
        QCOMPARE(last.doneBytes, last.totalBytes);
        QVERIFY(last.phase == Phase::Checking);
    }

    void neverOverwrites()
    {
        makeUsual(true);
        QFile there(QString::fromStdString(target()));
        QVERIFY(there.open(QIODevice::WriteOnly) && there.write("mine") == 4);
        there.close();
        const auto restored = restore(1);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::AlreadyExists);
        QCOMPARE(restoredBytes(), std::string("mine"));
        QCOMPARE(m_made->storage.readCalls(), std::uint64_t{0});
    }

    void refusesALinkThatLeadsToNothing()
    {
        makeUsual(true);
        QVERIFY(QFile::link("/nowhere/at/all", QString::fromStdString(target())));
        const auto restored = restore(1);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::AlreadyExists);
        QCOMPARE(m_made->storage.readCalls(), std::uint64_t{0});
    }

    void whatTheTargetsDiskSaysIsAboutTheTarget()
    {
        makeUsual(true);
        BadEnd badEnd(m_files);
        Restorer restorer(m_made->storage, badEnd, m_clock, m_random);
        const Request request{.wish = AtTxId{{10}}, .target = target(), .check = Check::None};
        const auto unsynced = restorer.restore(request, {}, {});
        QVERIFY(!unsynced.ok() && unsynced.error().code == ErrorCode::Io);
        QCOMPARE(inFolder(), QStringList());
        badEnd.hasNoFolder = true;
        const std::uint64_t before = m_made->storage.readCalls();
        const auto gone = restorer.restore(request, {}, {});
        QVERIFY(!gone.ok() && gone.error().code == ErrorCode::TargetRefused);
        // Read once, not again and again.
        QVERIFY(m_made->storage.readCalls() - before <= before);
        Closed closed(m_files);
        const auto refused =
            Restorer(m_made->storage, closed, m_clock, m_random).restore(request, {}, {});
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::TargetRefused);
    }

    void aHeaderThatVanishesIsPlannedAround()
    {
        makeUsual(true);
        int vanished = 0;
        m_made->storage.onRead = [&](const std::string& name) -> Status {
            if (vanished == 0 && name.starts_with("ltx/0/")) {
                vanished += static_cast<int>(m_made->storage.objects().erase(name));
            }
            return {};
        };
        // Listed times are exact here but not known to be: headers are read to be sure.
        QVERIFY(restore(replica::AtTime{m_made->timeOf(9)}).ok());
        QCOMPARE(vanished, 1);
    }

    void refusesATargetBesideAForeignJournal()
    {
        makeUsual(true);
        QFile journal(QString::fromStdString(target() + "-wal"));
        QVERIFY(journal.open(QIODevice::WriteOnly));
        const auto restored = restore(1);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::TargetRefused);
    }

    void refusesATargetThatSqliteWouldTakeForAPartOfAnotherDatabase()
    {
        makeUsual(true);
        QFile database(QString::fromStdString(target()));
        QVERIFY(database.open(QIODevice::WriteOnly));
        Restorer restorer(m_made->storage, m_files, m_clock, m_random);
        for (const char* const companion : {"-wal", "-shm", "-journal"}) {
            const auto restored = restorer.restore({.target = target() + companion}, {}, {});
            QVERIFY(!restored.ok() && restored.error().code == ErrorCode::TargetRefused);
        }
        QVERIFY(database.remove());
        const auto alone = restorer.restore(
            {.wish = replica::AtTxId{{1}}, .target = target() + "-wal", .check = Check::None}, {},
            {});
        QVERIFY2(alone.ok(), alone.ok() ? "" : inEnglish(alone.error().what).c_str());
    }

    void refusesAMissingFolder()
    {
        makeUsual(true);
        Restorer restorer(m_made->storage, m_files, m_clock, m_random);
        const auto restored = restorer.restore({.target = target() + "/x/y"}, {}, {});
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::TargetRefused);
    }

    void aMomentThatIsNotThereIsNotFound()
    {
        makeUsual(true);
        QVERIFY(restore(11).error().code == ErrorCode::NotFound);
        QCOMPARE(inFolder(), QStringList());
        m_made->storage.objects().clear();
        QVERIFY(restore(1).error().code == ErrorCode::NotFound);
    }

    void everyFlippedByteIsFoundOrHarmless_data() { everyMomentIsTheStateOfItsTransaction_data(); }
    void everyFlippedByteIsFoundOrHarmless()
    {
        QFETCH(bool, withDigests);
        makeUsual(withDigests);
        for (auto& [name, object] : m_made->storage.objects()) {
            for (std::size_t at = 0; at < object.bytes.size(); at += 37) {
                object.bytes[at] = static_cast<char>(object.bytes[at] ^ (1 << at % 8));
                const auto restored = restore(10);
                if (restored.ok()) {
                    QVERIFY2(restoredBytes() == m_made->state(10), name.c_str());
                    QVERIFY(QFile::remove(QString::fromStdString(target())));
                } else {
                    QVERIFY2(restored.error().code == ErrorCode::Damaged,
                             inEnglish(restored.error().what).c_str());
                }
                object.bytes[at] = static_cast<char>(object.bytes[at] ^ (1 << at % 8));
            }
        }
        QCOMPARE(inFolder(), QStringList());
    }

    void damageIsPlannedAroundWhereAnotherWayLeadsOn_data()
    {
        QTest::addColumn<QStringList>("damaged");
        const QString merged = "ltx/2/0000000000000005-0000000000000009.ltx";
        const QString snapshot = "ltx/9/0000000000000001-0000000000000007.ltx";
        const QString lowest = "ltx/1/0000000000000002-0000000000000004.ltx";
        QTest::newRow("a merged object: its segments are there") << QStringList{merged};
        QTest::newRow("the snapshot: an older one is there") << QStringList{snapshot};
        QTest::newRow("both, and what leads on from the older one")
            << QStringList{merged, snapshot, lowest};
    }
    void damageIsPlannedAroundWhereAnotherWayLeadsOn()
    {
        QFETCH(QStringList, damaged);
        makeUsual(true);
        for (const QString& each : damaged) {
            damage(each.toStdString());
        }
        for (const replica::Wish& wish :
             {replica::Wish(AtTxId{{10}}), replica::Wish(replica::Latest{}),
              replica::Wish(replica::AtTime{m_made->timeOf(10)})}) {
            const auto restored = restore(wish);
            QVERIFY2(restored.ok(), restored.ok() ? "" : inEnglish(restored.error().what).c_str());
            QVERIFY(restored.value().verdict == Verdict::Proven);
            QCOMPARE(restored.value().moment.txId.value, std::uint64_t{10});
            QVERIFY(restoredBytes() == m_made->state(10));
            QVERIFY(QFile::remove(QString::fromStdString(target())));
        }
        QCOMPARE(inFolder(), QStringList());
    }

    void whereNoWayIsLeftTheNearestMomentsThatAreWholeAreNamed()
    {
        makeUsual(true);
        m_made->storage.objects().erase("ltx/2/0000000000000005-0000000000000009.ltx");
        damage("ltx/9/0000000000000001-0000000000000007.ltx");
        damage("ltx/0/0000000000000006-0000000000000006.ltx");
        m_made->put(9, 1, 9);
        Restorer restorer(m_made->storage, m_files, m_clock, m_random);
        for (const std::uint64_t lost : {std::uint64_t{7}, std::uint64_t{8}}) {
            const auto restored = restorer.restore(
                {.wish = AtTxId{{lost}}, .target = target(), .check = Check::None}, {}, {});
            QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
            QCOMPARE(restorer.tried().txId.value, lost);
            QCOMPARE(restorer.nearest().before->txId.value, std::uint64_t{5});
            QCOMPARE(restorer.nearest().after->txId.value, std::uint64_t{9});
            const std::string next = inEnglish(restored.error().next);
            QVERIFY2(next.starts_with("The nearest moments are 5 (") &&
                         next.find(" and 9 (") != std::string::npos,
                     next.c_str());
        }
        QCOMPARE(inFolder(), QStringList());
        QVERIFY(restore(5).ok());
        QVERIFY(QFile::remove(QString::fromStdString(target())));
        QVERIFY(restore(9).ok());
    }

    void aTimeIsNeverAnsweredByALaterMomentBecauseAHeaderIsDamaged()
    {
        makeUsual(true);
        // Only this one ends there.
        m_made->storage.objects().at("ltx/0/0000000000000008-0000000000000008.ltx").bytes[0] ^= 1;
        const auto before = restore(replica::AtTime{m_made->timeOf(6)});
        QVERIFY(before.ok());
        QCOMPARE(before.value().moment.txId.value, std::uint64_t{6});
        QVERIFY(QFile::remove(QString::fromStdString(target())));
        const auto behind = restore(replica::AtTime{m_made->timeOf(9)});
        QVERIFY(behind.ok());
        QCOMPARE(behind.value().moment.txId.value, std::uint64_t{9});
        QVERIFY(QFile::remove(QString::fromStdString(target())));
        const auto damaged = restore(replica::AtTime{m_made->timeOf(8)});
        QVERIFY(!damaged.ok() && damaged.error().code == ErrorCode::Damaged);
    }

    void everyShorterObjectIsFoundOrHarmless()
    {
        makeUsual(false);
        for (auto& [name, object] : m_made->storage.objects()) {
            const std::string whole = object.bytes;
            for (std::size_t size = 0; size < whole.size(); size += 61) {
                object.bytes = whole.substr(0, size);
                const auto restored = restore(10);
                if (restored.ok()) {
                    QVERIFY2(restoredBytes() == m_made->state(10), name.c_str());
                    QVERIFY(QFile::remove(QString::fromStdString(target())));
                } else {
                    QVERIFY(restored.error().code == ErrorCode::Damaged);
                }
            }
            object.bytes = whole;
        }
    }

    void aSizeThatNoFileCouldHoldIsRefusedBeforeItIsAllocated()
    {
        m_made->hasDigests = false;
        m_made->commit({1}, 1);
        m_made->commit({1}, 1);
        m_made->put(9, 1, 1);
        const std::string name = m_made->put(0, 2, 2);
        // The size in pages, at 12 in the header.
        m_made->storage.objects()[name].bytes.replace(12, 4, "\xff\xff\xff\xff");
        const auto restored = restore(2);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
    }

    void aSizeThatRottedIsFoundThoughNoPageComesFromThatFile()
    {
        m_made->hasDigests = false;
        m_made->commit({1, 2, 3, 4}, 4);
        m_made->commit({3, 4}, 4);
        m_made->put(9, 1, 1);
        const std::string name = m_made->put(0, 2, 2);
        const std::string whole = m_made->storage.objects()[name].bytes;
        for (const char pages : {'\0', '\2'}) {
            m_made->storage.objects()[name].bytes = whole;
            m_made->storage.objects()[name].bytes[15] = pages;
            const auto restored = restore(2);
            QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
        }
    }

    void aPageThatNoFileHoldsIsDamage()
    {
        m_made->hasDigests = false;
        m_made->commit({1, 2}, 2);
        m_made->commit({1}, 4);
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const auto restored = restore(2);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(restored.error().what).find("page 3") != std::string::npos);
    }

    void theWrongPageAtTheRightPlaceIsFoundByTheDigestAndWalkedAround()
    {
        makeUsual(true);
        // A file that is whole in itself but of another history.
        MadeReplica other;
        for (int i = 0; i < 9; ++i) {
            other.commit({1, 2, 3, 4, 5, 6, 7, 8, 9}, 9);
        }
        const std::string name = other.put(2, 5, 9);
        m_made->storage.objects()[name] = other.storage.objects()[name];
        const auto around = restore(10);
        QVERIFY(around.ok() && around.value().verdict == Verdict::Proven);
        QVERIFY(restoredBytes() == m_made->state(10));
        QVERIFY(QFile::remove(QString::fromStdString(target())));
        // Without it nothing leads there.
        m_made->storage.objects().erase(replica::objectInfo(0, 8, 8).name);
        const auto restored = restore(10);
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
        QCOMPARE(inFolder(), QStringList());
    }

    void aFullFileInTheMiddleNeedsNothingBelowIt()
    {
        for (int i = 0; i < 4; ++i) {
            m_made->commit({1, 2}, 3);
        }
        m_made->commit({3}, 3);
        m_made->put(9, 1, 1);
        m_made->put(0, 3, 3);
        m_made->put(0, 4, 4, true);
        m_made->put(0, 5, 5);
        QVERIFY(restore(5).ok());
        QVERIFY(restoredBytes() == m_made->state(5));
        QVERIFY(restore(3).error().code == ErrorCode::AlreadyExists);
    }

    void anObjectThatVanishesIsPlannedAround()
    {
        makeUsual(true);
        int vanished = 0;
        m_made->storage.onRead = [&](const std::string& name) -> Status {
            // Compaction's first victim, gone between listing and reading.
            if (name.starts_with("ltx/2/") && m_made->storage.objects().erase(name) > 0) {
                ++vanished;
            }
            return {};
        };
        QVERIFY(restore(10).ok());
        QCOMPARE(vanished, 1);
        QVERIFY(restoredBytes() == m_made->state(10));
    }

    void whatTheStorageSaysIsPassedOn()
    {
        makeUsual(true);
        m_made->storage.onRead = [](const std::string&) -> Status {
            return Error{.code = ErrorCode::Unavailable, .what = {TIDEMARK_TEXT("test", "down")}};
        };
        QVERIFY(restore(10).error().code == ErrorCode::Unavailable);
        QCOMPARE(inFolder(), QStringList());
    }

    void aStopAtAnyReadLeavesNothing()
    {
        makeUsual(true);
        for (int stopAt = 1;; ++stopAt) {
            std::stop_source source;
            int reads = 0;
            m_made->storage.onRead = [&](const std::string&) -> Status {
                if (++reads == stopAt) {
                    source.request_stop();
                }
                return {};
            };
            const auto restored = restore(replica::Latest{}, {}, source.get_token());
            if (reads < stopAt) {
                QVERIFY(restored.ok());
                QVERIFY(stopAt > 3);
                return;
            }
            QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Cancelled);
            QCOMPARE(inFolder(), QStringList());
        }
    }

    void aStopWhileCheckingLeavesNothing()
    {
        makeUsual(true);
        std::stop_source source;
        const auto restored = restore(
            replica::Latest{},
            [&](const Progress& progress) {
                if (progress.phase == Phase::Checking) {
                    source.request_stop();
                }
            },
            source.get_token());
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Cancelled);
        QCOMPARE(inFolder(), QStringList());
    }

    void aFullDiskIsNamedAndLeavesNothing()
    {
        makeUsual(true);
        // The largest file that this process may write stands for the end of the disk.
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        const rlimit small{.rlim_cur = 2000, .rlim_max = old.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto restored = restore(10);
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &old), 0);
        std::signal(SIGXFSZ, before);
        QVERIFY(!restored.ok());
        QVERIFY(restored.error().code == ErrorCode::NoSpace);
        QCOMPARE(inFolder(), QStringList());
    }

    void manyRunsOnManyThreadsGiveTheSameBytes_data()
    {
        everyMomentIsTheStateOfItsTransaction_data();
    }
    void manyRunsOnManyThreadsGiveTheSameBytes()
    {
        QFETCH(bool, withDigests);
        m_made->hasDigests = withDigests;
        // Some eight megabytes of frames, every third page of one stretch replaced by a newer file.
        constexpr std::uint32_t kPages = 24'000;
        std::vector<std::uint32_t> all(kPages);
        std::iota(all.begin(), all.end(), 1U);
        m_made->commit(all, kPages);
        std::vector<std::uint32_t> some;
        for (std::uint32_t page = 2; page < 9000; page += 3) {
            some.push_back(page);
        }
        m_made->commit(some, kPages);
        const std::string name = m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        QVERIFY(m_made->storage.objects()[name].bytes.size() > 6'000'000);
        QVERIFY(restore(2).ok());
        QVERIFY(restoredBytes() == m_made->state(2));
        QVERIFY(QFile::remove(QString::fromStdString(target())));

        std::string& bytes = m_made->storage.objects()[name].bytes;
        for (std::size_t at = 200; at < bytes.size(); at += bytes.size() / 7) {
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
            const auto restored = restore(2);
            QVERIFY(restored.ok() ? restoredBytes() == m_made->state(2)
                                  : restored.error().code == ErrorCode::Damaged);
            QFile::remove(QString::fromStdString(target()));
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
        }
    }

    void stretchesThatNewerFilesReplaceAreNotRead()
    {
        constexpr std::uint32_t kPages = 24'000;
        std::vector<std::uint32_t> all(kPages);
        std::iota(all.begin(), all.end(), 1U);
        m_made->commit(all, kPages);
        all.resize(20'000);
        m_made->commit(all, kPages);
        const std::string name = m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const std::uint64_t stored = m_made->storage.objects()[name].bytes.size();
        const std::uint64_t newer = m_made->storage.objects().begin()->second.bytes.size();
        QVERIFY(restore(2).ok());
        QVERIFY(restoredBytes() == m_made->state(2));
        QVERIFY(m_made->storage.readBytes() < newer + stored / 2);
    }

    void aDiskWithoutUnnamedFilesGetsATemporaryOne()
    {
        makeUsual(true);
        const std::string left =
            m_folder->path().toStdString() + "/.tidemark-restore-0123456789abcdef";
        QVERIFY(m_files.open(left, OpenFor::Creating, kPrivateFile).ok());
        NoUnnamedFiles disk(m_files);
        Restorer restorer(m_made->storage, disk, m_clock, m_random);
        const auto restored = restorer.restore(
            {.wish = replica::Latest{}, .target = target(), .check = Check::None}, {}, {});
        QVERIFY(restored.ok());
        QVERIFY(restoredBytes() == m_made->state(10));
        QCOMPARE(inFolder(), QStringList{"out.db"});
        QVERIFY(QFile::remove(QString::fromStdString(target())));
        const auto refused = restorer.restore(
            {.wish = replica::Latest{}, .target = target(), .check = Check::Quick}, {}, {});
        QVERIFY(!refused.ok());
        QCOMPARE(inFolder(), QStringList());
    }

    void whatIsReadIsPinnedUntilTheEnd()
    {
        makeUsual(true);
        replica::PinBoard pins;
        replica::ObjectNames read;
        bool allPinned = true;
        m_made->storage.onRead = [&](const std::string& name) {
            read.insert(name);
            allPinned = allPinned && pins.pinned().contains(name);
            return Status();
        };
        Restorer restorer(m_made->storage, m_files, m_clock, m_random, &pins);
        QVERIFY(
            restorer
                .restore({.wish = AtTxId{{4}}, .target = target(), .check = Check::None}, {}, {})
                .ok());
        QVERIFY(!read.empty() && allPinned);
        QVERIFY(pins.pinned().empty());
        QVERIFY(restoredBytes() == m_made->state(4));
    }

    void whatIsBeingDeletedIsPlannedAnew()
    {
        makeUsual(true);
        replica::PinBoard pins;
        const std::string going = m_made->put(3, 2, 9);
        std::optional<replica::PinBoard::Claim> claim = pins.claim({going});
        int listings = 0;
        // The deletion is over as the replica is listed again.
        Restorer restorer(m_made->storage, m_files, m_clock, m_random, &pins);
        const OnProgress progress = [&](const Progress& at) {
            listings += at.phase == Phase::Planning ? 1 : 0;
            if (listings == 2) {
                m_made->storage.objects().erase(going);
                claim.reset();
            }
        };
        const auto restored = restorer.restore(
            {.wish = AtTxId{{9}}, .target = target(), .check = Check::None}, progress, {});
        QVERIFY(restored.ok());
        QVERIFY(restoredBytes() == m_made->state(9));
    }

    void whatIsBeingDeletedForLongIsToldOf()
    {
        makeUsual(true);
        replica::PinBoard pins;
        const auto claim = pins.claim({m_made->put(3, 2, 9)});
        Restorer restorer(m_made->storage, m_files, m_clock, m_random, &pins);
        const auto restored = restorer.restore(
            {.wish = AtTxId{{9}}, .target = target(), .check = Check::None}, {}, {});
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::NotFound);
        QCOMPARE(inFolder(), QStringList());
        QVERIFY(pins.pinned().empty());
    }

    void whatSqliteFindsWrongIsDamage()
    {
        makeUsual(true);
        Restorer restorer(m_made->storage, m_files, m_clock, m_random);
        const auto restored = restorer.restore({.target = target()}, {}, {});
        QVERIFY(!restored.ok() && restored.error().code == ErrorCode::Damaged);
        QCOMPARE(inFolder(), QStringList());
    }
};

QTEST_APPLESS_MAIN(TestRestorer)
#include "tst_restorer.moc"
