#include "core/replica/marks.h"
#include "core/replica/restore_plan.h"
#include "core/storage/use.h"
#include "tests/core/service/retained_place.h"
#include "tests/support/made_replica.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/scattering_disk.h"

#include <unistd.h>

#include <QDir>

#include <atomic>
#include <cstdint>
#include <span>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

/// Counts how often somebody looks at the marks: each look of retention begins with that, and each
/// batch that it deletes.
class WatchedDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    [[nodiscard]] int looks() const { return m_looks; }

    Result<std::vector<DirectoryEntry>> list(const std::string& directory) const override
    {
        m_looks += directory.ends_with("/tidemark/marks") ? 1 : 0;
        return PassingFileSystem::list(directory);
    }

private:
    mutable std::atomic<int> m_looks = 0;
};

}  // namespace

/// What retention leaves of a replica while its database is followed.
class TestReplicaRetention : public QObject, private RetainedPlace {
    Q_OBJECT

    static constexpr int kLooks = 3;  // The second one is over by then.

    ScatteringDisk m_disk{m_files};
    WatchedDisk m_watched{m_disk};

    /// Objects that nothing leads to.
    [[nodiscard]] std::size_t stranded()
    {
        const auto all = moments();
        const auto listed = catalog();
        return static_cast<std::size_t>(std::ranges::count_if(
            listed.objects,
            [&all](const replica::ObjectInfo& each) { return !all.contains(each.maxTxId.value); }));
    }
    /// In the middle of its pages.
    void flipAByteOf(const replica::ObjectInfo& object)
    {
        QFile file(QString::fromStdString(path("replica/") + object.name));
        QVERIFY(file.open(QIODevice::ReadWrite));
        char byte = 0;
        const auto at = static_cast<qint64>(object.sizeBytes / 2);
        QVERIFY(file.seek(at) && file.getChar(&byte) && file.seek(at));
        QVERIFY(file.putChar(static_cast<char>(byte ^ 0x55)));
        file.close();
    }

    /// What a restore reads beside its first object, as a part of that.
    [[nodiscard]] double partBeside(ltx::TxId txId)
    {
        const auto plan = replica::planRestore(catalog(), replica::AtTxId{txId});
        if (!plan.ok()) {
            return 0;
        }
        std::uint64_t beside = 0;
        for (const replica::ObjectInfo& each : std::span(plan.value().objects).subspan(1)) {
            beside += each.sizeBytes;
        }
        return static_cast<double>(beside) /
               static_cast<double>(plan.value().objects.front().sizeBytes);
    }

    /// What leads to the last moment of a day stays, whether any other is marked or not: so many
    /// hours from now neither that nor the start is near.
    [[nodiscard]] int hoursToTheMiddleOfADay() const
    {
        const auto today = std::chrono::floor<std::chrono::days>(m_clock->now());
        const auto hour = std::chrono::floor<std::chrono::hours>(m_clock->now() - today).count();
        const auto toNoon = static_cast<int>((36 - hour) % 24);
        return toNoon < 4 ? toNoon + 4 : toNoon > 20 ? toNoon - 4 : toNoon;
    }

    /// Whatever is due is looked at twice.
    void letHoursPass()
    {
        m_clock->advance(2h);
        m_service->retryNow(m_service->statuses().front().id);
        m_clock->advance(5min);
    }
    /// Retention has tried, and more than once.
    void letItLook()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(path("replica/tidemark/marks"))));
        const int before = m_watched.looks();
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_watched.looks() >= before + kLooks),
                                 60'000);
    }

