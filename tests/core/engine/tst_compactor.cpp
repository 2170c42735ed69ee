#include "core/engine/compactor.h"

#include "core/base/posix_file_system.h"
#include "core/ltx/file_pages.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"
#include "tests/support/made_replica.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::engine;
using replica::MadeReplica;
using replica::ObjectInfo;

class TestCompactor : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::unique_ptr<MadeReplica> m_made;
    std::unique_ptr<Spool> m_spool;
    std::unique_ptr<replica::LtxReplica> m_replica;
    ltx::TxId m_same = ltx::kMaxTxId;  ///< Up to here the spool has what the replica has.

    [[nodiscard]] Compactor compactor()
    {
        return {*m_spool,
                {.upTo = m_same},
                *m_replica,
                {.files = m_files,
                 .random = m_random,
                 .folder = m_folder->filePath("merges").toStdString()}};
    }

    /// More than can be open at once.
    void hoursUpTo(std::uint64_t last)
    {
        for (std::uint64_t txId = 6; txId <= last; ++txId) {
            m_made->commit({static_cast<std::uint32_t>(1 + txId % 3)}, 3);
        }
        m_made->put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            m_made->put(3, txId, txId);
        }
    }

    [[nodiscard]] bool scratchIsEmpty() const
    {
        return QDir(m_folder->filePath("merges")).isEmpty(QDir::Files | QDir::Hidden);
    }

    /// Listed, with the times of its transactions.
    [[nodiscard]] ReplicaLevels levels() const
    {
        return ReplicaLevels(m_replica->readCatalog({}).value());
    }

    [[nodiscard]] std::vector<ObjectInfo> segments() const { return levels().open(0); }

    void segmentsUpTo(std::uint64_t last)
    {
        m_made->put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            m_made->put(0, txId, txId);
        }
    }

    [[nodiscard]] std::string& bytesOf(int level, std::uint64_t minTxId, std::uint64_t maxTxId)
    {
        return m_made->storage.objects()
            .at(replica::objectName({.level = level, .range = {{minTxId}, {maxTxId}}}))
            .bytes;
    }

    /// The pages of an object laid over `contents`.
    [[nodiscard]] std::string applied(std::string contents, const ObjectInfo& object) const
    {
        const replica::ObjectSource file(m_made->storage, object.name, {});
        const auto header = ltx::readHeader(file);
        const ltx::FilePages pages(file);
        const auto reader = pages.open();
        ltx::PageBatch batch;
        contents.resize(std::size_t{header.value().pageCountAfter} * MadeReplica::kPageSize);
        while (reader.value()->next(batch).value()) {
            for (std::size_t i = 0; i < batch.size(); ++i) {
                std::memcpy(contents.data() + (batch.numbers[i] - 1) * batch.pageSizeBytes,
                            batch.page(i).data(), batch.pageSizeBytes);
            }
        }
        return contents;
    }

    [[nodiscard]] bool spool(std::uint64_t txId, const std::string& bytes)
    {
        return m_spool
            ->add({txId},
                  [&bytes](ByteSink& sink) { return sink.write(std::as_bytes(std::span(bytes))); })
            .ok();
    }

