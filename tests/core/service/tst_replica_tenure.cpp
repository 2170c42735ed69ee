#include "core/service/replica_tenure.h"

#include "tests/support/memory_storage.h"
#include "tests/support/moved_clock.h"

#include <QTest>

#include <map>
#include <utility>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// Programs by their process numbers.
class MadePrograms final : public Programs {
public:
    std::map<int, Life> lives;

    [[nodiscard]] ProgramLife self() const override { return {}; }
    [[nodiscard]] Life lifeOf(const ProgramLife& program) const override
    {
        const auto found = lives.find(program.processId);
        return found == lives.end() ? Life::Unknown : found->second;
    }
};

}  // namespace

class TestReplicaTenure : public QObject {
    Q_OBJECT

    MovedClock m_clock;
    MadePrograms m_programs;
    std::unique_ptr<storage::MemoryStorage> m_storage;
    std::string m_abandoned;

    static replica::WriterClaim claimOf(int process, const std::string& host)
    {
        return {.program = "tidemark",
                .user = "anna",
                .life = {.host = host, .processId = process},
                .since = Timestamp(std::chrono::seconds(process))};
    }

    /// A program of the installation with that number.
    ReplicaTenure tenure(int process, std::uint64_t installation, const char* host = "here",
                         const char* replicaId = "replica")
    {
        return {m_clock, m_programs, *m_storage,
                ReplicaTenure::Ours{.namePrefix = replica::claimNamePrefix(installation, replicaId),
                                    .claim = claimOf(process, host),
                                    .isAbandoned = [this](const std::string& name) {
                                        return name.starts_with(m_abandoned);
                                    }}};
    }

    static std::string nameOf(std::uint64_t installation, int process)
    {
        return replica::claimObjectName(replica::claimNamePrefix(installation, "replica"),
                                        claimOf(process, "here"));
    }

    static bool isTaken(const Status& status, const char* by)
    {
        return !status.ok() && status.error().code == ErrorCode::AlreadyExists &&
               inEnglish(status.error().what).find(by) != std::string::npos;
    }

private slots:
    void init()
    {
        m_storage = std::make_unique<storage::MemoryStorage>();
        m_programs.lives = {};
        m_abandoned = "nothing";
    }

    void oneHasItAndTheNextOneSaysWho()
    {
        ReplicaTenure first = tenure(11, 1, "laptop");
        QVERIFY(first.take({}).ok() && first.isHeld() && first.take({}).ok());
        ReplicaTenure second = tenure(22, 2);
        QVERIFY(isTaken(second.take({}), "laptop (process 11"));
        QVERIFY(!second.isHeld() && !second.isStillOurs({}));
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
        first.release({});
        QVERIFY(!first.isHeld());
        QVERIFY(second.take({}).ok());
        QVERIFY(second.isStillOurs({}));
    }

