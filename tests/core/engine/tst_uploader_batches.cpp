#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "core/replica/object_source.h"
#include "tests/core/engine/uploading.h"

#include <QFile>

#include <cstring>
#include <vector>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::engine;

/// An uploader with an interval: fewer files, each of several segments.
class TestUploaderBatches : public QObject, private Uploading {
    Q_OBJECT

    [[nodiscard]] std::unique_ptr<Uploader> eachTenSeconds()
    {
        auto made = withBase();
        made->setInterval(10s);
        return made;
    }

    /// What the first one begins with goes at once; the interval counts from there.
    [[nodiscard]] std::unique_ptr<Uploader> behindTheFirst()
    {
        auto made = eachTenSeconds();
        spool(2);
        return made->step({2}, {}).ok() && holds(2) ? std::move(made) : nullptr;
    }

    [[nodiscard]] bool holds(std::uint64_t first, std::uint64_t last) const
    {
        return m_made->storage.objects().contains(
            replica::objectName({.level = 0, .range = {{first}, {last}}}));
    }
    using Uploading::holds;

    /// The replica's objects from the first to the last, laid over one another.
    [[nodiscard]] std::string newestState() const
    {
        std::string contents;
        const replica::Catalog catalog = m_replica->readCatalog({}).value();
        auto objects = catalog.objects;
        std::ranges::sort(objects, {}, &replica::ObjectInfo::maxTxId);
        for (const replica::ObjectInfo& each : objects) {
            const replica::ObjectSource file(m_made->storage, each.name, {});
            contents.resize(std::size_t{ltx::readHeader(file).value().pageCountAfter} *
                            MadeReplica::kPageSize);
            const ltx::FilePages pages(file);
            const auto reader = pages.open();
            ltx::PageBatch batch;
            while (reader.value()->next(batch).value()) {
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    std::memcpy(contents.data() + (batch.numbers[i] - 1) * batch.pageSizeBytes,
                                batch.page(i).data(), batch.pageSizeBytes);
                }
            }
        }
        return contents;
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void whatComesWithinTheIntervalIsOneFileAndItsLastOne()
    {
        const auto uploader = behindTheFirst();
        std::vector<replica::ObjectInfo> told;
        uploader->setListener({.written = [&told](const auto& object) { told.push_back(object); }});
        spool(3);
        spool(4);
        QVERIFY(!uploader->step({4}, {}).value());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
        QCOMPARE(*uploader->heldUntil(), m_clock.monotonic() + 10s);
        // That is what was asked for, and nothing to worry about.
        QVERIFY(uploader->standing().state == Protection::Protected);
        m_clock.advance(9s);
        spool(5);
        QVERIFY(!uploader->step({5}, {}).value());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
        m_clock.advance(1s);
        QVERIFY(!uploader->step({5}, {}).value());
        // Litestream goes on behind one that is alone.
        QVERIFY(holds(3, 4) && holds(5) && !holds(3) && !holds(4));
        QVERIFY(!uploader->heldUntil());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{5});
        QCOMPARE(told.size(), std::size_t{2});
        QCOMPARE(told.front().minTxId.value, std::uint64_t{3});
        QCOMPARE(told.front().time, m_made->timeOf(4));
        QCOMPARE(told.front().sizeBytes,
                 std::uint64_t{m_made->storage.objects().at(told.front().name).bytes.size()});
        QCOMPARE(newestState(), m_made->state(5));
    }

    void theFirstOneBehindARestGoesAtOnceAsItIs()
    {
        const auto uploader = behindTheFirst();
        m_clock.advance(11s);
        spool(3);
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(3));
        QCOMPARE(m_made->storage.objects().at(nameOf(3)).bytes, m_made->fileOf({{3}, {3}}));
    }

    void whoWaitsForItGetsItAtOnce()
    {
        const auto uploader = behindTheFirst();
        for (const std::uint64_t txId : {3U, 4U, 5U}) {
            spool(txId);
        }
        QVERIFY(uploader->step({5}, {}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
        uploader->hurry();
        QVERIFY(uploader->step({5}, {}).ok());
        QVERIFY(holds(3, 4) && holds(5));
        // The next ones wait again.
        spool(6);
        QVERIFY(uploader->step({6}, {}).ok());
        QVERIFY(uploader->heldUntil());
    }

    void aFailureIsTriedAgainWithAllThatCameMeanwhile()
    {
        const auto uploader = behindTheFirst();
        spool(3);
        m_clock.advance(10s);
        m_made->storage.onWrite = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unavailable});
        };
        QVERIFY(!uploader->step({3}, {}).ok());
        QVERIFY(uploader->standing().state == Protection::Waiting);
        m_made->storage.onWrite = [](const std::string&) { return Status(); };
        spool(4);
        spool(5);
        m_clock.advance(uploader->nextTry().value() - m_clock.monotonic());
        QVERIFY(uploader->step({5}, {}).ok());
        QVERIFY(holds(3, 4) && holds(5));
        QVERIFY(uploader->standing().state == Protection::Protected);
    }

    void aBatchThatWasForgottenIsNotWrittenOnceMore()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 4);
        spoolUpTo(7);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        uploader->setInterval(10s);
        QVERIFY(uploader->look({}).ok());
        QCOMPARE(uploader->confirmed().value, std::uint64_t{4});
        QVERIFY(uploader->step({7}, {}).ok());
        QVERIFY(holds(5, 6) && holds(7) && !holds(2, 6));
        QCOMPARE(newestState(), m_made->state(7));
    }

    void aBatchOfAnotherWriterIsNotGoneOnWith()
    {
        MadeReplica other;
        other.commit({1, 2}, 2);
        for (int i = 0; i < 10; ++i) {
            other.commit({2}, 2);
        }
        m_made->put(9, 1, 1);
        m_made->storage.objects()[replica::objectName({.level = 0, .range = {{2}, {4}}})].bytes =
            other.fileOf({{2}, {4}});
        spoolUpTo(6);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        uploader->setInterval(10s);
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::AlreadyExists);
    }

    void beforeWhatTheSpoolHasLostAllIsUploaded()
    {
        const auto uploader = behindTheFirst();
        spool(3);
        spool(4);
        spool(5);
        QVERIFY(QFile::remove(m_folder->filePath("spool/0000000000000005-0000000000000005.ltx")));
        m_clock.advance(10s);
        QVERIFY(uploader->step({5}, {}).ok());
        QVERIFY(holds(3, 4));
        QVERIFY(!uploader->hasBase());
    }

    void aFileWithEveryPageStandsForItself()
    {
        const auto uploader = behindTheFirst();
        spool(3);
        spool(4);
        // As the first one behind a change of the page size.
        const std::string& after = m_made->state(5);
        ltx::Header header{.pageSizeBytes = MadeReplica::kPageSize,
                           .pageCountAfter = 2,
                           .minTxId = {5},
                           .maxTxId = {5},
                           .createdAt = m_made->timeOf(5),
                           .walOffsetBytes = ltx::kNoWalOffset};
        const auto digests =
            ltx::digestsOf(ltx::readHeader(MemorySource(m_made->fileOf({{5}, {5}}))).value());
        ltx::setDigests(header, {.before = 0, .after = digests->after});
        const std::string whole = MadeReplica::encoded(header, {1, 2}, after);
        QVERIFY(m_spool
                    ->add({5},
                          [&whole](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(whole)));
                          })
                    .ok());
        for (const std::uint64_t txId : {6U, 7U, 8U}) {
            spool(txId);
        }
        m_clock.advance(10s);
        // One file a turn.
        QVERIFY(uploader->step({8}, {}).value());
        QVERIFY(holds(3, 4) && !holds(5));
        while (uploader->step({8}, {}).value()) {}
        QVERIFY(holds(5) && holds(6, 7) && holds(8));
        QCOMPARE(newestState(), m_made->state(8));
    }

    void nothingIsHeldWhereThereIsNoBaseAnyMore()
    {
        const auto uploader = behindTheFirst();
        spool(3);
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(uploader->heldUntil());
        m_made->storage.objects().erase(nameOf(2));
        QVERIFY(uploader->look({}).ok());
        QVERIFY(!uploader->hasBase());
        QVERIFY(!uploader->step({3}, {}).value());
        QVERIFY(!uploader->heldUntil());
    }

    void whatLiesBehindAHoleIsNotWaitedWith()
    {
        const auto uploader = behindTheFirst();
        spool(4);
        QVERIFY(!uploader->step({4}, {}).value());
        QVERIFY(!uploader->hasBase());
        QVERIFY(uploader->standing().state == Protection::CatchingUp);
    }

    void whoseRestIsLookedAtRestsAllTheSame()
    {
        const auto uploader = behindTheFirst();
        m_clock.advance(11s);
        QVERIFY(!uploader->step({2}, {}).value());
        spool(3);
        QVERIFY(!uploader->step({3}, {}).value());
        QVERIFY(holds(3));
    }

    void oneThatIsThereAndForgottenIsNotOverlapped()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spoolUpTo(6);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        uploader->setInterval(10s);
        QVERIFY(uploader->look({}).ok());
        while (uploader->step({6}, {}).value()) {}
        QVERIFY(holds(3, 5) && holds(6) && !holds(2, 5));
    }

    void aBatchOfWhichTheSpoolKnowsNothingIsNotGoneOnFrom()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 9);
        spoolUpTo(5);
        QVERIFY(m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}}).ok());
        const auto uploader = this->uploader();
        uploader->setInterval(10s);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(!uploader->hasBase());
        QCOMPARE(uploader->newest().value, std::uint64_t{9});
    }

    void moreThanOneFileBearsGoesAtOnceInSeveral()
    {
        while (m_made->commit({2}, 2) < 600) {}
        const auto uploader = behindTheFirst();
        for (std::uint64_t txId = 3; txId <= 600; ++txId) {
            spool(txId);
        }
        QVERIFY(uploader->step({600}, {}).value());
        QVERIFY(!uploader->step({600}, {}).value());
        QVERIFY(holds(3, 513) && holds(514) && holds(515, 599) && holds(600));
        QCOMPARE(newestState(), m_made->state(600));
    }
};

QTEST_GUILESS_MAIN(TestUploaderBatches)
#include "tst_uploader_batches.moc"
