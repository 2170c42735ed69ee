#include "core/engine/uploader.h"

#include "core/base/posix_file_system.h"
#include "core/engine/damage_book.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::engine;
using replica::MadeReplica;

class TestUploader : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SimulatedClock m_clock;
    SeededRandom m_random{1};
    std::unique_ptr<MadeReplica> m_made;
    std::unique_ptr<Spool> m_spool;
    std::unique_ptr<state::StateDb> m_state;
    std::unique_ptr<replica::LtxReplica> m_replica;
    Status m_mayAdopt;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }

    [[nodiscard]] std::unique_ptr<Uploader> uploader()
    {
        return std::make_unique<Uploader>(
            m_clock, m_random, *m_spool, *m_state, *m_replica, "replica",
            [this](const replica::Catalog&, const std::stop_token&) { return m_mayAdopt; });
    }

    void spool(std::uint64_t txId) { spool(txId, *m_made); }

    void spool(std::uint64_t txId, const MadeReplica& from)
    {
        const std::string bytes = from.fileOf({{txId}, {txId}});
        QVERIFY(m_spool
                    ->add({txId},
                          [&bytes](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(bytes)));
                          })
                    .ok());
    }

    void spoolUpTo(std::uint64_t last)
    {
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            spool(txId);
        }
    }

    /// So slow that several at once are worth it; asks `answer` about each name.
    void beSlow(std::function<Status(const std::string&)> answer = {})
    {
        m_made->storage.onWrite = [this, answer = std::move(answer)](const std::string& name) {
            m_clock.advance(std::chrono::milliseconds(5));
            return answer ? answer(name) : Status();
        };
    }

    /// A replica with the snapshot of transaction 1, as it is remembered.
    [[nodiscard]] std::unique_ptr<Uploader> withBase()
    {
        m_made->put(9, 1, 1);
        const Status noted = m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}});
        auto made = uploader();
        return noted.ok() && made->look({}).ok() ? std::move(made) : nullptr;
    }

    static std::string nameOf(std::uint64_t txId)
    {
        return replica::objectName({.level = 0, .range = {{txId}, {txId}}});
    }

    [[nodiscard]] bool holds(std::uint64_t txId) const
    {
        return m_made->storage.objects().contains(nameOf(txId));
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_files.makeDirectories(path("spool"), kPrivateDirectory).ok());
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2}, 2);
        for (int i = 0; i < 10; ++i) {
            m_made->commit({1}, 2);
        }
        m_spool = std::make_unique<Spool>(m_files, m_random, path("spool"));
        QVERIFY(m_spool->open().ok());
        m_state = state::StateDb::open(m_files, path("state.db")).value();
        m_replica = std::make_unique<replica::LtxReplica>(m_made->storage);
        m_mayAdopt = {};
    }
    void cleanup()
    {
        m_state.reset();
        m_spool.reset();
    }

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

    /// What another home of the same database counts: the first transaction is the same.
    static std::unique_ptr<MadeReplica> otherHome()
    {
        auto other = std::make_unique<MadeReplica>();
        other->commit({1, 2}, 2);
        for (int i = 0; i < 10; ++i) {
            other->commit({2}, 2);
        }
        return other;
    }

    [[nodiscard]] std::unique_ptr<Uploader> rememberedUpTo(std::uint64_t confirmed)
    {
        const Status noted =
            m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {confirmed}});
        return noted.ok() ? uploader() : nullptr;
    }

    void whatIsInTheSpoolDoesNotFollowAnotherHomesHistory()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(3, *otherHome());
        const auto uploader = rememberedUpTo(2);
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::AlreadyExists);
        QVERIFY(uploader->isForeign());
        QVERIFY(!holds(3));
    }

    void aReplicaThatEndsWithAnotherHomesSegmentIsLeftAlone()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(2, *otherHome());
        const Status looked = rememberedUpTo(2)->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::AlreadyExists);
    }

    void aHeaderThatRottedIsNoOtherWriter()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(2);
        spool(3);
        std::string& stored = m_made->storage.objects().at(nameOf(2)).bytes;
        const std::string whole = stored;
        for (std::size_t at = 0; at < ltx::kHeaderSize; ++at) {
            stored[at] = static_cast<char>(whole[at] ^ 1);
            const auto uploader = rememberedUpTo(2);
            QVERIFY2(uploader->look({}).ok(), qPrintable(QString::number(at)));
            QVERIFY(!uploader->isForeign() && uploader->hasBase());
        }
    }

    void aDiskThatDoesNotReadTheNewestOneIsNoHindrance()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(3);
        m_made->storage.onRead = [](const std::string& name) {
            return name == nameOf(2) ? Status(Error{.code = ErrorCode::Io, .what = {"sector"}})
                                     : Status();
        };
        const auto uploader = rememberedUpTo(2);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(3));
    }

    void whatFollowsNothingMayFollowAnything()
    {
        m_made->put(9, 1, 1);
        // A change of the page size makes a file with every page.
        auto other = otherHome();
        m_made->put(0, 2, 2);
        const std::string whole = other->fileOf({{3}, {3}}, true);
        std::string alone = whole;
        ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(whole))).value();
        ltx::setDigests(header, {.before = 0, .after = ltx::digestsOf(header)->after});
        const auto bytes = ltx::encodeHeader(header);
        std::memcpy(alone.data(), bytes.data(), bytes.size());
        QVERIFY(m_spool
                    ->add({3},
                          [&alone](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(alone)));
                          })
                    .ok());
        QVERIFY(rememberedUpTo(2)->look({}).ok());
    }

    void withoutDigestsNothingIsSaidAgainstIt()
    {
        m_made->hasDigests = false;
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->hasDigests = true;
        spool(3);
        const auto uploader = rememberedUpTo(2);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(3));
    }

    void onlyWhatWasComparedCountsAsTheSame()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 3);
        {
            // The spool has lost its end: what is left of it nobody compared.
            spool(2);
            const auto uploader = rememberedUpTo(3);
            QVERIFY(uploader->look({}).ok());
            QVERIFY(!uploader->sameInSpool().has({2}) && !uploader->sameInSpool().has({3}));
        }
        spool(3);
        const auto uploader = rememberedUpTo(3);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->sameInSpool().has({2}) && uploader->sameInSpool().has({3}));
        QVERIFY(!uploader->sameInSpool().has({4}));
        spool(4);
        QVERIFY(uploader->step({4}, {}).ok());
        QVERIFY(uploader->sameInSpool().has({4}));
    }

    void aBaseOfOneselfBeginsAnew()
    {
        const auto uploader = withBase();
        QVERIFY(uploader->baseWritten({7}).ok());
        QVERIFY(!uploader->sameInSpool().has({7}));
        spool(8);
        QVERIFY(uploader->step({8}, {}).ok());
        QVERIFY(uploader->sameInSpool().has({8}) && !uploader->sameInSpool().has({7}));
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
        for (const std::uint64_t txId : {2, 3, 5, 6}) {
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
        const auto suspect = writer->takeSuspect();
        QVERIFY(suspect && suspect->name == nameOf(2));

        DamageBook book(m_clock, *m_state, *m_spool, "replica");
        QCOMPARE(book.inspect(m_made->storage, std::span(&*suspect, 1), {}).value(),
                 Inspection::Suspected);
        m_clock.advance(kSecondRead);
        QCOMPARE(book.inspect(m_made->storage, std::span(&*suspect, 1), {}).value(),
                 Inspection::News);
        writer->retryNow();
        QVERIFY(writer->step({3}, {}).ok());
        QCOMPARE(writer->confirmed().value, 3ULL);
        QVERIFY(holds(3));
    }
};

QTEST_GUILESS_MAIN(TestUploader)
#include "tst_uploader.moc"
