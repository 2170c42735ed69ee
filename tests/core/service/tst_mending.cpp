#include "core/base/posix_file_system.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_replica.h"
#include "core/restore/history_verifier.h"
#include "core/service/service.h"
#include "core/state/database_directory.h"
#include "core/state/state_db.h"
#include "tests/support/folder_opener.h"
#include "tests/support/hurried_clock.h"

#include <sqlite3.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <semaphore>

using namespace tidemark;
using namespace tidemark::service;
using replica::ObjectInfo;

namespace {

/// Counts what is told of damage.
class Listener final : public Observer {
public:
    void statusChanged(const DatabaseStatus&) override {}
    void happened(const Event& event) override
    {
        const std::scoped_lock lock(m_mutex);
        m_found += std::holds_alternative<DamageFound>(event.what) ? 1 : 0;
        m_mended += std::holds_alternative<DamageMended>(event.what) ? 1 : 0;
    }
    void removed(const DatabaseId&) override {}

    [[nodiscard]] std::pair<int, int> told() const
    {
        const std::scoped_lock lock(m_mutex);
        return {m_found, m_mended};
    }

private:
    mutable std::mutex m_mutex;
    int m_found = 0;
    int m_mended = 0;
};

}  // namespace

/// Objects of a replica that are damaged or gone, while its database is followed: what is whole
/// elsewhere is used, else a new base is made, and nothing is overwritten. Time is hurried, so that
/// windows of minutes pass in seconds. Bytes are flipped while nobody follows, so that it is known
/// who has read them before.
class TestMending : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::deque<FolderOpener> m_storages;
    std::unique_ptr<Listener> m_listener;
    HurriedClock m_clock{40};
    std::unique_ptr<Service> m_service;
    DatabaseId m_id;
    sqlite3* m_application = nullptr;
    int m_rows = 0;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_directory->filePath(name).toStdString();
    }
    [[nodiscard]] storage::StorageAddress address() const { return {.path = path("replica")}; }
    [[nodiscard]] QString fileOf(const std::string& object) const
    {
        return QString::fromStdString(path("replica") + "/" + object);
    }

    void follow()
    {
        m_service = std::make_unique<Service>(
            Service::Dependencies{
                .clock = m_clock,
                .files = m_files,
                .random = m_random,
                .storages = m_storages.emplace_back(m_files, m_random),
                .directories = {.data = path("data"), .cache = path("cache"), .run = path("run")}},
            *m_listener);
        m_id = m_service->follow({.path = path("a.db"),
                                  .replicas = {{.address = address()}},
                                  .proveFirstSnapshot = false,
                                  .drillEvery = std::chrono::hours(0)});
    }
    void stop() { m_service.reset(); }

    void write()
    {
        QCOMPARE(sqlite3_exec(m_application, "INSERT INTO t VALUES (hex(randomblob(500)))", nullptr,
                              nullptr, nullptr),
                 SQLITE_OK);
        ++m_rows;
    }

    [[nodiscard]] std::unique_ptr<storage::Storage> open()
    {
        return FolderOpener(m_files, m_random).open(address()).value();
    }
    [[nodiscard]] std::vector<ObjectInfo> allObjects()
    {
        auto listed = replica::readLtxCatalog(*open(), {});
        // Its folder is made by the first step.
        return listed.ok() ? std::move(listed).value().objects : std::vector<ObjectInfo>();
    }
    [[nodiscard]] std::vector<ObjectInfo> level(int level)
    {
        std::vector<ObjectInfo> found = allObjects();
        std::erase_if(found, [level](const ObjectInfo& each) { return each.level != level; });
        return found;
    }

    /// Some bytes in its middle: one alone may be read as it was, within a run of zeros.
    void damage(const std::string& object)
    {
        QFile file(fileOf(object));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.seek(file.size() / 2));
        QByteArray bytes = file.peek(8);
        for (char& each : bytes) {
            each = static_cast<char>(~each);
        }
        QCOMPARE(file.write(bytes), bytes.size());
    }

    /// As if it had been found before.
    void noteDamaged(const std::string& object)
    {
        const auto directory =
            state::directoryOf(path("data"), state::databaseId(path("a.db"))).stateDb();
        const auto state = state::StateDb::open(m_files, directory);
        QVERIFY(state.ok());
        QVERIFY(state.value()
                    ->addDamaged(storage::replicaId(address()),
                                 {.name = object, .foundAt = m_clock.now()})
                    .ok());
    }

    /// As a loss of power may: the last segment is in the replica, and the state does not know.
    void forgetLastUpload()
    {
        const auto directory =
            state::directoryOf(path("data"), state::databaseId(path("a.db"))).stateDb();
        const auto state = state::StateDb::open(m_files, directory);
        QVERIFY(state.ok());
        auto position = state.value()->replica(storage::replicaId(address())).value();
        QVERIFY(position && position->confirmed > position->base);
        --position->confirmed.value;
        QVERIFY(state.value()->setReplica(*position).ok());
    }

    [[nodiscard]] QString inPlace(const char* name) const { return m_directory->filePath(name); }

    /// As rsync without --delete does: what has the same name is replaced, all else stays.
    void putCopyOver()
    {
        const QDir copy(inPlace("copy"));
        QDirIterator each(copy.path(), QDir::Files, QDirIterator::Subdirectories);
        while (each.hasNext()) {
            const QString from = each.next();
            const QString to = QDir(inPlace("replica")).filePath(copy.relativeFilePath(from));
            QVERIFY(QDir().mkpath(QFileInfo(to).path()));
            QFile::remove(to);
            QVERIFY(QFile::copy(from, to));
        }
    }

    void emptySpool()
    {
        QDir databases(QString::fromStdString(path("data") + "/databases"));
        for (const QString& each : databases.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            QDir spool(databases.filePath(each + "/spool"));
            for (const QString& segment : spool.entryList(QDir::Files)) {
                QVERIFY(spool.remove(segment));
            }
        }
    }

    [[nodiscard]] std::optional<engine::Damage> told() const
    {
        const auto statuses = m_service->statuses();
        return statuses.empty() || statuses.front().replicas.empty()
                   ? std::nullopt
                   : statuses.front().replicas.front().damage;
    }
    [[nodiscard]] bool isMended() const
    {
        const auto damage = told();
        return damage && damage->mendedAt && isProtected();
    }
    [[nodiscard]] bool isProtected() const
    {
        const auto statuses = m_service->statuses();
        return !statuses.empty() &&
               statuses.front().standing.state == engine::Protection::Protected;
    }

    [[nodiscard]] restore::HistoryReport verifyAll()
    {
        const auto storage = open();
        return restore::HistoryVerifier(*storage, m_clock).verify({}, {}).value();
    }

    /// Rows of the restored moment, or why there is none.
    [[nodiscard]] Result<int> rowsAt(const replica::Wish& wish)
    {
        const std::string target = path("restored.db");
        std::binary_semaphore done{0};
        std::optional<Result<restore::Restored>> answer;
        const auto job = m_service->restore(address(), {.wish = wish, .target = target}, {},
                                            [&](Result<restore::Restored> restored) {
                                                answer = std::move(restored);
                                                done.release();
                                            });
        done.acquire();
        if (!answer->ok()) {
            return answer->error();
        }
        sqlite3* handle = nullptr;
        sqlite3_stmt* statement = nullptr;
        sqlite3_open(target.c_str(), &handle);
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM t", -1, &statement, nullptr);
        const int rows =
            sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
        sqlite3_finalize(statement);
        sqlite3_close(handle);
        QDir().remove(QString::fromStdString(target));
        return answer->value().verdict == restore::Verdict::Proven ? rows : -1;
    }

    /// Whether the replica is listed with this moment, as somebody sees it who follows it.
    [[nodiscard]] bool isListed(ltx::TxId moment)
    {
        std::binary_semaphore done{0};
        bool isThere = false;
        const auto job = m_service->openReplica(address(), [&](const auto& listed) {
            isThere = listed.ok() && std::ranges::count(listed.value()->moments, moment,
                                                        &replica::Moment::txId) == 1;
            done.release();
        });
        done.acquire();
        return isThere;
    }

    /// Some segments of one window, which nobody has merged.
    void makeSegments(std::size_t count)
    {
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!level(9).empty(), 20'000);
        while (level(0).size() < count) {
            const std::size_t before = level(0).size();
            write();
            QTRY_VERIFY_WITH_TIMEOUT(level(0).size() > before, 20'000);
        }
    }

    /// The same, and stops. Gives some segments at the end that nobody has merged.
    void makeOpenSegments(std::vector<ObjectInfo>& open)
    {
        for (int tries = 1; tries <= 20 && open.size() < 3; ++tries) {
            makeSegments(level(0).size() + 4);
            stop();
            open = level(0);
            const auto merged = level(1);
            std::erase_if(open, [&merged](const ObjectInfo& each) {
                return !merged.empty() && each.maxTxId <= merged.back().maxTxId;
            });
        }
        QVERIFY(open.size() >= 3);
    }

    /// The same, and stops. Gives the first object of level 1 that stands for several and that
    /// nobody has merged.
    void makeLevelOne(ObjectInfo& merged)
    {
        for (int tries = 1; tries <= 20 && merged.name.empty(); ++tries) {
            makeSegments(level(0).size() + 4);
            const std::uint64_t newest = level(0).back().maxTxId.value;
            QTRY_VERIFY_WITH_TIMEOUT(!level(1).empty() && level(1).back().maxTxId.value >= newest,
                                     20'000);
            stop();
            const auto above = level(2);
            for (const ObjectInfo& each : level(1)) {
                const bool isOpen = above.empty() || each.minTxId > above.back().maxTxId;
                merged = isOpen && each.maxTxId > each.minTxId ? each : merged;
            }
        }
        QVERIFY(!merged.name.empty());
    }

    [[nodiscard]] QByteArray bytesOf(const std::string& object) const
    {
        QFile file(fileOf(object));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_listener = std::make_unique<Listener>();
        m_rows = 0;
        sqlite3_open(path("a.db").c_str(), &m_application);
        // Of this process it is not seen that it has the log open, which is cut after each rest.
        sqlite3_busy_timeout(m_application, 20'000);
        sqlite3_exec(m_application, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr, nullptr,
                     nullptr);
    }
    void cleanup()
    {
        m_service.reset();
        sqlite3_close(m_application);
    }

    void aSegmentThatIsDamagedIsMergedFromTheSpool()
    {
        std::vector<ObjectInfo> segments;
        makeOpenSegments(segments);
        damage(segments[0].name);
        follow();
        const ltx::TxId newest = segments.back().maxTxId;
        QTRY_VERIFY_WITH_TIMEOUT(!level(1).empty() && level(1).back().maxTxId >= newest, 20'000);
        for (const ObjectInfo& each : level(1)) {
            QVERIFY(replica::checkObject(*open(), each, {}).ok());
        }
        QVERIFY(!told());
        QCOMPARE(level(9).size(), std::size_t{1});
        QCOMPARE(rowsAt(replica::Latest{}).value(), m_rows);
    }

    void whatAnUploadFindsDamagedIsToldAndMended()
    {
        std::vector<ObjectInfo> segments;
        makeOpenSegments(segments);
        forgetLastUpload();
        damage(segments.back().name);
        follow();
        QTRY_COMPARE_WITH_TIMEOUT(m_listener->told().first, 1, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QCOMPARE(m_listener->told(), std::pair(1, 1));
        write();
        QTRY_VERIFY_WITH_TIMEOUT(level(0).back().maxTxId > segments.back().maxTxId, 20'000);
        const auto rows = rowsAt(replica::Latest{});
        QVERIFY(rows.ok());
        QCOMPARE(rows.value(), m_rows);
    }

    void aSegmentThatIsDamagedAndNowhereElseCostsItsMomentAndIsMended()
    {
        std::vector<ObjectInfo> segments;
        makeOpenSegments(segments);
        emptySpool();
        const ObjectInfo damaged = segments[segments.size() - 2];
        damage(damaged.name);
        const QByteArray evidence = bytesOf(damaged.name);
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QCOMPARE(told()->objects, std::uint64_t{1});
        // The new base is the moment behind it.
        QCOMPARE(told()->moments, std::uint64_t{1});
        QCOMPARE(told()->first, damaged.maxTxId);
        QCOMPARE(told()->last, damaged.maxTxId);
        QCOMPARE(m_listener->told(), std::pair(1, 1));
        QVERIFY(bytesOf(damaged.name) == evidence);
        QCOMPARE(level(9).size(), std::size_t{2});
        write();
        QTRY_VERIFY_WITH_TIMEOUT(level(0).back().maxTxId.value > level(9).back().maxTxId.value + 1,
                                 20'000);
        const auto rows = rowsAt(replica::Latest{});
        QVERIFY(rows.ok());
        QCOMPARE(rows.value(), m_rows);
        QVERIFY(!isListed(damaged.maxTxId));
        QVERIFY(isListed(segments[segments.size() - 3].maxTxId));
        const auto lost = rowsAt(replica::AtTxId{damaged.maxTxId});
        QVERIFY(!lost.ok() && lost.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(lost.error().next).starts_with("The nearest moments are "));
    }

    void aMergedObjectThatIsDamagedIsReplacedByWhatItWasMadeOf()
    {
        ObjectInfo merged;
        makeLevelOne(merged);
        damage(merged.name);
        const QByteArray evidence = bytesOf(merged.name);
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 30'000);
        QCOMPARE(told()->objects, std::uint64_t{1});
        QCOMPARE(told()->moments, std::uint64_t{0});
        QTRY_VERIFY_WITH_TIMEOUT(!level(2).empty() && level(2).back().maxTxId >= merged.maxTxId,
                                 30'000);
        for (const ObjectInfo& each : level(2)) {
            QVERIFY(replica::checkObject(*open(), each, {}).ok());
        }
        QCOMPARE(level(9).size(), std::size_t{1});
        QVERIFY(bytesOf(merged.name) == evidence);
        const restore::HistoryReport report = verifyAll();
        QCOMPARE(report.damaged.size(), std::size_t{1});
        QCOMPARE(report.damaged.front().name, merged.name);
        QCOMPARE(report.moments.damaged, std::uint64_t{0});
        for (std::uint64_t each = merged.minTxId.value; each <= merged.maxTxId.value; ++each) {
            QVERIFY(rowsAt(replica::AtTxId{{each}}).ok());
        }
    }

    void whatAnOlderCopyOfTheReplicaLeftBetweenTwoHistoriesIsMendedByANewBase()
    {
        makeSegments(3);
        stop();
        QVERIFY(QDir().rename(inPlace("replica"), inPlace("copy")));
        QVERIFY(QDir(inPlace("data")).removeRecursively());
        makeSegments(level(0).size() + 8);
        stop();
        putCopyOver();
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isProtected(), 20'000);
        // The gap may lie between two objects that only a window of an hour would bring together.
        QVERIFY(m_service->snapshotNow(m_id, {}).ok());
        // One object after the other is left out, until none leads across the gap.
        QTRY_VERIFY_WITH_TIMEOUT(level(9).size() > 1, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        const std::size_t bases = level(9).size();
        const auto rows = rowsAt(replica::Latest{});
        QVERIFY2(rows.ok(), rows.ok() ? "" : inEnglish(rows.error().what).c_str());
        QCOMPARE(rows.value(), m_rows);
        // Merges go on, from the new base to what is written now.
        const ltx::TxId base = level(9).back().maxTxId;
        for (int i = 0; i < 3; ++i) {
            write();
            QTRY_VERIFY_WITH_TIMEOUT(rowsAt(replica::Latest{}).value() == m_rows, 20'000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!level(1).empty() && level(1).back().maxTxId > base, 20'000);
        // What is whole and does not fit is no news after the next start.
        const auto told = m_listener->told();
        stop();
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 30'000);
        QCOMPARE(level(9).size(), bases);
        QCOMPARE(m_listener->told().first, told.first);
    }

    void aMergedObjectOfWhichNothingElseIsWholeIsMendedByANewBase()
    {
        ObjectInfo merged;
        makeLevelOne(merged);
        damage(merged.name);
        QFile::remove(fileOf(replica::objectName({.range = {merged.minTxId, merged.minTxId}})));
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 30'000);
        QCOMPARE(told()->objects, std::uint64_t{1});
        QCOMPARE(level(9).size(), std::size_t{2});
        QCOMPARE(m_listener->told(), std::pair(1, 1));
        write();
        // A new base is followed by a segment of its own.
        QTRY_VERIFY_WITH_TIMEOUT(level(0).back().maxTxId.value > level(9).back().maxTxId.value + 1,
                                 20'000);
        const auto rows = rowsAt(replica::Latest{});
        QVERIFY(rows.ok());
        QCOMPARE(rows.value(), m_rows);
        const restore::HistoryReport report = verifyAll();
        QCOMPARE(report.damaged.size(), std::size_t{1});
        QCOMPARE(report.damaged.front().name, merged.name);
        // Told again after the next start, and nothing is made once more.
        stop();
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QCOMPARE(level(9).size(), std::size_t{2});
        QCOMPARE(m_listener->told(), std::pair(1, 1));
    }

    void aDamagedSnapshotIsFoundByADrillAndMendedThoughNothingChanges()
    {
        makeSegments(4);
        stop();
        const ObjectInfo snapshot = level(9).front();
        damage(snapshot.name);
        const QByteArray evidence = bytesOf(snapshot.name);
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!m_service->statuses().front().replicas.empty(), 10'000);
        m_service->proveNow(m_id);
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QCOMPARE(told()->objects, std::uint64_t{1});
        QVERIFY(told()->moments >= 3);
        QCOMPARE(told()->first, snapshot.maxTxId);
        QCOMPARE(level(9).size(), std::size_t{2});
        QVERIFY(bytesOf(snapshot.name) == evidence);
        QCOMPARE(rowsAt(replica::Latest{}).value(), m_rows);
        QVERIFY(!rowsAt(replica::AtTxId{snapshot.maxTxId}).ok());
        m_service->proveNow(m_id);
        QTRY_VERIFY_WITH_TIMEOUT(m_service->statuses().front().proof.has_value(), 20'000);
        QVERIFY(!m_service->statuses().front().unproven);
        QVERIFY(QDir(QString::fromStdString(path("cache") + "/drills")).isEmpty());
    }

    void whatTurnsOutToBeWholeIsUsedAgain()
    {
        makeSegments(4);
        stop();
        const ObjectInfo snapshot = level(9).front();
        damage(snapshot.name);
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!m_service->statuses().front().replicas.empty(), 10'000);
        m_service->proveNow(m_id);
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QVERIFY(!isListed(snapshot.maxTxId));
        // As it was before.
        damage(snapshot.name);
        m_service->retryNow(m_id);
        QTRY_VERIFY_WITH_TIMEOUT(!told(), 20'000);
        QVERIFY(isListed(snapshot.maxTxId));
        QVERIFY(rowsAt(replica::AtTxId{snapshot.maxTxId}).ok());
    }

    void whereADamagedSnapshotIsAllThereIsItsNameIsNotTakenAgain()
    {
        makeSegments(2);
        QVERIFY(m_service->snapshotNow(m_id).ok());
        QTRY_COMPARE_WITH_TIMEOUT(level(9).size(), std::size_t{2}, 20'000);
        stop();
        const ObjectInfo snapshot = level(9).back();
        for (const ObjectInfo& each : allObjects()) {
            QVERIFY(each.name == snapshot.name || QFile::remove(fileOf(each.name)));
        }
        damage(snapshot.name);
        const QByteArray evidence = bytesOf(snapshot.name);
        follow();
        QTRY_VERIFY_WITH_TIMEOUT(!m_service->statuses().front().replicas.empty(), 10'000);
        m_service->proveNow(m_id);
        QTRY_VERIFY_WITH_TIMEOUT(isMended(), 20'000);
        QVERIFY(bytesOf(snapshot.name) == evidence);
        QCOMPARE(level(9).size(), std::size_t{2});
        QVERIFY(level(9).back().maxTxId > snapshot.maxTxId);
        QCOMPARE(rowsAt(replica::Latest{}).value(), m_rows);
        // What was asked for in vain is done now.
        QTRY_VERIFY_WITH_TIMEOUT(m_service->statuses().front().proof.has_value(), 20'000);
        QVERIFY(!m_service->statuses().front().unproven);
    }

    void whatTheSpoolHoldsWholeIsNotMissed()
    {
        std::vector<ObjectInfo> segments;
        makeOpenSegments(segments);
        damage(segments[0].name);
        noteDamaged(segments[0].name);
        follow();
        const ltx::TxId newest = segments.back().maxTxId;
        QTRY_VERIFY_WITH_TIMEOUT(!level(1).empty() && level(1).back().maxTxId >= newest, 20'000);
        QCOMPARE(level(9).size(), std::size_t{1});
        QCOMPARE(rowsAt(replica::Latest{}).value(), m_rows);
    }
};

QTEST_GUILESS_MAIN(TestMending)
#include "tst_mending.moc"