private slots:
    void init()
    {
        m_same = ltx::kMaxTxId;
        m_folder = std::make_unique<QTemporaryDir>();
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2, 3}, 3);
        m_made->commit({2}, 3);
        m_made->commit({1, 4, 5}, 5);
        m_made->commit({1, 2}, 2);
        m_made->commit({2, 3}, 3);
        m_spool = std::make_unique<Spool>(m_files, m_random, m_folder->path().toStdString());
        QVERIFY(m_spool->open().ok());
        m_replica = std::make_unique<replica::LtxReplica>(m_made->storage);
    }

    void theMergedObjectLeadsToTheSameState()
    {
        segmentsUpTo(5);
        const auto made = compactor().compact({.level = 1, .inputs = segments()}, {});
        QVERIFY(made.ok());
        QCOMPARE(made.value().name, std::string("ltx/1/0000000000000002-0000000000000005.ltx"));
        QCOMPARE(made.value().time, m_made->timeOf(5));
        QCOMPARE(made.value().sizeBytes, std::uint64_t{bytesOf(1, 2, 5).size()});
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(5));
        // All that was there is there still.
        QCOMPARE(m_made->storage.objects().size(), std::size_t{6});
    }

    void levelsAreMadeFromLevels()
    {
        segmentsUpTo(5);
        const auto all = segments();
        const auto low = compactor().compact({.level = 1, .inputs = {all[0], all[1]}}, {});
        const auto high = compactor().compact({.level = 1, .inputs = {all[2], all[3]}}, {});
        QVERIFY(low.ok() && high.ok());
        m_made->storage.objects().erase(all[0].name);
        const auto made =
            compactor().compact({.level = 2, .inputs = {low.value(), high.value()}}, {});
        QVERIFY(made.ok());
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(5));
    }

    void whatTheSpoolHasIsNotReadFromTheReplica()
    {
        segmentsUpTo(3);
        const auto all = segments();
        for (const ObjectInfo& each : all) {
            const std::string bytes = m_made->fileOf({each.minTxId, each.maxTxId});
            QVERIFY(m_spool
                        ->add(each.maxTxId,
                              [&bytes](ByteSink& sink) {
                                  return sink.write(std::as_bytes(std::span(bytes)));
                              })
                        .ok());
            m_made->storage.objects().erase(each.name);
        }
        QVERIFY(compactor().compact({.level = 1, .inputs = all}, {}).ok());
    }

    void aBatchIsMadeOfTheSegmentsThatTheSpoolStillHas()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 5);
        const auto all = segments();
        for (std::uint64_t txId = 2; txId <= 5; ++txId) {
            QVERIFY(spool(txId, m_made->fileOf({{txId}, {txId}})));
        }
        // Nobody reads it there.
        bytesOf(0, 3, 5).clear();
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(made.ok());
        QCOMPARE(made.value().name, std::string("ltx/1/0000000000000002-0000000000000005.ltx"));
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(5));
    }

    void aBatchThatTheSpoolHasInPartIsReadFromTheReplica()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 5);
        const auto all = segments();
        QVERIFY(spool(4, m_made->fileOf({{4}, {4}})) && spool(5, m_made->fileOf({{5}, {5}})));
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(made.ok());
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(5));
    }

    void aSpoolThatIsNoGoodIsPassedOver()
    {
        segmentsUpTo(3);
        const auto all = segments();
        std::string bad = m_made->fileOf({{2}, {2}});
        bad[bad.size() / 2] ^= 1;
        QVERIFY(spool(2, bad) && spool(3, m_made->fileOf({{3}, {3}})));
        // And one of its files has gone.
        QVERIFY(QFile::remove(m_folder->filePath("0000000000000003-0000000000000003.ltx")));
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(made.ok());
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(3));
    }

    void whatAnotherHomeCountedInTheSpoolIsNotMerged()
    {
        segmentsUpTo(3);
        const auto all = segments();
        // The same numbers over the same states, with other pages between them.
        MadeReplica other;
        other.commit({1, 2, 3}, 3);
        other.commit({3}, 3);
        other.commit({2}, 3);
        QVERIFY(spool(2, other.fileOf({{2}, {2}})) && spool(3, other.fileOf({{3}, {3}})));
        m_same = {1};
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(made.ok());
        QCOMPARE(applied(m_made->state(1), made.value()), m_made->state(3));
    }

    void aDamagedInputIsNamedAndNothingIsWritten()
    {
        segmentsUpTo(5);
        const auto all = segments();
        const std::string whole = bytesOf(0, 4, 4);
        for (std::size_t at = 0; at < whole.size(); ++at) {
            bytesOf(0, 4, 4)[at] = static_cast<char>(whole[at] ^ 0x10);
            const auto made = compactor().compact({.level = 1, .inputs = all}, {});
            QVERIFY2(!made.ok(), qPrintable(QString("byte %1").arg(at)));
            QVERIFY(made.error().code == ErrorCode::Damaged ||
                    made.error().code == ErrorCode::Unsupported);
            QCOMPARE(m_made->storage.objects().size(), std::size_t{5});
            bytesOf(0, 4, 4) = whole;
        }
        const auto cut = whole.substr(0, whole.size() - 1);
        bytesOf(0, 4, 4) = cut;
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(QString::fromStdString(inEnglish(made.error().what)).contains("0000000000000004"));
    }

    void aSegmentThatDoesNotFollowIsRefused()
    {
        segmentsUpTo(3);
        const auto all = segments();
        // Its transaction again, from another history.
        m_made->commit({1}, 3);
        MadeReplica other;
        other.commit({1, 2, 3}, 3);
        other.commit({3}, 3);
        other.commit({1, 4, 5}, 5);
        bytesOf(0, 3, 3) = other.fileOf({{3}, {3}});
        const auto made = compactor().compact({.level = 1, .inputs = all}, {});
        QVERIFY(!made.ok() && made.error().code == ErrorCode::Damaged);
    }

    void whatIsThereAlreadyIsFineIfItIsTheSameState()
    {
        segmentsUpTo(5);
        const Merge merge{.level = 1, .inputs = segments()};
        QVERIFY(compactor().compact(merge, {}).ok());
        QVERIFY(compactor().compact(merge, {}).ok());
        // With every page, as another program might write it: other bytes, the same state.
        bytesOf(1, 2, 5) = m_made->fileOf({{2}, {5}}, true);
        QVERIFY(compactor().compact(merge, {}).ok());
        MadeReplica other;
        other.commit({1, 2, 3}, 3);
        for (int i = 0; i < 4; ++i) {
            other.commit({1}, 3);
        }
        bytesOf(1, 2, 5) = other.fileOf({{2}, {5}});
        const auto refused = compactor().compact(merge, {});
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::AlreadyExists);
    }

    void whatIsThereAlreadyAndDamagedIsNotTakenForIt()
    {
        segmentsUpTo(5);
        const Merge merge{.level = 1, .inputs = segments()};
        QVERIFY(compactor().compact(merge, {}).ok());
        // The header is as it should be.
        bytesOf(1, 2, 5).back() ^= 1;
        const auto refused = compactor().compact(merge, {});
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Damaged);
    }

    void aFileThatStandsAloneGetsAnObjectOfItsOwn()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const std::string file = m_made->fileOf({{3}, {3}}, true);
        ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(file))).value();
        ltx::setDigests(header, {.before = 0, .after = ltx::digestsOf(header)->after});
        const std::string whole = MadeReplica::encoded(header, {1, 2, 3, 4, 5}, m_made->state(3));
        m_made->storage.objects()[replica::objectName({.level = 0, .range = {{3}, {3}}})].bytes =
            whole;
        m_made->put(0, 4, 4);
        std::vector<std::uint64_t> ends;
        for (int i = 0; i < 3; ++i) {
            const auto made = compactor().compact({.level = 1, .inputs = segments()}, {});
            QVERIFY(made.ok());
            ends.push_back(made.value().maxTxId.value);
        }
        QCOMPARE(ends, (std::vector<std::uint64_t>{2, 3, 4}));
    }

    void aSnapshotIsTheWholeState()
    {
        segmentsUpTo(5);
        const auto made = compactor().snapshot(levels().newestPlan(), {});
        QVERIFY(made.ok());
        QCOMPARE(made.value().name, std::string("ltx/9/0000000000000001-0000000000000005.ltx"));
        QCOMPARE(applied({}, made.value()), m_made->state(5));
        const auto header = replica::readObjectHeader(m_made->storage, made.value(), {});
        QVERIFY(ltx::digestsOf(header.value()).has_value());
        QVERIFY(levels().open(3).empty() && levels().newestPlan().size() == 1);
    }

    void aSnapshotOfALongPlanIsOfItsEnd()
    {
        hoursUpTo(600);
        const auto plan = levels().newestPlan();
        QCOMPARE(plan.size(), std::size_t{600});
        const auto made = compactor().snapshot(plan, {});
        QVERIFY(made.ok());
        QCOMPARE(made.value().maxTxId, plan.back().maxTxId);
        QCOMPARE(made.value().time, m_made->timeOf(600));
        QCOMPARE(applied({}, made.value()), m_made->state(600));
        QCOMPARE(levels().newestPlan().size(), std::size_t{1});
        QVERIFY(scratchIsEmpty());
    }

    void damageInALongPlanIsNamedAndLeavesNothing()
    {
        hoursUpTo(600);
        std::string& bytes = bytesOf(3, 550, 550);
        bytes[bytes.size() / 2] ^= 4;
        const auto made = compactor().snapshot(levels().newestPlan(), {});
        QVERIFY(!made.ok() && made.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(made.error().what).starts_with("ltx/3/0000000000000226"));
        QCOMPARE(m_made->storage.objects().size(), std::size_t{600});
        QVERIFY(scratchIsEmpty());
    }

    void aSnapshotThatDoesNotAddUpIsNotWritten()
    {
        m_made->put(9, 1, 1);
        // Sound by its checksums, and by its digests what follows; but one page is another one.
        const std::string file = m_made->fileOf({{2}, {2}});
        const auto header = ltx::decodeHeader(std::as_bytes(std::span(file))).value();
        std::string state = m_made->state(2);
        state[MadeReplica::kPageSize + 7] ^= 1;
        m_made->storage.objects()[replica::objectName({.level = 0, .range = {{2}, {2}}})].bytes =
            MadeReplica::encoded(header, {2}, state);
        const auto made = compactor().snapshot(levels().newestPlan(), {});
        QVERIFY(!made.ok() && made.error().code == ErrorCode::Damaged);
        QCOMPARE(m_made->storage.objects().size(), std::size_t{2});
    }

    void filesWithoutDigestsAreMergedToo()
    {
        m_made->hasDigests = false;
        segmentsUpTo(5);
        const auto made = compactor().compact({.level = 1, .inputs = segments()}, {});
        const auto snapshot = compactor().snapshot(levels().newestPlan(), {});
        QVERIFY(made.ok() && snapshot.ok());
        QCOMPARE(applied({}, snapshot.value()), m_made->state(5));
    }

    void aStopLeavesNothing()
    {
        segmentsUpTo(5);
        std::stop_source stop;
        stop.request_stop();
        const auto made = compactor().compact({.level = 1, .inputs = segments()}, stop.get_token());
        QVERIFY(!made.ok() && made.error().code == ErrorCode::Cancelled);
        QCOMPARE(m_made->storage.objects().size(), std::size_t{5});
    }
};

QTEST_GUILESS_MAIN(TestCompactor)
#include "tst_compactor.moc"
