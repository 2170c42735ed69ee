#include "core/engine/damage_book.h"
#include "tests/core/engine/uploading.h"

#include <QFile>

#include <initializer_list>

using namespace tidemark;
using namespace tidemark::engine;

class TestUploader : public QObject, private Uploading {
    Q_OBJECT

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void whatIsInTheSpoolIsUploadedOnce()
    {
        const auto uploader = withBase();
        QVERIFY(uploader && uploader->hasBase());
        spool(2);
        spool(3);
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(2) && holds(3));
        QCOMPARE(uploader->confirmed().value, std::uint64_t{3});
        QVERIFY(uploader->standing().state == Protection::Protected);
        // What somebody removes there would be back if it were uploaded again.
        m_made->storage.objects().erase(nameOf(2));
        m_made->storage.objects().erase(nameOf(3));
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(!holds(2) && !holds(3));
    }

    void aFailureIsTriedAgainLaterAndLater()
    {
        const auto uploader = withBase();
        spool(2);
        int writes = 0;
        m_made->storage.onWrite = [&](const std::string&) {
            ++writes;
            return Status(Error{.code = ErrorCode::Unavailable});
        };
        std::chrono::milliseconds longest{1000};
        for (int failures = 1; failures <= 12; ++failures) {
            QVERIFY(!uploader->step({2}, {}).ok());
            QCOMPARE(writes, failures);
            QVERIFY(uploader->standing().state == Protection::Waiting);
            const auto pause = uploader->nextTry().value() - m_clock.monotonic();
            QVERIFY(pause <= longest && pause >= longest * 3 / 4);
            QVERIFY(uploader->standing().nextTry.has_value());
            m_clock.advance(pause - std::chrono::milliseconds(1));
            QVERIFY(!uploader->step({2}, {}).value());
            QCOMPARE(writes, failures);
            m_clock.advance(std::chrono::milliseconds(1));
            longest = std::min(longest * 2, std::chrono::milliseconds(300'000));
        }
    }

    void whatWentWellBeginsTheBackOffAnew()
    {
        const auto uploader = withBase();
        spool(2);
        bool isBroken = true;
        m_made->storage.onWrite = [&](const std::string&) {
            return isBroken ? Status(Error{.code = ErrorCode::Unavailable}) : Status();
        };
        for (int i = 0; i < 5; ++i) {
            QVERIFY(!uploader->step({2}, {}).ok());
            m_clock.advance(uploader->nextTry().value() - m_clock.monotonic());
        }
        isBroken = false;
        QVERIFY(uploader->step({2}, {}).ok());
        QVERIFY(holds(2) && !uploader->nextTry());
        QVERIFY(uploader->standing().state == Protection::Protected);
        isBroken = true;
        spool(3);
        QVERIFY(!uploader->step({3}, {}).ok());
        QVERIFY(uploader->nextTry().value() - m_clock.monotonic() <= std::chrono::seconds(1));
    }

    void whoAsksIsNotKeptWaiting()
    {
        const auto uploader = withBase();
        spool(2);
        bool isBroken = true;
        m_made->storage.onWrite = [&](const std::string&) {
            return isBroken ? Status(Error{.code = ErrorCode::Unavailable}) : Status();
        };
        QVERIFY(!uploader->step({2}, {}).ok());
        isBroken = false;
        uploader->retryNow();
        QVERIFY(!uploader->nextTry());
        QVERIFY(uploader->step({2}, {}).ok());
        QVERIFY(holds(2));
    }

    void whatTheSpoolHasLostNeedsANewBase()
    {
        const auto uploader = withBase();
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(!uploader->hasBase());
        QVERIFY(uploader->standing().state == Protection::CatchingUp);
        QVERIFY(uploader->baseWritten({3}).ok());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(uploader->standing().state == Protection::Protected);
    }

    void aHoleInTheSpoolNeedsANewBase()
    {
        const auto uploader = withBase();
        spool(2);
        spool(4);
        QVERIFY(uploader->step({4}, {}).ok());
        QVERIFY(holds(2) && !holds(4));
        QVERIFY(!uploader->hasBase());
        QVERIFY(uploader->standing().state == Protection::CatchingUp);
    }

    void aSegmentWhoseFileIsGoneNeedsANewBase()
    {
        const auto uploader = withBase();
        spool(2);
        QVERIFY(QFile::remove(m_folder->filePath("spool/0000000000000002-0000000000000002.ltx")));
        QVERIFY(uploader->step({2}, {}).ok());
        QVERIFY(!uploader->hasBase());
        QVERIFY(!uploader->nextTry());
    }

    void aPlaceThatIsSuddenlyEmptyIsLeftAlone()
    {
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {4}}).ok());
        const auto uploader = this->uploader();
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::Unavailable);
        QCOMPARE(inEnglish(looked.error().what),
                 std::string("memory is empty, but held transaction 4."));
        QVERIFY(!uploader->looked() && !uploader->hasBase());
        QVERIFY(uploader->standing().state == Protection::Waiting);
        QVERIFY(uploader->nextTry());
    }

    void aPlaceThatIsEmptiedMeanwhileIsLeftAlone()
    {
        const auto uploader = withBase();
        const ltx::TxId confirmed = uploader->confirmed();
        m_made->storage.objects().clear();
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::Unavailable);
        QVERIFY(uploader->hasBase());
        QVERIFY(uploader->confirmed() == confirmed);
    }

    void anotherWriterIsSaidUntilSomebodyAsksAgain()
    {
        const auto uploader = withBase();
        spool(2);
        MadeReplica theirs;
        theirs.commit({1}, 1);
        theirs.commit({1}, 1);
        m_made->storage.objects()[nameOf(2)] = {.bytes = theirs.fileOf({{2}, {2}})};
        for (int i = 0; i < 3; ++i) {
            const auto stepped = uploader->step({2}, {});
            QVERIFY(!stepped.ok() && stepped.error().code == ErrorCode::AlreadyExists);
            QVERIFY(uploader->standing().state == Protection::Broken);
            QVERIFY(uploader->isForeign());
        }
        uploader->retryNow();
        QVERIFY(!uploader->isForeign() && !uploader->looked());
    }

    void aHistoryThatIsNotOursIsNotGoneOnWith()
    {
        m_made->put(9, 1, 1);
        m_mayAdopt = Error{.code = ErrorCode::AlreadyExists};
        const auto uploader = this->uploader();
        QVERIFY(!uploader->look({}).ok());
        QVERIFY(uploader->looked() && uploader->isForeign() && !uploader->hasBase());
        QVERIFY(uploader->newest() == ltx::TxId{});
        m_mayAdopt = {};
        uploader->retryNow();
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->hasBase() && uploader->newest() == ltx::TxId{1});
    }

    void whatWasForgottenOfTheReplicaIsNoHole()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 3);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        QVERIFY(uploader->look({}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{3});
        spool(4);
        QVERIFY(uploader->step({4}, {}).ok());
        QVERIFY(uploader->hasBase() && holds(4));
    }

    void whatTheSpoolStillHasIsCompared()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(2);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        QVERIFY(uploader->look({}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{1});
        QVERIFY(uploader->step({2}, {}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
    }

    void aBacklogIsUploadedFourAtATime()
    {
        const auto uploader = withBase();
        std::vector<std::size_t> counts;
        uploader->setRunAll([&counts](const auto& tasks) {
            counts.push_back(tasks.size());
            runOneByOne(tasks);
        });
        beSlow();
        spoolUpTo(11);
        QVERIFY(uploader->step({11}, {}).ok());
        // The first one tells that it is worth it, and the last one is alone.
        QCOMPARE(counts, (std::vector<std::size_t>{4, 4}));
        QCOMPARE(uploader->confirmed().value, std::uint64_t{11});
        QVERIFY(holds(2) && holds(11));
    }

    void whereTheStorageIsQuickNobodyIsAskedToHelp()
    {
        const auto uploader = withBase();
        uploader->setRunAll([](const auto&) { QFAIL("asked for help without need"); });
        spoolUpTo(11);
        QVERIFY(uploader->step({11}, {}).ok());
        QVERIFY(holds(2) && holds(11));
    }

    void oneThatWaitsAloneNeedsNobodyElse()
    {
        const auto uploader = withBase();
        uploader->setRunAll([](const auto&) { QFAIL("asked for help with one upload"); });
        beSlow();
        spool(2);
        QVERIFY(uploader->step({2}, {}).ok());
        spool(3);
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(2) && holds(3));
    }

    void whicheverIsThereFirstTheyAreToldInTheirOrder()
    {
        const auto uploader = withBase();
        uploader->setRunAll([](const auto& tasks) {
            for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
                (*task)();
            }
        });
        std::vector<std::uint64_t> told;
        uploader->setListener({.written = [&told](const replica::ObjectInfo& object) {
            told.push_back(object.maxTxId.value);
        }});
        beSlow();
        spoolUpTo(5);
        QVERIFY(uploader->step({5}, {}).ok());
        QCOMPARE(told, (std::vector<std::uint64_t>{2, 3, 4, 5}));
    }

    /// Also when the program ended before it could try again.
    void behindOneThatFailsNothingIsThereBeforeIt()
    {
        auto uploader = withBase();
        spoolUpTo(6);
        bool isBroken = true;
        beSlow([&](const std::string& name) {
            return isBroken && name == nameOf(4) ? Status(Error{.code = ErrorCode::Unavailable})
                                                 : Status();
        });
        QVERIFY(!uploader->step({6}, {}).ok());
        QVERIFY(holds(3) && !holds(4) && !holds(5) && !holds(6));
        QCOMPARE(uploader->confirmed().value, std::uint64_t{3});
        QCOMPARE(m_state->replica("replica").value()->confirmed.value, std::uint64_t{3});
        QVERIFY(!uploader->isForeign());
        isBroken = false;
        uploader = this->uploader();
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->hasBase());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{3});
        QVERIFY(uploader->step({6}, {}).ok());
        QVERIFY(holds(4) && holds(6) && !uploader->isForeign());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{6});
    }

    void whileItFailsOneIsTriedAtATime()
    {
        const auto uploader = withBase();
        spoolUpTo(9);
        int writes = 0;
        beSlow([&](const std::string& name) {
            ++writes;
            return name == nameOf(2) ? Status() : Status(Error{.code = ErrorCode::Unavailable});
        });
        QVERIFY(!uploader->step({9}, {}).ok());
        QCOMPARE(writes, 5);
        m_clock.advance(uploader->nextTry().value() - m_clock.monotonic());
        QVERIFY(!uploader->step({9}, {}).ok());
        QCOMPARE(writes, 6);
    }

    void whatIsStoppedInTheMiddleGoesOnFromThere()
    {
        const auto uploader = withBase();
        spoolUpTo(5);
        bool isStopped = true;
        beSlow([&](const std::string& name) {
            const bool isThere = name == nameOf(2) || name == nameOf(5);
            return isStopped && !isThere ? Status(cancelled()) : Status();
        });
        const auto stepped = uploader->step({5}, {});
        QVERIFY(!stepped.ok() && stepped.error().code == ErrorCode::Cancelled);
        QVERIFY(!holds(5) && !uploader->nextTry());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
        isStopped = false;
        QVERIFY(uploader->step({5}, {}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{5});
        QVERIFY(!uploader->isForeign());
    }

    void anotherWriterAmongThemIsSaid()
    {
        const auto uploader = withBase();
        beSlow();
        spoolUpTo(5);
        MadeReplica theirs;
        for (int i = 0; i < 4; ++i) {
            theirs.commit({1}, 1);
        }
        m_made->storage.objects()[nameOf(4)] = {.bytes = theirs.fileOf({{4}, {4}})};
        QVERIFY(!uploader->step({5}, {}).ok());
        QVERIFY(uploader->isForeign());
        QVERIFY(holds(3) && !holds(5));
        QCOMPARE(uploader->confirmed().value, std::uint64_t{3});
    }

    void beforeAHoleInTheSpoolAllIsUploaded()
    {
        const auto uploader = withBase();
        for (const std::uint64_t txId : std::initializer_list<std::uint64_t>{2, 3, 5, 6}) {
            spool(txId);
        }
        QVERIFY(uploader->step({6}, {}).ok());
        QVERIFY(holds(3) && !holds(5));
        QVERIFY(!uploader->hasBase());
    }

    void fewerThanWereConfirmedNeedANewBase()
    {
        m_made->put(9, 1, 1);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {3}}).ok());
        const auto uploader = this->uploader();
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->looked() && !uploader->hasBase());
    }

    void aSegmentOfOursThatWasForgottenAndDamagedIsNoOtherWriter()
    {
        const auto writer = withBase();
        spool(2);
        spool(3);
        m_made->put(0, 2, 2);
        m_made->storage.objects().at(nameOf(2)).bytes.back() ^= 1;
        QCOMPARE(writer->step({3}, {}).error().code, ErrorCode::Damaged);
        QVERIFY(!writer->isForeign());
        // Nobody restores here.
        QVERIFY(inEnglish(writer->standing().next).starts_with("It is read once more in a minute"));
        const auto suspect = writer->takeSuspect();
        QVERIFY(suspect && suspect->name == nameOf(2));

        QCOMPARE(m_damage->inspect(m_made->storage, std::span(&*suspect, 1), Suspecting::Reader, {})
                     .value(),
                 Inspection::Suspected);
        m_clock.advance(kSecondRead);
        QCOMPARE(m_damage->inspect(m_made->storage, std::span(&*suspect, 1), Suspecting::Reader, {})
                     .value(),
                 Inspection::News);
        writer->retryNow();
        QVERIFY(writer->step({3}, {}).ok());
        QCOMPARE(writer->confirmed().value, 3ULL);
        QVERIFY(holds(3));
    }
};

QTEST_GUILESS_MAIN(TestUploader)
#include "tst_uploader.moc"
