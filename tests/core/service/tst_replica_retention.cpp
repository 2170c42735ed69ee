#include "core/base/posix_file_system.h"
#include "core/replica/damage.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"
#include "core/replica/restore_plan.h"
#include "core/service/service.h"
#include "core/storage/use.h"
#include "tests/support/folder_opener.h"
#include "tests/support/made_replica.h"
#include "tests/support/moved_clock.h"
#include "tests/support/passing_file_system.h"

#include <sqlite3.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <set>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

/// What retention did, and what is wrong.
class Listener final : public Observer {
public:
    void statusChanged(const DatabaseStatus& status) override
    {
        const std::scoped_lock lock(m_mutex);
        m_standing = status.standing;
    }
    void happened(const Event& event) override
    {
        if (const auto* const thinned = std::get_if<Thinned>(&event.what)) {
            const std::scoped_lock lock(m_mutex);
            m_thinned.push_back(*thinned);
        }
    }
    void removed(const DatabaseId&) override {}

    [[nodiscard]] std::size_t runs() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_thinned.size();
    }
    [[nodiscard]] QString trouble() const
    {
        const std::scoped_lock lock(m_mutex);
        return QString::fromStdString(inEnglish(m_standing.reason));
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Thinned> m_thinned;
    engine::Standing m_standing;
};

/// Counts how often somebody looks at the marks: each look of retention begins with that, and each
/// batch that it deletes. And one that a test can fill.
class WatchedDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    [[nodiscard]] int looks() const { return m_looks; }

    /// Nothing can be written any more until something of a replica is deleted.
    void fill() { m_isFull = true; }
    void empty()
    {
        m_isFull = false;
        m_scatters = false;
        m_isBroken = false;
        m_removals = 0;
    }
    [[nodiscard]] bool isFull() const { return m_isFull; }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (m_isFull && purpose != OpenFor::Reading) {
            return noSpace();
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }
    Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                std::uint32_t permissions) override
    {
        if (m_isFull) {
            return noSpace();
        }
        return PassingFileSystem::createUnnamed(directory, permissions);
    }
    /// Of the second batch that is to be deleted every other transaction stays, then nothing works
    /// any more: as with a server that is sent many requests at once.
    void scatter() { m_scatters = true; }
    [[nodiscard]] bool hasScattered() const { return m_isBroken; }

    Status syncDirectory(const std::string& directory) override
    {
        if (m_scatters && m_removals > kStraight) {
            m_isBroken = true;
            return Error{.code = ErrorCode::Unavailable};
        }
        return PassingFileSystem::syncDirectory(directory);
    }
    Status remove(const std::string& path) override
    {
        if (m_isBroken) {
            return Error{.code = ErrorCode::Unavailable};
        }
        if (m_scatters && path.ends_with(".ltx") && ++m_removals > kStraight && endsEven(path)) {
            return {};
        }
        Status removed = PassingFileSystem::remove(path);
        if (removed.ok() && path.ends_with(".ltx")) {
            m_isFull = false;
        }
        return removed;
    }

    Result<std::vector<DirectoryEntry>> list(const std::string& directory) const override
    {
        m_looks += directory.ends_with("/tidemark/marks") ? 1 : 0;
        return PassingFileSystem::list(directory);
    }

private:
    static Error noSpace()
    {
        return {.code = ErrorCode::NoSpace, .what = {TIDEMARK_TEXT("test", "The disk is full.")}};
    }

    static constexpr int kStraight = 8;  // The first batch.

    /// By the last digit of the last transaction, in hex.
    static bool endsEven(const std::string& path)
    {
        const char digit = path.at(path.size() - std::string_view("0.ltx").size());
        return std::string_view("02468ace").find(digit) != std::string_view::npos;
    }

    std::atomic<bool> m_isFull = false;
    std::atomic<bool> m_scatters = false;
    std::atomic<int> m_removals = 0;
    std::atomic<bool> m_isBroken = false;
    mutable std::atomic<int> m_looks = 0;
};

}  // namespace

/// Retention while a database is followed, over weeks that pass in seconds. What stays must be what
/// the application had then, row by row.
class TestReplicaRetention : public QObject {
    Q_OBJECT

    static constexpr int kHours = 50;
    static constexpr int kLooks = 3;  // The second one is over by then.