    void whatWasReleasedIsNotRemovedAgain()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        first.release({});
        ReplicaTenure second = tenure(22, 1);
        QVERIFY(second.take({}).ok());
        first.release({});
        QVERIFY(second.take({}).ok());
        m_clock.advance(std::chrono::minutes(2));
        QVERIFY(second.isStillOurs({}));
    }

    void oneThatHasEndedIsFollowedAtOnce()
    {
        QVERIFY(tenure(11, 1).take({}).ok());
        m_programs.lives[11] = Life::Ended;
        QVERIFY(tenure(22, 2).take({}).ok());
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
    }

    void oneThatRunsIsNeverFollowed()
    {
        QVERIFY(tenure(11, 1).take({}).ok());
        m_programs.lives[11] = Life::Running;
        QVERIFY(isTaken(tenure(22, 1).take({}), "process 11"));
        QVERIFY(isTaken(tenure(22, 2).take({}), "process 11"));
    }

    void anEarlierContainerOfTheSameInstallationHasEnded()
    {
        QVERIFY(tenure(11, 1).take({}).ok());
        QVERIFY(tenure(22, 1).take({}).ok());
    }

    void aCopyOfTheInstallationOnAnotherComputerIsAnotherOne()
    {
        QVERIFY(tenure(11, 1, "laptop").take({}).ok());
        QVERIFY(isTaken(tenure(22, 1, "copy").take({}), "laptop"));
    }

    void whatCannotBeUnderstoodIsRespected()
    {
        m_storage->objects() = {{nameOf(1, 11), {.bytes = "?"}}};
        QVERIFY(isTaken(tenure(22, 2).take({}), "tidemark/writers/"));
        QVERIFY(isTaken(tenure(33, 1).take({}), "tidemark/writers/"));
        // Its own, and rotten.
        ReplicaTenure own = tenure(11, 1);
        QVERIFY(own.take({}).ok());
        QVERIFY(own.isStillOurs({}));
    }

    void otherFilesAreNoClaims()
    {
        m_storage->objects()["tidemark/writers/._x.json"] = {.bytes = "{}"};
        QVERIFY(tenure(11, 1).take({}).ok());
        QVERIFY(m_storage->objects().contains("tidemark/writers/._x.json"));
    }

    void whatThisProgramLeftElsewhereIsOver()
    {
        // The disk of the replica was connected in another place.
        ReplicaTenure before = tenure(11, 1, "here", "old place");
        QVERIFY(before.take({}).ok());
        m_programs.lives[11] = Life::Running;
        ReplicaTenure after = tenure(11, 1, "here", "new place");
        QVERIFY(isTaken(after.take({}), "process 11"));
        m_abandoned = replica::claimNamePrefix(1, "old place");
        QVERIFY(after.take({}).ok());
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
    }

    void whatCannotBeRemovedIsInNobodysWay()
    {
        QVERIFY(tenure(11, 1).take({}).ok());
        m_programs.lives[11] = Life::Ended;
        m_storage->onRemove = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Forbidden, .what = {"locked"}});
        };
        ReplicaTenure second = tenure(22, 2);
        QVERIFY(second.take({}).ok());
        QVERIFY(isTaken(tenure(33, 3).take({}), "process 22"));
    }

    void aReleaseThatComesLateTakesNothingFromTheNext()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        replica::WriterClaim again = claimOf(11, "here");
        again.since += std::chrono::seconds(5);
        ReplicaTenure second(
            m_clock, m_programs, *m_storage,
            {.namePrefix = replica::claimNamePrefix(1, "replica"), .claim = again});
        QVERIFY(second.take({}).ok());
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
        first.release({});
        m_clock.advance(std::chrono::minutes(2));
        QVERIFY(second.isStillOurs({}));
    }

    void whatMayHaveBeenWrittenIsRemoved()
    {
        ReplicaTenure first = tenure(11, 1);
        m_storage->onRead = [this](const std::string&) {
            return m_storage->objects().empty()
                       ? Status()
                       : Status(Error{.code = ErrorCode::Unavailable, .what = {"away"}});
        };
        QVERIFY(!first.take({}).ok());
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
        first.release({});
        QVERIFY(m_storage->objects().empty());
    }

    void afterASleepItIsLookedAt()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        m_storage->objects().clear();
        m_clock.sleep(std::chrono::hours(8));
        QVERIFY(!first.isStillOurs({}));
    }

    void ofTwoThatBeginAtOnceNoneWritesBesideTheOther()
    {
        ReplicaTenure first = tenure(11, 1);
        ReplicaTenure second = tenure(22, 2);
        bool hasBegun = false;
        m_storage->onWrite = [&](const std::string&) {
            // The second one is through before the first one's file is there.
            return std::exchange(hasBegun, true) ? Status() : second.take({});
        };
        QVERIFY(isTaken(first.take({}), "process 22"));
        QVERIFY(second.isHeld());
        QCOMPARE(m_storage->objects().size(), std::size_t{1});
    }

    void whoLosesItLearnsSoWithinAMinute()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        m_storage->objects().clear();
        QVERIFY(first.isStillOurs({}));
        m_clock.advance(std::chrono::minutes(2));
        QVERIFY(!first.isStillOurs({}));
        QVERIFY(!first.isHeld());
        QVERIFY(tenure(22, 2).take({}).ok());
        QVERIFY(isTaken(first.take({}), "process 22"));
    }

    void nothingIsAskedMoreOftenThanOnceAMinute()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        const auto before = m_storage->readCalls();
        for (int i = 0; i < 100; ++i) {
            QVERIFY(first.isStillOurs({}));
        }
        QCOMPARE(m_storage->readCalls(), before);
        m_clock.advance(std::chrono::minutes(2));
        QVERIFY(first.isStillOurs({}) && first.isStillOurs({}));
        QCOMPARE(m_storage->readCalls(), before + 1);
    }

    void aStorageThatDoesNotAnswerTakesNothingAway()
    {
        ReplicaTenure first = tenure(11, 1);
        QVERIFY(first.take({}).ok());
        m_clock.advance(std::chrono::minutes(2));
        m_storage->onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unavailable, .what = {"away"}});
        };
        QVERIFY(first.isStillOurs({}));
        m_storage->onRead = [](const std::string&) { return Status(); };
        m_storage->objects().clear();
        QVERIFY(!first.isStillOurs({}));
    }

    void whatFailsIsNotHeld()
    {
        ReplicaTenure first = tenure(11, 1);
        m_storage->onWrite = [](const std::string&) {
            return Status(Error{.code = ErrorCode::NoSpace, .what = {"full"}});
        };
        QCOMPARE(first.take({}).error().code, ErrorCode::NoSpace);
        QVERIFY(!first.isHeld());
    }
};

QTEST_GUILESS_MAIN(TestReplicaTenure)
#include "tst_replica_tenure.moc"
