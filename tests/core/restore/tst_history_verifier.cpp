#include "core/restore/history_verifier.h"

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/restore/verifier.h"
#include "tests/support/made_replica.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::restore;
using replica::MadeReplica;

class TestHistoryVerifier : public QObject {
    Q_OBJECT

    SystemClock m_clock;

    static constexpr const char* kSnapshot = "ltx/9/0000000000000001-0000000000000001.ltx";

    Result<HistoryReport> verify(const MadeReplica& made, const OnProgress& progress = {},
                                 const std::stop_token& stop = {})
    {
        return HistoryVerifier(made.storage, m_clock).verify(progress, stop);
    }

    /// Commits that change, add and cut off pages.
    static void commit(MadeReplica& made, std::uint64_t count)
    {
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto size = static_cast<std::uint32_t>(5 + i * 7 % 4);
            std::vector<std::uint32_t> pages{static_cast<std::uint32_t>(1 + i % 4)};
            // What is new must be there, however small the database was before.
            for (std::uint32_t page = 5; page <= size; ++page) {
                pages.push_back(page);
            }
            made.commit(pages, size);
        }
    }

    static void putSegments(MadeReplica& made, std::uint64_t first, std::uint64_t last)
    {
        for (std::uint64_t txId = first; txId <= last; ++txId) {
            made.put(0, txId, txId);
        }
    }

    /// A snapshot, twenty segments behind it, and what levels 1 to 3 and a second snapshot make of
    /// them.
    static void fill(MadeReplica& made)
    {
        commit(made, 21);
        made.put(9, 1, 1);
        putSegments(made, 2, 21);
        for (std::uint64_t first = 2; first <= 20; first += 4) {
            made.put(1, first, first + 3);
        }
        made.put(2, 2, 9);
        made.put(2, 10, 17);
        made.put(3, 2, 17);
        made.put(9, 1, 12);
    }

    static void flip(MadeReplica& made, const std::string& name, std::size_t at)
    {
        std::string& bytes = made.storage.objects().at(name).bytes;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    }

    static void replace(MadeReplica& made, const std::string& name, const std::string& bytes)
    {
        made.storage.objects().at(name).bytes = bytes;
    }

    static ltx::Header headerOf(const MadeReplica& made, ltx::TxRange range)
    {
        const std::string file = made.fileOf(range);
        return ltx::decodeHeader(std::as_bytes(std::span(file))).value();
    }

    static bool saysOfTheFirst(const HistoryReport& report, const char* text)
    {
        return QString::fromStdString(inEnglish(report.damaged.at(0).fault.what)).contains(text);
    }

    /// An own word for each transaction: what restoring it with every check says.
    Tally restoreEach(const MadeReplica& made, std::uint64_t last)
    {
        const QTemporaryDir folder;
        PosixFileSystem files;
        SeededRandom random(5);
        Tally tally;
        for (std::uint64_t txId = 1; txId <= last; ++txId) {
            Verifier verifier(made.storage, files, m_clock, random);
            const auto verified = verifier.verify(replica::AtTxId{{txId}},
                                                  folder.path().toStdString(), Check::None, {}, {});
            if (verified.ok()) {
                ++(verified.value().restored.verdict == Verdict::Proven ? tally.proven
                                                                        : tally.checked);
            } else if (verified.error().code == ErrorCode::Damaged) {
                ++tally.damaged;
            }
        }
        return tally;
    }