private slots:
    void init()
    {
        m_disk.mend();
        begin(m_files, m_watched);
    }
    void cleanup() { end(); }

    void whatIsOldIsThinnedAndTheRestIsRestored()
    {
        follow(shortHistory());
        live(kHours);
        const auto isThinned = [&] {
            m_clock->advance(10min);
            return m_listener->runs() > 0 && moments().size() < kHours / 3;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isThinned(), 60'000);
        // One of each day at least, and the newest; and a writer goes on at the end of each level.
        QVERIFY(moments().size() >= kHours / 24);
        QVERIFY(moments().contains(m_rowsAt.rbegin()->first));
        QCOMPARE(endOf(replica::kSegmentLevel), newest());
        QCOMPARE(wrongMoment(), QString());
        QCOMPARE(m_listener->trouble(), QString());
        // And on it goes, from what is kept in mind and after a start.
        live(5);
        m_service.reset();
        follow(shortHistory());
        live(5);
        QCOMPARE(wrongMoment(), QString());
        QCOMPARE(m_listener->trouble(), QString());
    }

    void anOrderOverAMonthOfHoursIsOneSnapshot()
    {
        // Large enough that the schedule asks for none.
        sqlite3_exec(m_application, "CREATE TABLE much AS SELECT randomblob(4000000)", nullptr,
                     nullptr, nullptr);
        follow(engine::kKeepEverything);
        liveWithoutSnapshots(530);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        QCOMPARE(snapshots().size(), std::size_t{1});
        makeSnapshot();
        QCOMPARE(snapshots().size(), std::size_t{2});
        QCOMPARE(snapshots().back().maxTxId.value, newest());
        QVERIFY(restore({newest()}).ok());
        QCOMPARE(restoredRows(), m_rows);
    }

    void whatADeletionLeftUnfinishedGoesAfterTheNextStart()
    {
        follow(engine::kKeepEverything);
        live(kHours);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        m_disk.scatter();
        follow(shortHistory());
        // In large steps: a batch that seems to take minutes is the last large one.
        const auto hasScattered = [&] { return m_disk.hasScattered(); };
        for (int step = 0; step < 30 && !QTest::qWaitFor(hasScattered, 2'000); ++step) {
            m_clock->advance(10min);
        }
        QVERIFY(hasScattered());
        m_service.reset();
        QVERIFY(stranded() > 0);
        m_disk.mend();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), stranded() == 0), 60'000);
        QCOMPARE(wrongMoment(), QString());
    }

    void whoSaysNothingKeepsEverything()
    {
        follow(ReplicaConfig().keep);
        live(30);
        letHoursPass();
        live(2);
        const auto all = moments();
        for (const auto& [txId, rows] : m_rowsAt) {
            QVERIFY(all.contains(txId));
        }
        QCOMPARE(m_listener->runs(), std::size_t{0});
    }

    void aRestoreThatRunsKeepsWhatItReads()
    {
        follow(engine::kKeepEverything);
        live(30);
        const ltx::TxId old{std::next(m_rowsAt.begin(), 10)->first};
        const auto before = moments();
        bool isReading = false;
        const auto restored = restore(old, [&](const restore::Progress& progress) {
            if (progress.phase != restore::Phase::Reading || std::exchange(isReading, true)) {
                return;
            }
            // The policy is another one from now on, and gives this moment up.
            follow(shortHistory());
            letItLook();
            QCOMPARE(m_listener->runs(), std::size_t{0});
        });
        QVERIFY(isReading);
        QVERIFY(restored.ok());
        QCOMPARE(restoredRows(), m_rowsAt.at(old.value));
        // Read no more, it goes.
        QVERIFY(before.contains(old.value));
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), !moments().contains(old.value)), 60'000);
    }

    void markedMomentsStay()
    {
        follow(engine::kKeepEverything);
        const int middle = hoursToTheMiddleOfADay();
        live(30);
        // Of the middle of the day the one that needs most beside its snapshot: chance decides
        // where the schedule had snapshots.
        ltx::TxId old;
        for (int hour = middle - 3; hour <= middle + 3; ++hour) {
            const ltx::TxId each{std::next(m_rowsAt.begin(), hour)->first};
            old = partBeside(each) > partBeside(old) ? each : old;
        }
        const bool isLongWay = partBeside(old) > 0.5;
        QVERIFY(replica::writeMark(*replica(), {.name = "before", .txId = old}, {}).ok());
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        // From one file, which was written before what led to it was deleted.
        const auto isOfMark = [old](const replica::ObjectInfo& each) {
            return each.maxTxId == old;
        };
        QVERIFY(!isLongWay || std::ranges::count_if(snapshots(), isOfMark) == 1);
        QVERIFY(moments().contains(old.value));
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), partBeside(old) <= 0.5), 60'000);
        QVERIFY(restore(old).ok());
        QCOMPARE(restoredRows(), m_rowsAt.at(old.value));
    }

    void nothingGoesWhileAnotherProgramReads()
    {
        follow(engine::kKeepEverything);
        live(30);
        const auto before = moments();
        {
            const auto reader = storage::shareUse(*m_clock, address(), {});
            follow(shortHistory());
            letItLook();
            QCOMPARE(m_listener->runs(), std::size_t{0});
            QVERIFY(std::ranges::includes(moments(), before));
            QCOMPARE(m_listener->trouble(), QString());
        }
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QCOMPARE(wrongMoment(), QString());
    }

    void whatADamagedObjectHoldsStaysInOthers()
    {
        follow(engine::kKeepEverything);
        live(30);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        // Not what the next snapshot is made from.
        int damaged = 0;
        for (const replica::ObjectInfo& each : catalog().objects) {
            if (each.level == 3 && each.maxTxId.value < endOf(replica::kSnapshotLevel)) {
                flipAByteOf(each);
                ++damaged;
            }
        }
        QVERIFY(damaged > 10);
        engine::RetentionPolicy hours{.everyMomentFor = 3h};
        hours.thinnings.fill({.grid = engine::Grid::Hour, .age = engine::kForEver});
        follow(hours);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QCOMPARE(wrongMoment(), QString());
        QVERIFY(m_service->statuses().front().replicas.front().damage);
    }

    void whatIsKnownToBeDamagedHoldsNothing()
    {
        follow(engine::kKeepEverything);
        live(30);
        makeSnapshot();
        const replica::ObjectInfo damaged = snapshots().back();
        live(5);
        QCOMPARE(snapshots().back().name, damaged.name);
        flipAByteOf(damaged);
        const Timestamp asked = m_clock->now();
        m_service->proveNow(m_service->statuses().front().id);
        const auto proof = [&] { return m_service->statuses().front().proof; };
        const auto known = [&] { return m_service->statuses().front().replicas.front().damage; };
        // A restore goes around it; it is read a second time before anything else follows.
        QTRY_VERIFY_WITH_TIMEOUT(proof() && proof()->at >= asked, 30'000);
        QVERIFY(!known());
        m_clock->advance(2min);
        QTRY_VERIFY_WITH_TIMEOUT(known(), 30'000);
        m_damaged = {damaged.name};
        // From the snapshot before it on all can be restored.
        QCOMPARE(known()->objects, std::uint64_t{1});
        QCOMPARE(known()->moments, std::uint64_t{0});
        follow(shortHistory());
        // In small steps: the last hours are to be the last ones still.
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(1min), m_listener->runs() > 0), 60'000);
        const auto left = moments();
        QVERIFY(left.size() < m_rowsAt.size());
        QVERIFY(left.contains(std::prev(m_rowsAt.end(), 2)->first));
        QVERIFY(QFile::exists(QString::fromStdString(path("replica/") + damaged.name)));
        QCOMPARE(wrongMoment(), QString());
        QCOMPARE(m_listener->trouble(), QString());
    }

    void aMarkThatCannotBeReadKeepsEverything()
    {
        follow(engine::kKeepEverything);
        live(30);
        QVERIFY(QDir().mkpath(QString::fromStdString(path("replica/tidemark/marks"))));
        const QString name = QString::fromStdString(
            path("replica/") + replica::markObjectName({m_rowsAt.begin()->first}, "before"));
        {
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("nonsense") > 0);
        }
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT(
            (m_clock->advance(10min), m_listener->trouble().contains("cannot be read")), 60'000);
        QCOMPARE(moments(), before);
        QVERIFY(QFile::remove(name));
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QCOMPARE(wrongMoment(), QString());
    }

    void whatOthersWroteKeepsEverything()
    {
        follow(engine::kKeepEverything);
        live(30);
        replica::MadeReplica others;
        others.hasDigests = false;
        others.commit({1, 2}, 2);
        others.commit({1}, 2);
        const auto storage = replica();
        replica::LtxReplica written(*storage);
        QVERIFY(written
                    .put(replica::kSnapshotLevel, {{1}, {2}},
                         MemorySource(others.fileOf({{1}, {2}})), m_clock->now(), {})
                    .ok());
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT(
            (m_clock->advance(10min), m_listener->trouble().contains("others wrote")), 60'000);
        QCOMPARE(moments(), before);
    }

    void whatAnotherProcessAddedKeepsEverything()
    {
        follow(engine::kKeepEverything);
        live(30);
        // With digests, as another Tidemark would.
        replica::MadeReplica another;
        while (another.commit({1, 2}, 2) < newest()) {}
        const ltx::TxRange range{{2}, {newest()}};
        const auto storage = replica();
        replica::LtxReplica written(*storage);
        QVERIFY(
            written.put(3, range, MemorySource(another.fileOf(range)), m_clock->now(), {}).ok());
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT(
            (m_clock->advance(10min), m_listener->trouble().contains("nothing is deleted")),
            60'000);
        QCOMPARE(moments(), before);
        QCOMPARE(m_listener->runs(), std::size_t{0});
    }

    void aFolderThatCannotBeWrittenLosesNothing()
    {
        follow(engine::kKeepEverything);
        live(30);
        const QString folder = QString::fromStdString(path("replica/ltx/0"));
        // Root may write everywhere.
        if (geteuid() == 0) {
            QSKIP("Root is not kept from deleting.");
        }
        QVERIFY(QFile::setPermissions(folder, QFile::ReadOwner | QFile::ExeOwner));
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), !m_listener->trouble().isEmpty()),
                                 60'000);
        QVERIFY(
            QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        QCOMPARE(moments(), before);
    }

    void thePreviewSaysWhatWouldGoAndChangesNothing()
    {
        follow(engine::kKeepEverything);
        live(30);
        const auto before = catalog();
        std::optional<Result<RetentionPreview>> preview;
        std::binary_semaphore done{0};
        const auto job = m_service->previewRetention(address(), shortHistory(),
                                                     [&](Result<RetentionPreview> made) {
                                                         preview = std::move(made);
                                                         done.release();
                                                     });
        done.acquire();
        QVERIFY(preview->ok());
        const RetentionPreview& it = preview->value();
        QVERIFY(!it.refused);
        QVERIFY(it.going().objects > 0 && it.going().bytes > 0);
        QCOMPARE(it.moments, std::uint64_t{before.moments.size()});
        QVERIFY(it.lostMoments > 0 && it.lostMoments < it.moments);
        QVERIFY(it.kept.contains(engine::KeptFor::Newest));
        std::uint64_t all = 0;
        for (const auto& [fate, share] : it.objects) {
            all += share.objects;
        }
        // The engine goes on merging.
        const auto after = catalog();
        QVERIFY(all >= before.objects.size() && all <= after.objects.size());
        for (const replica::ObjectInfo& each : before.objects) {
            QVERIFY(std::ranges::count(after.objects, each) == 1);
        }
    }
};

QTEST_GUILESS_MAIN(TestReplicaRetention)
#include "tst_replica_retention.moc"
