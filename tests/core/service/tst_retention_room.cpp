#include "tests/core/service/retained_place.h"
#include "tests/support/filling_disk.h"
#include "tests/support/passing_file_system.h"

#include <QTest>

#include <atomic>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

/// A disk of which one folder has no room, if it is told so; it counts who wanted that folder.
class CrampedDisk final : public PassingFileSystem {
public:
    CrampedDisk(FileSystem& disk, std::string folder)
        : PassingFileSystem(disk), m_folder(std::move(folder))
    {
    }

    void setCramped(bool isCramped) { m_isCramped = isCramped; }
    [[nodiscard]] int tries() const { return m_tries; }

    Status makeDirectories(const std::string& path, std::uint32_t permissions) override
    {
        m_tries += isIts(path) ? 1 : 0;
        return PassingFileSystem::makeDirectories(path, permissions);
    }
    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (m_isCramped && isIts(path) && purpose != OpenFor::Reading) {
            return Error{.code = ErrorCode::NoSpace,
                         .what = {TIDEMARK_TEXT("test", "The disk is full.")}};
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }
    Result<Space> space(const std::string& path) const override
    {
        return m_isCramped && isIts(path) ? Result<Space>(Space{}) : PassingFileSystem::space(path);
    }

private:
    [[nodiscard]] bool isIts(const std::string& path) const
    {
        return path.find(m_folder) != std::string::npos;
    }

    const std::string m_folder;
    std::atomic<bool> m_isCramped = false;
    std::atomic<int> m_tries = 0;
};

}  // namespace

/// Whether retention makes room where that is lacking, and only there.
class TestRetentionRoom : public QObject, private RetainedPlace {
    Q_OBJECT

    /// The last ones are an hour apart: what waited only for its turn has had that.
    static constexpr int kTries = 9;
    static constexpr std::uint64_t kBacklog = 80;

    FillingDisk m_disk{m_files};
    CrampedDisk m_own{m_files, "/cache/merges"};

    /// Whether the replica cannot take what waits for it.
    [[nodiscard]] bool lacksRoom() const
    {
        const auto replicas = m_service->statuses().front().replicas;
        return !replicas.empty() && replicas.front().standing.state == engine::Protection::Waiting;
    }

    [[nodiscard]] std::uint64_t captured() const
    {
        return m_service->statuses().front().captured.value;
    }

private slots:
    void init()
    {
        m_disk.empty();
        m_own.setCramped(false);
        begin(m_own, m_disk);
    }
    void cleanup() { end(); }

    void aFullDiskGetsRoomFromWhatIsGivenUp()
    {
        follow(engine::kKeepEverything);
        live(kHours);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        const std::uint64_t before = newest();
        m_disk.fill();
        change();
        m_rowsAt[before + 1] = ++m_rows;
        QTRY_VERIFY_WITH_TIMEOUT(lacksRoom(), 30'000);
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QVERIFY(!m_disk.isFull());
        // Without waiting for the next try of the uploads.
        QTRY_COMPARE_WITH_TIMEOUT(newest(), before + 1, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(!lacksRoom(), 30'000);
        QVERIFY(moments().size() < kHours);
        QCOMPARE(wrongMoment(), QString());
        QCOMPARE(m_listener->trouble(), QString());
    }

    void whatIsToBeMergedGoesBeforeABacklogThatWouldTakeAllRoomAgain()
    {
        follow(engine::kKeepEverything);
        live(8);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        for (int i = 0; i < 30; ++i) {
            liveAMoment();
        }
        const std::uint64_t end = newest() + kBacklog;
        m_disk.fillAndKeepFull();
        for (std::uint64_t i = 1; i <= kBacklog; ++i) {
            change();
            m_rowsAt[end - kBacklog + i] = ++m_rows;
            QTRY_COMPARE_WITH_TIMEOUT(captured(), end - kBacklog + i, 30'000);
        }
        QTRY_VERIFY_WITH_TIMEOUT(lacksRoom(), 30'000);
        engine::RetentionPolicy hour = shortHistory();
        hour.everyMomentFor = 1h;
        follow(hour);
        // A step of it at a time: what that needs is merged, grows old and goes.
        // Time flies while nothing happens.
        std::vector<replica::ObjectInfo> before;
        int still = 0;
        bool wasAllThere = false;
        const auto isAllThere = [&] {
            if (wasAllThere) {
                return true;  // QTRY_VERIFY asks again, and the next merge may lack room for a
                              // moment.
            }
            auto now = catalog().objects;
            still = now == before ? still + 1 : 0;
            before = std::move(now);
            m_clock->advance(still > 8 ? 5min : 1s);
            wasAllThere = newest() == end && !lacksRoom() && m_listener->trouble().isEmpty();
            return wasAllThere;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isAllThere(), 240'000);
        QCOMPARE(wrongMoment(), QString());
    }

    void aDiskThatWasFullAtTheStartIsLeftAsItIs()
    {
        follow(engine::kKeepEverything);
        live(30);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        m_service.reset();
        m_disk.fill();
        const auto before = moments();
        follow(shortHistory());
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), lacksRoom()), 30'000);
        const auto reason = [&] {
            return QString::fromStdString(
                inEnglish(m_service->statuses().front().replicas.front().standing.reason));
        };
        QVERIFY2(reason().contains("nothing old is deleted"), qPrintable(reason()));
        QCOMPARE(moments(), before);
        m_disk.empty();
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
    }

    void aCacheThatIsFullIsNoReasonToDelete()
    {
        // Large enough that the schedule asks for no snapshot before.
        sqlite3_exec(m_application, "CREATE TABLE much AS SELECT randomblob(4000000)", nullptr,
                     nullptr, nullptr);
        follow(engine::kKeepEverything);
        liveWithoutSnapshots(530);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), endOf(3) == newest()), 60'000);
        const auto before = moments();
        m_own.setCramped(true);
        const auto ticket = m_service->snapshotNow(m_service->statuses().front().id).value();
        const auto order = [&] { return m_service->snapshotOrders(ticket).front(); };
        QTRY_VERIFY_WITH_TIMEOUT(order().state == SnapshotOrder::State::Failed, 60'000);
        const std::string why = inEnglish(order().failure->what);
        QVERIFY2(why.find(path("cache/merges")) != std::string::npos, why.c_str());

        follow(shortHistory());
        const int tries = m_own.tries();
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_own.tries() >= tries + kTries),
                                 60'000);
        QCOMPARE(m_listener->runs(), std::size_t{0});
        QCOMPARE(moments(), before);
        QVERIFY(m_listener->trouble().contains("cache/merges"));

        m_own.setCramped(false);
        QTRY_VERIFY_WITH_TIMEOUT((m_clock->advance(10min), m_listener->runs() > 0), 60'000);
        QVERIFY(snapshots().size() > 1);
        QVERIFY(restore({newest()}).ok());
        QCOMPARE(restoredRows(), m_rows);
    }
};

QTEST_GUILESS_MAIN(TestRetentionRoom)
#include "tst_retention_room.moc"
