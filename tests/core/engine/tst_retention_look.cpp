#include "core/engine/retention_look.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/damage.h"
#include "core/replica/marks.h"
#include "core/replica/restore_plan.h"
#include "tests/support/made_replica.h"

#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::engine;
using namespace std::chrono_literals;
using replica::MadeReplica;

/// Retention by what lies in a storage: whatever a listing says, nothing goes that the policy
/// keeps, and in doubt nothing goes.
class TestRetentionLook : public QObject {
    Q_OBJECT

    static constexpr std::uint64_t kDays = 120;
    static constexpr Timestamp kFirst = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 9h;
    static constexpr Timestamp kNow = kFirst + kDays * 24h;

    std::unique_ptr<MadeReplica> m_made;
    WrittenHeaders m_headers;

    /// Two transactions a day, merged.
    void makeHistory()
    {
        for (std::uint64_t day = 0; day < kDays; ++day) {
            for (const auto hour : {0h, 6h}) {
                m_made->setTime(m_made->commit({1, 2}, 2), kFirst + day * 24h + hour);
            }
        }
        m_made->put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 2 * kDays; ++txId) {
            m_made->put(0, txId, txId);
        }
        for (int level = 1; level <= 3; ++level) {
            for (std::uint64_t txId = 2; txId <= 2 * kDays; ++txId) {
                m_made->put(level, txId, txId);
            }
        }
        for (std::uint64_t txId = 2; txId <= 2 * kDays; txId += 2) {
            m_made->put(9, 1, txId);
        }
    }

    /// As after "cp -r": every file was written just now, one after the other.
    void copyFolder()
    {
        auto written = kNow - 1min;
        for (auto& [name, object] : m_made->storage.objects()) {
            object.time = written += 1ms;
        }
    }

    static RetentionPolicy daysOnly()
    {
        RetentionPolicy policy{.everyMomentFor = 0h};
        policy.thinnings.fill({.grid = Grid::Day, .age = kForEver});
        return policy;
    }

    Result<std::optional<RetentionLook>> look(const RetentionPolicy& policy)
    {
        return lookForRetention(m_made->storage, policy, kNow, {}, {}, {}, m_headers, {});
    }
    RetentionLook looked(const RetentionPolicy& policy)
    {
        const auto look = this->look(policy);
        return look.ok() && look.value() ? *look.value() : RetentionLook();
    }

    std::string& bytesOf(const std::string& name) { return m_made->storage.objects()[name].bytes; }