    std::unique_ptr<QTemporaryDir> m_directory;
    PosixFileSystem m_files;
    WatchedDisk m_watched{m_files};  // What the service has its replicas on.
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    std::unique_ptr<Listener> m_listener;
    std::unique_ptr<MovedClock> m_clock;
    std::unique_ptr<Service> m_service;
    sqlite3* m_application = nullptr;
    int m_rows = 0;
    std::map<std::uint64_t, int> m_rowsAt;  // By transaction.
    replica::ObjectNames m_damaged;         // What is in none of them.

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }
    [[nodiscard]] storage::StorageAddress address() const { return {.path = path("replica")}; }
    [[nodiscard]] std::unique_ptr<storage::Storage> replica()
    {
        return std::move(FolderOpener(m_files, m_random).open(address())).value();
    }

    /// The last hours, then one of a day.
    static engine::RetentionPolicy shortHistory()
    {
        engine::RetentionPolicy policy{.everyMomentFor = 3h};
        policy.thinnings.fill({.grid = engine::Grid::Day, .age = engine::kForEver});
        return policy;
    }

    void follow(const engine::RetentionPolicy& keep)
    {
        if (!m_service) {
            m_service = std::make_unique<Service>(
                Service::Dependencies{.clock = *m_clock,
                                      .files = m_files,
                                      .random = m_random,
                                      .storages = m_storages.emplace_back(m_watched, m_random),
                                      .directories = {.data = path("data"),
                                                      .cache = path("cache"),
                                                      .run = path("run")}},
                *m_listener);
        }
        static_cast<void>(m_service->follow({.path = path("a.db"),
                                             .replicas = {{.address = address(), .keep = keep}},
                                             .proveFirstSnapshot = false}));
    }

    [[nodiscard]] replica::Catalog catalog()
    {
        auto listed = replica::readLtxCatalog(*replica(), {});
        // Its folder is made by the first step.
        return listed.ok() ? replica::without(std::move(listed).value(), m_damaged)
                           : replica::Catalog();
    }
    [[nodiscard]] std::uint64_t newest()
    {
        const auto listed = catalog();
        return listed.moments.empty() ? 0 : listed.moments.back().txId.value;
    }
    [[nodiscard]] std::set<std::uint64_t> moments()
    {
        std::set<std::uint64_t> all;
        for (const replica::Moment& each : catalog().moments) {
            all.insert(each.txId.value);
        }
        return all;
    }
    /// Objects that nothing leads to.
    [[nodiscard]] std::size_t stranded()
    {
        const auto all = moments();
        const auto listed = catalog();
        return static_cast<std::size_t>(std::ranges::count_if(
            listed.objects,
            [&all](const replica::ObjectInfo& each) { return !all.contains(each.maxTxId.value); }));
    }
    [[nodiscard]] std::vector<replica::ObjectInfo> snapshots()
    {
        std::vector<replica::ObjectInfo> found = catalog().objects;
        std::erase_if(found, [](const replica::ObjectInfo& each) {
            return each.level != replica::kSnapshotLevel;
        });
        return found;
    }
    [[nodiscard]] std::uint64_t endOf(int level)
    {
        std::uint64_t end = 0;
        for (const replica::ObjectInfo& each : catalog().objects) {
            end = each.level == level ? std::max(end, each.maxTxId.value) : end;
        }
        return end;
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

    /// Without one of each day, all that was merged since the last one stays for the day's moment.
    void makeSnapshot()
    {
        const auto ticket = m_service->snapshotNow(m_service->statuses().front().id).value();
        const auto isMade = [&] {
            return m_service->snapshotOrders(ticket).front().state == SnapshotOrder::State::Done;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isMade(), 60'000);
    }

    void change()
    {
        sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(500)))", nullptr, nullptr,
                     nullptr);
    }

    /// Whether the replica cannot take what waits for it.
    [[nodiscard]] bool lacksRoom() const
    {
        const auto replicas = m_service->statuses().front().replicas;
        return !replicas.empty() && replicas.front().standing.state == engine::Protection::Waiting;
    }

    void liveAnHour()
    {
        change();
        const Status isThere = m_service->bringUpToDate({});
        QVERIFY2(isThere.ok(), isThere.ok() ? "" : inEnglish(isThere.error().what).c_str());
        m_rowsAt[newest()] = ++m_rows;
    }

    /// One change an hour, and a snapshot a day.
    void live(int hours)
    {
        QTRY_VERIFY_WITH_TIMEOUT(newest() > 0, 30'000);
        for (int hour = 0; hour < hours; ++hour) {
            liveAnHour();
            if (m_rows % 24 == 0) {
                makeSnapshot();
            }
            m_clock->advance(1h);
        }
    }

    void liveWithoutSnapshots(int hours)
    {
        QTRY_VERIFY_WITH_TIMEOUT(newest() > 0, 30'000);
        for (int hour = 0; hour < hours; ++hour) {
            liveAnHour();
            m_clock->advance(1h);
        }
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

    [[nodiscard]] Result<restore::Restored> restore(ltx::TxId txId,
                                                    const restore::OnProgress& progress = {})
    {
        std::optional<Result<restore::Restored>> outcome;
        std::binary_semaphore done{0};
        const auto job = m_service->restore(
            address(), {.wish = replica::AtTxId{txId}, .target = path("restored.db")}, progress,
            [&](Result<restore::Restored> restored) {
                outcome = std::move(restored);
                done.release();
            });
        done.acquire();
        return std::move(*outcome);
    }

    [[nodiscard]] int restoredRows()
    {
        sqlite3* handle = nullptr;
        sqlite3_stmt* statement = nullptr;
        sqlite3_open(path("restored.db").c_str(), &handle);
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
        const int rows =
            sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
        sqlite3_finalize(statement);
        sqlite3_close(handle);
        QFile::remove(QString::fromStdString(path("restored.db")));
        return rows;
    }

    /// The first moment of the replica that is not what the application had; nothing when all are.
    [[nodiscard]] QString wrongMoment()
    {
        for (const std::uint64_t each : moments()) {
            const QString name = QString("transaction %1: ").arg(each);
            const auto restored = restore({each});
            // Retention came in between.
            const auto hasGone = [&] { return !moments().contains(each); };
            if (!restored.ok() && QTest::qWaitFor(hasGone, 5'000)) {
                continue;
            }
            if (!restored.ok()) {
                return name + QString::fromStdString(inEnglish(restored.error().what));
            }
            if (restored.value().verdict != restore::Verdict::Proven) {
                return name + "not proven";
            }
            const int rows = restoredRows();
            const auto known = m_rowsAt.find(each);
            if (known != m_rowsAt.end() && rows != known->second) {
                return name + QString("%1 rows and not %2").arg(rows).arg(known->second);
            }
        }
        return {};
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
        m_watched.empty();
        m_directory = std::make_unique<QTemporaryDir>();
        m_listener = std::make_unique<Listener>();
        m_clock = std::make_unique<MovedClock>();
        m_rows = 0;
        m_rowsAt.clear();
        m_damaged.clear();
        sqlite3_open(path("a.db").c_str(), &m_application);
        sqlite3_exec(m_application, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
    }
    void cleanup()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

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

    void aFullDiskGetsRoomFromWhatIsGivenUp()
    {
        follow(engine::kKeepEverything);
        live(kHours);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        const std::uint64_t before = newest();
        m_watched.fill();
        change();
        m_rowsAt[before + 1] = ++m_rows;
        QTRY_VERIFY_WITH_TIMEOUT(lacksRoom(), 30'000);
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QVERIFY(!m_watched.isFull());
        // Without waiting for the next try of the uploads.
        QTRY_COMPARE_WITH_TIMEOUT(newest(), before + 1, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(!lacksRoom(), 30'000);
        QVERIFY(moments().size() < kHours);
        QCOMPARE(wrongMoment(), QString());
        QCOMPARE(m_listener->trouble(), QString());
    }

    void aDiskThatWasFullAtTheStartIsLeftAsItIs()
    {
        follow(engine::kKeepEverything);
        live(30);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        m_service.reset();
        m_watched.fill();
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), lacksRoom()), 30'000);
        const auto reason = [&] {
            return QString::fromStdString(
                inEnglish(m_service->statuses().front().replicas.front().standing.reason));
        };
        QVERIFY2(reason().contains("nothing old is deleted"), qPrintable(reason()));
        QCOMPARE(moments(), before);
        m_watched.empty();
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
    }

    void whatADeletionLeftUnfinishedGoesAfterTheNextStart()
    {
        follow(engine::kKeepEverything);
        live(kHours);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        m_watched.scatter();
        follow(shortHistory());
        // In large steps: a batch that seems to take minutes is the last large one.
        const auto hasScattered = [&] { return m_watched.hasScattered(); };
        for (int step = 0; step < 30 && !QTest::qWaitFor(hasScattered, 2'000); ++step) {
            m_clock->advance(10min);
        }
        QVERIFY(hasScattered());
        m_service.reset();
        QVERIFY(stranded() > 0);
        m_watched.empty();
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
        const ltx::TxId old{std::next(m_rowsAt.begin(), middle)->first};
        QVERIFY(replica::writeMark(*replica(), {.name = "before", .txId = old}, {}).ok());
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        // From one file, which was written before what led to it was deleted.
        const auto isOfMark = [old](const replica::ObjectInfo& each) {
            return each.maxTxId == old;
        };
        QCOMPARE(std::ranges::count_if(snapshots(), isOfMark), 1);
        QVERIFY(moments().contains(old.value));
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