private slots:
    void everyMomentOfAGoodReplicaIsProven()
    {
        MadeReplica made;
        fill(made);
        Progress last;
        const auto report = verify(made, [&](const Progress& progress) {
            QVERIFY(progress.doneBytes >= last.doneBytes);
            QVERIFY(progress.doneBytes <= progress.totalBytes);
            last = progress;
        });
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 21}));
        QCOMPARE(report.value().objects, (Tally{.proven = 30}));
        QVERIFY(report.value().damaged.empty());
        QVERIFY(!report.value().lost);
        QCOMPARE(last.doneBytes, report.value().bytes);
        QCOMPARE(last.doneBytes, last.totalBytes);
    }

    void everyObjectIsReadOnce()
    {
        MadeReplica made;
        commit(made, 3000);
        made.put(9, 1, 1);
        putSegments(made, 2, 3000);
        std::uint64_t bytes = 0;
        for (const auto& [name, object] : made.storage.objects()) {
            bytes += object.bytes.size();
        }
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 3000}));
        QCOMPARE(made.storage.readCalls(), std::uint64_t{3000});
        QCOMPARE(made.storage.readBytes(), bytes);
    }

    void aFlippedByteInAnObjectOfEachLevelIsFoundAndNamed_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("segment") << "ltx/0/0000000000000007-0000000000000007.ltx";
        QTest::newRow("level 1") << "ltx/1/0000000000000006-0000000000000009.ltx";
        QTest::newRow("level 2") << "ltx/2/000000000000000a-0000000000000011.ltx";
        QTest::newRow("level 3") << "ltx/3/0000000000000002-0000000000000011.ltx";
        QTest::newRow("first snapshot") << kSnapshot;
        QTest::newRow("second snapshot") << "ltx/9/0000000000000001-000000000000000c.ltx";
    }
    void aFlippedByteInAnObjectOfEachLevelIsFoundAndNamed()
    {
        QFETCH(QString, name);
        MadeReplica made;
        fill(made);
        const std::string damaged = name.toStdString();
        const std::size_t size = made.storage.objects().at(damaged).bytes.size();
        for (std::size_t at = 0; at < size; at += 13) {
            flip(made, damaged, at);
            const auto report = verify(made);
            QVERIFY(report.ok());
            QCOMPARE(report.value().damaged.size(), std::size_t{1});
            QCOMPARE(report.value().damaged[0].name, damaged);
            QVERIFY(inEnglish(report.value().damaged[0].fault.what).starts_with(damaged));
            QCOMPARE(report.value().objects.damaged, std::uint64_t{1});
            flip(made, damaged, at);
        }
    }

    void aTruncatedObjectIsFoundAndNamed()
    {
        MadeReplica made;
        fill(made);
        std::string& bytes = made.storage.objects().at(kSnapshot).bytes;
        while (bytes.size() > 3) {
            bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), 37));
            const auto report = verify(made);
            QVERIFY(report.ok());
            QCOMPARE(report.value().damaged.size(), std::size_t{1});
            QCOMPARE(report.value().damaged[0].name, std::string(kSnapshot));
        }
    }

    void damageTakesAwayWhatIsPlannedOverItAndNothingElse()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        putSegments(made, 2, 12);
        made.put(9, 1, 9);
        const std::string name = "ltx/0/0000000000000005-0000000000000005.ltx";
        flip(made, name, 200);
        const auto report = verify(made);
        QVERIFY(report.ok());
        const DamagedObject& damaged = report.value().damaged.at(0);
        QCOMPARE(damaged.name, name);
        QCOMPARE(damaged.withdrawn, (Withdrawal{.moments = 4, .first = {5}, .last = {8}}));
        QCOMPARE(damaged.goodBefore->txId.value, std::uint64_t{4});
        QCOMPARE(damaged.goodAfter->txId.value, std::uint64_t{9});
        QCOMPARE(report.value().moments, (Tally{.proven = 8, .damaged = 4}));
        // The segments 6 to 9 are whole, but no state is left to apply them to.
        QCOMPARE(report.value().objects, (Tally{.proven = 8, .damaged = 1, .unreachable = 4}));
    }

    void aSecondDamagedObjectTellsItsOwnMoments()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        putSegments(made, 2, 12);
        flip(made, "ltx/0/0000000000000005-0000000000000005.ltx", 200);
        flip(made, "ltx/0/0000000000000009-0000000000000009.ltx", 200);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 4, .damaged = 8}));
        QCOMPARE(report.value().damaged.at(0).withdrawn,
                 (Withdrawal{.moments = 8, .first = {5}, .last = {12}}));
        QCOMPARE(report.value().damaged.at(1).withdrawn,
                 (Withdrawal{.moments = 4, .first = {9}, .last = {12}}));
        QVERIFY(!report.value().damaged.at(0).goodAfter);
    }

    void damageThatNoPlanReadsWithdrawsNothing()
    {
        MadeReplica made;
        commit(made, 9);
        made.put(9, 1, 1);
        putSegments(made, 2, 9);
        made.put(9, 1, 9);
        made.put(1, 8, 9);
        flip(made, "ltx/1/0000000000000008-0000000000000009.ltx", 200);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().damaged.at(0).withdrawn, Withdrawal{});
        QVERIFY(!report.value().damaged.at(0).goodBefore);
        QCOMPARE(report.value().moments, (Tally{.proven = 9}));
    }

    void aWholeFileThatLeadsToAnotherStateIsDamaged_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<quint64>("first");
        QTest::addColumn<quint64>("last");
        QTest::newRow("segment") << 0 << quint64{7} << quint64{7};
        QTest::newRow("level 1") << 1 << quint64{6} << quint64{9};
        QTest::newRow("snapshot") << 9 << quint64{1} << quint64{12};
    }
    void aWholeFileThatLeadsToAnotherStateIsDamaged()
    {
        QFETCH(int, level);
        QFETCH(quint64, first);
        QFETCH(quint64, last);
        MadeReplica made;
        fill(made);
        const ltx::TxRange range{.minTxId = {first}, .maxTxId = {last}};
        const std::string name = replica::objectName({.level = level, .range = range});
        // Every checksum is right, but one page is that of another time.
        const auto header = headerOf(made, range);
        std::string state = made.state(last);
        state[3 * MadeReplica::kPageSize] = '!';
        std::vector<std::uint32_t> pages;
        for (std::uint32_t page = 1; page <= header.pageCountAfter; ++page) {
            pages.push_back(page);
        }
        replace(made, name, MadeReplica::encoded(header, pages, state));
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().damaged.size(), std::size_t{1});
        QCOMPARE(report.value().damaged[0].name, name);
        QVERIFY(saysOfTheFirst(report.value(), "do not lead to the state"));
    }

    void aFileThatFollowsAnotherStateIsDamaged()
    {
        MadeReplica made;
        commit(made, 3);
        made.put(9, 1, 1);
        putSegments(made, 2, 3);
        const ltx::TxRange range{.minTxId = {3}, .maxTxId = {3}};
        auto header = headerOf(made, range);
        ltx::DigestPair digests = *ltx::digestsOf(header);
        digests.before += 1;
        ltx::setDigests(header, digests);
        std::vector<std::uint32_t> pages;
        for (std::uint32_t page = 1; page < header.pageCountAfter; ++page) {
            pages.push_back(page);
        }
        pages.push_back(header.pageCountAfter);
        // Not a full one: such a file may follow from nothing.
        pages.erase(pages.begin());
        const auto plain = verify(made).value().moments;
        QCOMPARE(plain, (Tally{.proven = 3}));
        replace(made, replica::objectName({.level = 0, .range = range}),
                MadeReplica::encoded(header, pages, made.state(3)));
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().damaged.size(), std::size_t{1});
        QCOMPARE(report.value().moments, (Tally{.proven = 2, .damaged = 1}));
    }

    void aFileWhoseNewPagesAreMissingIsDamaged()
    {
        MadeReplica made;
        made.commit({1, 2, 3}, 3);
        made.commit({2, 4, 5}, 5);
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        const ltx::TxRange range{.minTxId = {2}, .maxTxId = {2}};
        const auto header = headerOf(made, range);
        replace(made, replica::objectName({.level = 0, .range = range}),
                MadeReplica::encoded(header, {2, 5}, made.state(2)));
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 1, .damaged = 1}));
        QVERIFY(saysOfTheFirst(report.value(), "from 3 to 5 pages"));
    }

    void withoutDigestsMomentsAreChecked()
    {
        MadeReplica made;
        made.hasDigests = false;
        fill(made);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.checked = 21}));
        QCOMPARE(report.value().objects, (Tally{.checked = 30}));
    }

    void aFileWithoutDigestsIsComparedWithWhatOthersRecorded()
    {
        MadeReplica made;
        commit(made, 9);
        made.put(9, 1, 1);
        putSegments(made, 2, 9);
        made.hasDigests = false;
        const std::string name = made.put(1, 2, 9);
        QCOMPARE(verify(made).value().objects, (Tally{.proven = 10}));

        const ltx::TxRange range{.minTxId = {2}, .maxTxId = {9}};
        const auto header = headerOf(made, range);
        std::vector<std::uint32_t> pages;
        for (std::uint32_t page = 1; page <= header.pageCountAfter; ++page) {
            pages.push_back(page);
        }
        std::string state = made.state(9);
        state[0] = '!';
        replace(made, name, MadeReplica::encoded(header, pages, state));
        const auto report = verify(made);
        QCOMPARE(report.value().damaged.size(), std::size_t{1});
        QCOMPARE(report.value().damaged[0].name, name);
        QVERIFY(saysOfTheFirst(report.value(), "another state than ltx/0/"));
        QCOMPARE(report.value().moments, (Tally{.proven = 8, .damaged = 1}));
    }

    void whatNothingLeadsToIsOutOfReach()
    {
        MadeReplica made;
        commit(made, 9);
        made.put(9, 1, 1);
        putSegments(made, 2, 4);
        putSegments(made, 6, 9);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 4, .unreachable = 4}));
        QCOMPARE(report.value().objects, (Tally{.proven = 4, .unreachable = 4}));
        QCOMPARE(report.value().lost->after.value, std::uint64_t{4});
    }

    void aFullFileBehindAHoleLeadsOn()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        putSegments(made, 2, 4);
        made.put(0, 8, 8, true);
        putSegments(made, 9, 12);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 9}));
        QCOMPARE(report.value().objects, (Tally{.proven = 9}));
        QVERIFY(!report.value().lost);
    }

    void changesThatNothingLeadsToBetweenTwoMomentsAreAHole()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        putSegments(made, 2, 4);
        putSegments(made, 6, 12);
        made.put(9, 1, 9);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(!report.value().lost);
        QCOMPARE(report.value().hole->after.value, std::uint64_t{4});
        QCOMPARE(report.value().hole->before.value, std::uint64_t{9});
        QCOMPARE(report.value().moments, (Tally{.proven = 8, .unreachable = 3}));
    }

    void aHoleIsNoneTheLessOneWhereAMergedObjectLeadsOverIt()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        putSegments(made, 2, 4);
        putSegments(made, 6, 12);
        made.put(1, 2, 9);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(report.value().damaged.empty() && !report.value().lost);
        QCOMPARE(report.value().hole->after.value, std::uint64_t{4});
        QCOMPARE(report.value().hole->before.value, std::uint64_t{9});
        QCOMPARE(report.value().moments, (Tally{.proven = 8, .unreachable = 3}));
    }

    void theLastOfALevelWithoutThoseThatLedToItIsNoHole()
    {
        MadeReplica made;
        commit(made, 12);
        made.put(9, 1, 1);
        made.put(2, 2, 6);
        made.put(1, 7, 12);
        // What retention left of the lowest level.
        made.put(0, 12, 12);
        auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(!report.value().hole && !report.value().lost && report.value().damaged.empty());
        // One before it would have gone first.
        made.put(0, 10, 10);
        report = verify(made);
        QVERIFY(report.ok() && report.value().hole.has_value());
    }

    void whatLitestreamLeavesOfEachLevelBeforeItsOldestSnapshotIsNoHole()
    {
        for (const bool areOurs : {false, true}) {
            MadeReplica made;
            commit(made, 20);
            made.hasDigests = areOurs;
            made.put(3, 3, 5, true);
            made.put(2, 8, 10);
            made.put(9, 1, 15);
            putSegments(made, 16, 20);
            const auto report = verify(made);
            QVERIFY(report.ok());
            QCOMPARE(report.value().hole.has_value(), areOurs);
        }
    }

    void whatSomebodyElseMergedAndLeftIsNoHole()
    {
        MadeReplica made;
        commit(made, 12);
        made.hasDigests = false;
        made.put(9, 1, 1);
        putSegments(made, 6, 12);
        made.put(1, 2, 9);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(!report.value().hole && !report.value().lost);
    }

    void whatWasRemovedOrLiesBeforeTheFirstMomentIsNoHole()
    {
        MadeReplica made;
        commit(made, 12);
        putSegments(made, 2, 3);
        made.put(9, 1, 4);
        made.put(9, 1, 9);
        putSegments(made, 10, 12);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(!report.value().hole && !report.value().lost);
        QCOMPARE(report.value().moments, (Tally{.proven = 5, .unreachable = 2}));
    }

    void aSnapshotWithinAMergedFileIsAStartOfItsOwn()
    {
        MadeReplica made;
        commit(made, 60);
        made.put(1, 1, 30);
        made.put(1, 31, 60);
        made.put(9, 1, 40);
        putSegments(made, 41, 60);
        const auto report = verify(made);
        QVERIFY(report.ok());
        // 30, and 40 to 60.
        QCOMPARE(report.value().moments, (Tally{.proven = 22}));
        QCOMPARE(report.value().objects, (Tally{.proven = 23}));
    }

    void filesThatOverlapAreAppliedToTheSameStates()
    {
        MadeReplica made;
        commit(made, 30);
        made.put(9, 1, 1);
        putSegments(made, 2, 6);
        made.put(1, 4, 12);
        made.put(2, 9, 20);
        made.put(1, 14, 30);
        const auto report = verify(made);
        QVERIFY(report.ok());
        QCOMPARE(report.value().moments, (Tally{.proven = 9}));
        QCOMPARE(report.value().objects, (Tally{.proven = 9}));
    }

    void whatItSaysOfMomentsIsWhatRestoringEachOfThemSays()
    {
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            SeededRandom random(seed);
            MadeReplica made;
            made.hasDigests = seed % 5 != 0;
            commit(made, 24);
            made.put(9, 1, 1);
            putSegments(made, 2, 24);
            for (int i = 0; i < 8; ++i) {
                const std::uint64_t first = 2 + random.next() % 22;
                const std::uint64_t last = first + random.next() % (25 - first);
                const int level = static_cast<int>(1 + random.next() % 3);
                const auto name = replica::objectName(
                    {.level = level, .range = {.minTxId = {first}, .maxTxId = {last}}});
                if (!made.storage.objects().contains(name)) {
                    made.put(level, first, last);
                }
            }
            for (const std::uint64_t at : {6 + random.next() % 6, 14 + random.next() % 8}) {
                made.put(9, 1, at);
            }
            // Some are lost, some damaged; the first snapshot as likely as any other.
            for (std::uint64_t i = 0; i < seed % 7; ++i) {
                auto& objects = made.storage.objects();
                auto object = objects.begin();
                std::advance(object, static_cast<std::ptrdiff_t>(random.next() % objects.size()));
                if (i % 2 == 0) {
                    flip(made, object->first, random.next() % object->second.bytes.size());
                } else {
                    objects.erase(object);
                }
            }
            const Tally expected = restoreEach(made, 24);
            const auto report = verify(made);
            QVERIFY(report.ok());
            Tally found = report.value().moments;
            found.unreachable = 0;
            QVERIFY2(found == expected,
                     qPrintable(QString("seed %1: proven %2, checked %3, damaged %4 instead of %5, "
                                        "%6, %7")
                                    .arg(seed)
                                    .arg(found.proven)
                                    .arg(found.checked)
                                    .arg(found.damaged)
                                    .arg(expected.proven)
                                    .arg(expected.checked)
                                    .arg(expected.damaged)));
        }
    }

    void anObjectThatVanishesIsNoDamage()
    {
        MadeReplica made;
        fill(made);
        // What retention takes away between being listed and being read.
        const std::string gone = "ltx/2/0000000000000002-0000000000000009.ltx";
        made.storage.onRead = [&](const std::string& name) {
            return name == gone ? made.storage.remove(std::span(&gone, 1), {}) : Status();
        };
        const auto report = verify(made);
        QVERIFY(report.ok());
        QVERIFY(report.value().damaged.empty());
        QCOMPARE(report.value().objects, (Tally{.proven = 29}));
    }

    void whatKeepsVanishingIsToldAsSuch()
    {
        MadeReplica made;
        fill(made);
        made.storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::NotFound});
        };
        const auto report = verify(made);
        QVERIFY(!report.ok() && report.error().code == ErrorCode::Unavailable);
    }

    void aStorageThatFailsIsNoDamage()
    {
        MadeReplica made;
        fill(made);
        made.storage.onRead = [](const std::string& name) {
            return name.starts_with("ltx/1/") ? Status(Error{.code = ErrorCode::Unavailable})
                                              : Status();
        };
        const auto report = verify(made);
        QVERIFY(!report.ok() && report.error().code == ErrorCode::Unavailable);
    }

    void aStopEndsIt()
    {
        MadeReplica made;
        fill(made);
        std::stop_source stop;
        const auto report = verify(
            made,
            [&](const Progress& progress) {
                if (progress.phase == Phase::Checking) {
                    stop.request_stop();
                }
            },
            stop.get_token());
        QVERIFY(!report.ok() && report.error().code == ErrorCode::Cancelled);
    }

    void aStorageWithoutAReplicaIsNotFound()
    {
        const MadeReplica made;
        const auto report = verify(made);
        QVERIFY(!report.ok() && report.error().code == ErrorCode::NotFound);
    }
};

QTEST_APPLESS_MAIN(TestHistoryVerifier)
#include "tst_history_verifier.moc"