private slots:
    void init()
    {
        m_made = std::make_unique<MadeReplica>();
        m_headers = {};
        makeHistory();
    }

    void oneOfEachDayStays()
    {
        const RetentionLook look = looked(daysOnly());
        QCOMPARE(look.plan.kept.size(), std::size_t{kDays});
        QVERIFY(!look.plan.going.empty());
    }

    void whatADamagedObjectSeemsToHoldStays()
    {
        const ltx::TxId day{120};
        const std::string damaged = replica::objectName({.level = 9, .range = {{1}, day}});
        const auto isLeftBy = [&](const replica::ObjectNames& known) {
            const auto look =
                lookForRetention(m_made->storage, daysOnly(), kNow, {}, known, {}, m_headers, {});
            replica::ObjectNames without = {damaged};
            for (const replica::ObjectInfo& each : look.value()->plan.going) {
                without.insert(each.name);
            }
            const auto left =
                replica::without(replica::readLtxCatalog(m_made->storage, {}).value(), without);
            return std::ranges::count(left.moments, day, &replica::Moment::txId) == 1;
        };
        QVERIFY(isLeftBy({damaged}));
        // Who does not know takes away what it could be restored from.
        QVERIFY(!isLeftBy({}));
    }

    void whatIsDamagedDoesNotGoItself()
    {
        const std::string damaged = replica::objectName({.range = {{9}, {9}}});
        const auto look =
            lookForRetention(m_made->storage, daysOnly(), kNow, {}, {damaged}, {}, m_headers, {});
        QVERIFY(!look.value()->plan.going.empty());
        QCOMPARE(std::ranges::count(look.value()->plan.going, damaged, &replica::ObjectInfo::name),
                 0);
        QCOMPARE(
            std::ranges::count(looked(daysOnly()).plan.going, damaged, &replica::ObjectInfo::name),
            1);
    }

    void theTimesOfACopiedFolderDecideNothing()
    {
        const RetentionPlan before = looked(daysOnly()).plan;
        copyFolder();
        const RetentionLook after = looked(daysOnly());
        QCOMPARE(after.plan.kept, before.kept);
        QCOMPARE(after.plan.lost, before.lost);
        for (const replica::Moment& each : after.catalog.moments) {
            QCOMPARE(each.time, m_made->timeOf(each.txId.value));
        }
    }

    void whereNothingGoesByTheListingNoHeaderIsRead()
    {
        m_made->storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Bug});
        };
        const auto look = this->look(kKeepEverything);
        QVERIFY(look.ok() && look.value()->plan.going.empty());
    }

    void eachHeaderIsReadOnce()
    {
        QVERIFY(!looked(daysOnly()).plan.going.empty());
        const auto before = m_made->storage.readCalls();
        QVERIFY(before >= m_made->storage.objects().size());
        QVERIFY(!looked(daysOnly()).plan.going.empty());
        QCOMPARE(m_made->storage.readCalls(), before);
    }

    void aFileThatWasReplacedIsReadAnew()
    {
        QVERIFY(!looked(daysOnly()).plan.going.empty());
        const std::string name = replica::objectName({.level = 0, .range = {{9}, {9}}});
        m_made->hasDigests = false;
        bytesOf(name) = m_made->fileOf({{9}, {9}});
        m_made->storage.objects()[name].time = kNow;
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok() && look.error().code == ErrorCode::Unsupported);
    }

    void whatWasFoundWholeIsNotRememberedForLongerThanItIsThere()
    {
        const replica::ObjectInfo object = looked(daysOnly()).catalog.objects.front();
        QVERIFY(!m_headers.isWhole(object));
        m_headers.noteWhole(object);
        QVERIFY(look(daysOnly()).ok());
        QVERIFY(m_headers.isWhole(object));
        // Written anew.
        m_made->storage.objects().at(object.name).time = kNow;
        QVERIFY(look(daysOnly()).ok());
        QVERIFY(!m_headers.isWhole(object));
        m_headers.noteWhole(object);
        m_made->storage.objects().erase(object.name);
        QVERIFY(look(daysOnly()).ok());
        QVERIFY(!m_headers.isWhole(object));
        m_headers.noteWhole(object);
        QVERIFY(!m_headers.isWhole(object));
    }

    void manyHeadersAreReadPieceByPiece()
    {
        auto catalog = replica::readLtxCatalog(m_made->storage, {}).value();
        const replica::Catalog listed = catalog;
        const std::size_t half = catalog.objects.size() / 2 + 1;
        QCOMPARE(m_headers.apply(m_made->storage, catalog, half, {}).value(), false);
        QCOMPARE(catalog, listed);
        QCOMPARE(m_headers.apply(m_made->storage, catalog, half, {}).value(), true);
        QCOMPARE(catalog.moments.size(), listed.moments.size());
        QCOMPARE(catalog.moments.back().precision, replica::TimePrecision::Exact);
    }

    void whatOthersWroteStopsAll()
    {
        m_made->hasDigests = false;
        const std::string name = replica::objectName({.level = 3, .range = {{7}, {7}}});
        bytesOf(name) = m_made->fileOf({{7}, {7}});
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok());
        QCOMPARE(look.error().code, ErrorCode::Unsupported);
        QCOMPARE(look.error().what.arguments.front(), name);
    }

    void aHeaderThatIsNoneStopsAll()
    {
        bytesOf(replica::objectName({.level = 1, .range = {{7}, {7}}})) = "shorter than a header";
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok());
        QCOMPARE(look.error().code, ErrorCode::Damaged);
    }

    void aFileOfAnotherHistoryStopsAll_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<std::uint64_t>("first");
        QTest::addColumn<std::uint64_t>("last");
        QTest::newRow("another state after it") << 3 << std::uint64_t{40} << std::uint64_t{50};
        QTest::newRow("a whole database") << 9 << std::uint64_t{1} << std::uint64_t{51};
    }
    void aFileOfAnotherHistoryStopsAll()
    {
        QFETCH(int, level);
        QFETCH(std::uint64_t, first);
        QFETCH(std::uint64_t, last);
        MadeReplica another;
        while (another.commit({1, 2, 3}, 3) < last) {}
        const ltx::TxRange range{{first}, {last}};
        bytesOf(replica::objectName({.level = level, .range = range})) = another.fileOf(range);
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok());
        QCOMPARE(look.error().code, ErrorCode::Damaged);
    }

    void aStorageThatFailsStopsAll()
    {
        m_made->storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unavailable});
        };
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok());
        QCOMPARE(look.error().code, ErrorCode::Unavailable);
    }

    void markedMomentsStay()
    {
        QVERIFY(replica::writeMark(m_made->storage, {.name = "before", .txId = {7}}, {}).ok());
        const RetentionLook look = looked(daysOnly());
        QVERIFY(std::ranges::count(look.plan.kept, KeptMoment{.txId = {7}, .why = KeptFor::Mark}) ==
                1);
        QVERIFY(std::ranges::count(look.plan.lost, ltx::TxId{7}) == 0);
    }

    void aMarkThatCannotBeReadStopsAll()
    {
        m_made->storage.objects()[replica::markObjectName({7}, "before")] = {.bytes = "nonsense"};
        const auto look = this->look(daysOnly());
        QVERIFY(!look.ok());
        QCOMPARE(look.error().code, ErrorCode::Damaged);
        m_made->storage.objects().erase(replica::markObjectName({7}, "before"));
        m_made->storage.objects()["tidemark/marks/other.txt"] = {.bytes = "?"};
        QVERIFY(!this->look(daysOnly()).ok());
    }

    void whatIsPinnedStays()
    {
        const RetentionPlan plan = looked(daysOnly()).plan;
        const std::string name = plan.going.front().name;
        const auto look =
            lookForRetention(m_made->storage, daysOnly(), kNow, {name}, {}, {}, m_headers, {});
        for (const replica::ObjectInfo& each : look.value()->plan.going) {
            QVERIFY(each.name != name);
        }
    }
};

QTEST_APPLESS_MAIN(TestRetentionLook)
#include "tst_retention_look.moc"
