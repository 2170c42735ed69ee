#include "core/base/posix_file_system.h"
#include "core/state/state_db.h"

#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <array>

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

    static void run(const std::string& path, const char* sql)
    {
        sqlite3* handle = nullptr;
        QCOMPARE(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
        QCOMPARE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(handle);
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
        const ProofState proof{.at = source.time, .txId = {5}, .byDigest = true};
        {
            const auto made = StateDb::open(m_files, path("a"));
            QVERIFY(made.ok());
            QVERIFY(!made.value()->source().value());
            QVERIFY(made.value()->record(source, segment).ok());
            QVERIFY(made.value()->setReplica(replica).ok());
            QVERIFY(!made.value()->proof().value());
            QVERIFY(made.value()->setProof({.txId = {3}}).ok());
            QVERIFY(made.value()->setProof(proof).ok());
            QVERIFY(!made.value()->proofOf("a").value());
            QVERIFY(made.value()->setProofOf("a", {.txId = {3}}).ok());
            QVERIFY(made.value()->setProofOf("a", proof).ok());
        }
        const auto again = StateDb::open(m_files, path("a"));
        QVERIFY(again.ok());
        QVERIFY(again.value()->source().value() == source);
        QVERIFY(again.value()->segments().value() == std::vector{segment});
        QVERIFY(again.value()->replica("a").value() == replica);
        QVERIFY(!again.value()->replica("b").value());
        QVERIFY(again.value()->proof().value() == proof);
        QVERIFY(again.value()->proofOf("a").value() == proof);
        QVERIFY(!again.value()->proofOf("b").value());
    }

    void remembersWhatEachReplicaNeverGets()
    {
        const Timestamp time(std::chrono::seconds(7));
        const GivenUp open{.first = {5}, .last = {9}, .began = time, .limitBytes = 4096};
        GivenUp ended = open;
        ended.firstAt = ended.lastAt = ended.ended = time;
        const auto state = StateDb::open(m_files, path("given-up"));
        QVERIFY(!state.value()->givenUp("one").value());
        QVERIFY(state.value()->setGivenUp("one", open).ok());
        QVERIFY(state.value()->givenUp("one").value() == open);
        QVERIFY(state.value()->setGivenUp("one", ended).ok());
        QVERIFY(state.value()->givenUp("one").value() == ended);
        QVERIFY(!state.value()->givenUp("two").value());
        QCOMPARE(ended.moments(), 5U);
    }

    void remembersWhatADeletionLeftUnfinished()
    {
        const auto state = StateDb::open(m_files, path("unfinished"));
        QVERIFY(state.value()->unfinished("one").value().empty());
        QVERIFY(state.value()->setUnfinished("one", {"ltx/0/a", "ltx/0/b"}).ok());
        QCOMPARE(state.value()->unfinished("one").value(), (ObjectNames{"ltx/0/a", "ltx/0/b"}));
        QVERIFY(state.value()->unfinished("two").value().empty());
        QVERIFY(state.value()->setUnfinished("one", {}).ok());
        QVERIFY(state.value()->unfinished("one").value().empty());
    }

    void remembersWhatIsSuspected()
    {
        const auto state = StateDb::open(m_files, path("suspected"));
        QVERIFY(state.value()->suspected("one").value().empty());
        QVERIFY(state.value()->setSuspected("one", {"ltx/0/a", "ltx/0/b"}).ok());
        QVERIFY(state.value()->setSuspected("one", {"ltx/0/b"}).ok());
        QCOMPARE(state.value()->suspected("one").value(), ObjectNames{"ltx/0/b"});
        QVERIFY(state.value()->suspected("two").value().empty());
        QVERIFY(state.value()->unfinished("one").value().empty());
    }

    void knowsWhenATransactionWas()
    {
        const Timestamp time(std::chrono::seconds(7));
        const auto state = StateDb::open(m_files, path("times"));
        QVERIFY(state.value()->record({.txId = {3}}, SegmentFacts{.txId = {3}, .time = time}).ok());
        QVERIFY(state.value()->timeOf({3}).value() == time);
        QVERIFY(!state.value()->timeOf({4}).value());
    }

    void remembersWhatIsDamagedInEachReplica()
    {
        const DamagedObject whole{.name = "ltx/9/a", .foundAt = Timestamp(std::chrono::seconds(7))};
        DamagedObject other{
            .name = "ltx/0/b", .foundAt = whole.foundAt, .moments = 3, .first = {5}, .last = {9}};
        const auto state = StateDb::open(m_files, path("damaged"));
        QVERIFY(state.value()->damaged("one").value().empty());
        QVERIFY(state.value()->addDamaged("one", whole).ok());
        QVERIFY(state.value()->addDamaged("one", other).ok());
        QVERIFY(state.value()->addDamaged("two", other).ok());
        QVERIFY(state.value()->damaged("one").value() == (std::vector{other, whole}));
        const Timestamp mended(std::chrono::seconds(8));
        other.mendedAt = other.basedAt = mended;
        other.sizeBytes = 1000;
        other.modified = mended;
        QVERIFY(state.value()->addDamaged("two", other).ok());
        QVERIFY(state.value()->damaged("two").value() == std::vector{other});
        QVERIFY(!state.value()->damaged("one").value().front().mendedAt);
        QVERIFY(state.value()->dropDamaged("one", whole.name).ok());
        QVERIFY(state.value()->dropDamaged("one", whole.name).ok());
        QCOMPARE(state.value()->damaged("one").value().size(), std::size_t{1});
        QCOMPARE(state.value()->damaged("two").value().size(), std::size_t{1});
    }

    void theMarkOfAWatchedFileIsForgottenWithItsWatching()
    {
        SourceState watched{.txId = {7}};
        watched.identity.database = {.device = 1, .inode = 2};
        watched.mark = {.file = watched.identity.database,
                        .stamp = {.sizeBytes = 4096, .modifiedNs = -5, .changedNs = 9},
                        .changeCounter = UINT32_MAX};
        const auto made = StateDb::open(m_files, path("f"));
        QVERIFY(made.value()->record(watched, std::nullopt).ok());
        QVERIFY(made.value()->source().value() == watched);
        const SourceState followed{.txId = {8}};
        QVERIFY(made.value()->record(followed, std::nullopt).ok());
        QVERIFY(made.value()->source().value() == followed);
    }

    void knowsTheNewestSegmentBehindWhichTheDatabaseWasTheSame()
    {
        const auto state = StateDb::open(m_files, path("digests"));
        const std::array<std::uint64_t, 4> digests{UINT64_MAX - 1, 5, UINT64_MAX - 1, 6};
        for (std::uint64_t number = 1; number <= digests.size(); ++number) {
            const SourceState source{.txId = {number}, .digest = digests[number - 1]};
            const SegmentFacts segment{.txId = {number}, .pages = 2};
            QVERIFY(state.value()->record(source, segment).ok());
        }
        QCOMPARE(state.value()->lastOfDigest(digests[0], {4}).value()->txId.value, 3U);
        QVERIFY(state.value()->lastOfDigest(digests[0], {2}).value() ==
                (SegmentFacts{.txId = {1}, .pages = 2}));
        QVERIFY(!state.value()->lastOfDigest(6, {3}).value());
        QVERIFY(!state.value()->lastOfDigest(0, {4}).value());
    }

    void remembersThatTheDatabaseWentBack()
    {
        const Timestamp time(std::chrono::seconds(7));
        WentBack wentBack{.at = time, .to = {3}, .toAt = time, .last = {9}, .lastAt = time};
        QCOMPARE(wentBack.moments(), 6U);
        {
            const auto state = StateDb::open(m_files, path("went-back"));
            QVERIFY(!state.value()->wentBack().value());
            QVERIFY(state.value()->setWentBack(wentBack).ok());
            wentBack.to = {4};
            QVERIFY(state.value()->setWentBack(wentBack).ok());
        }
        QVERIFY(StateDb::open(m_files, path("went-back")).value()->wentBack().value() == wentBack);
    }

    void aFileOfTheVersionBeforeGoesOn()
    {
        const SegmentFacts segment{.txId = {7}, .pages = 2, .bytes = 100};
        {
            const auto made = StateDb::open(m_files, path("before"));
            QVERIFY(made.value()->record({.txId = {7}, .digest = 5}, segment).ok());
        }
        run(path("before"),
            "ALTER TABLE segments DROP COLUMN digest; DROP TABLE went_back; DROP TABLE suspected;"
            "PRAGMA user_version = 7");
        const auto again = StateDb::open(m_files, path("before"));
        QVERIFY(again.value()->segments().value() == std::vector{segment});
        QVERIFY(!again.value()->lastOfDigest(5, {7}).value());
        QVERIFY(again.value()->record({.txId = {8}, .digest = 5}, segment).ok());
    }

    void canBeLookedIntoWhileItIsWrittenTo()
    {
        QVERIFY(StateDb::openToRead(m_files, path("c")).error().code == ErrorCode::NotFound);
        QVERIFY(!m_files.stat(path("c")).value());
        const auto written = StateDb::open(m_files, path("c"));
        QVERIFY(written.ok());
        for (std::uint64_t number = 1; number <= 5; ++number) {
            const SegmentFacts segment{.txId = {number}, .pages = 10, .bytes = 100};
            QVERIFY(written.value()->record({.txId = {number}}, segment).ok());
        }
        const auto read = StateDb::openToRead(m_files, path("c"));
        QVERIFY(read.ok());
        std::vector<std::uint64_t> seen;
        const Status looked = read.value()->eachSegment([&](const SegmentFacts& segment) {
            seen.push_back(segment.txId.value);
            return seen.size() < 3 && written.value()->record({.txId = {6}}, segment).ok();
        });
        QVERIFY(looked.ok());
        QCOMPARE(seen, (std::vector<std::uint64_t>{1, 2, 3}));
    }

    void oneOfTheFirstVersionIsBroughtUpToDate()
    {
        run(path("d"),
            "CREATE TABLE source(one INTEGER PRIMARY KEY CHECK(one = 1), tx, time, digest,"
            " page_size, page_count, salts, frame, sum1, sum2, db_device, db_inode, wal_device,"
            " wal_inode, shm_device, shm_inode);"
            "CREATE TABLE segments(tx INTEGER PRIMARY KEY, time, pages, database_pages, bytes,"
            " commits);"
            "CREATE TABLE replicas(id TEXT PRIMARY KEY, base, confirmed) WITHOUT ROWID;"
            "INSERT INTO segments VALUES(7, 1234, 2, 9, 100, 1);"
            "INSERT INTO source(one, tx) VALUES(1, 7);"
            "PRAGMA user_version = 1;");
        const auto read = StateDb::openToRead(m_files, path("d"));
        QVERIFY(read.value()->source().value() == SourceState{.txId = {7}});
        const ProofState proof{.txId = {7}};
        {
            const auto older = StateDb::open(m_files, path("d"));
            QVERIFY(older.ok());
            QCOMPARE(older.value()->segments().value().front().pages, 2U);
            QVERIFY(older.value()->source().value() == SourceState{.txId = {7}});
            QVERIFY(!older.value()->proof().value());
            QVERIFY(older.value()->setProof(proof).ok());
        }
        const auto again = StateDb::open(m_files, path("d"));
        QVERIFY(again.value()->proof().value() == proof);
        QCOMPARE(again.value()->segments().value().size(), 1U);
    }

    void oneOfANewerVersionIsLeftAlone()
    {
        run(path("e"), "CREATE TABLE news(x); PRAGMA user_version = 1000;");
        QVERIFY(StateDb::open(m_files, path("e")).error().code == ErrorCode::Unsupported);
        QVERIFY(StateDb::openToRead(m_files, path("e")).error().code == ErrorCode::Unsupported);
        QVERIFY(!m_files.stat(path("e.damaged")).value());
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
