#include "core/replica/merged_plan.h"

#include "core/base/posix_file_system.h"
#include "core/ltx/encoding_source.h"
#include "core/ltx/merge.h"
#include "core/ltx/state_digest.h"
#include "core/replica/open_replica.h"
#include "tests/support/made_replica.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

class TestMergedPlan : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;
    SeededRandom m_random{11};

    [[nodiscard]] Scratch scratch()
    {
        return {.files = m_files, .random = m_random, .folder = m_folder.path().toStdString()};
    }

    [[nodiscard]] bool scratchIsEmpty() const
    {
        return QDir(m_folder.path()).isEmpty(QDir::Files | QDir::Hidden);
    }

    Result<MergedPlan> open(const MadeReplica& made, const Wish& wish,
                            const std::stop_token& stop = {})
    {
        const Catalog catalog = openCatalog(made.storage, {}).value();
        const auto plan = planRestore(catalog, wish);
        return openMergedPlan(made.storage, plan.value(), scratch(), stop);
    }

    /// Every page in its place, as the database file would be.
    static Result<std::string> contentOf(const MergedPlan& merged)
    {
        TIDEMARK_TRY(const auto reader, merged.pages->open());
        std::string content;
        for (ltx::PageBatch batch;;) {
            TIDEMARK_TRY(const bool any, reader->next(batch));
            if (!any) {
                return content;
            }
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const auto page = batch.page(i);
                content.append(reinterpret_cast<const char*>(page.data()), page.size());
            }
        }
    }

    Result<std::string> contentAt(const MadeReplica& made, const Wish& wish)
    {
        TIDEMARK_TRY(const MergedPlan merged, open(made, wish));
        return contentOf(merged);
    }

    static std::string segment(std::uint64_t txId)
    {
        return replica::objectName({.level = kSegmentLevel, .range = {{txId}, {txId}}});
    }

    static void fill(MadeReplica& made)
    {
        made.commit({1, 2, 3, 4}, 4);
        made.commit({2, 5, 6}, 6);
        made.commit({1, 4}, 5);
        made.commit({3}, 3);
        made.commit({1, 4, 5, 6, 7}, 7);
        made.commit({2, 7}, 7);
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 6; ++txId) {
            made.put(0, txId, txId);
        }
        made.put(1, 2, 4);
    }

private slots:
    void givesTheStateOfEachMoment()
    {
        MadeReplica made;
        fill(made);
        for (std::uint64_t txId = 1; txId <= 6; ++txId) {
            const auto merged = open(made, AtTxId{{txId}});
            QVERIFY(merged.ok());
            QVERIFY(contentOf(merged.value()).value() == made.state(txId));
            const ltx::Header& header = merged.value().header;
            QCOMPARE(header.minTxId.value, std::uint64_t{1});
            QCOMPARE(header.maxTxId.value, txId);
            QVERIFY(header.createdAt == made.timeOf(txId));
            QCOMPARE(header.pageCountAfter * std::size_t{MadeReplica::kPageSize},
                     made.state(txId).size());
            QVERIFY(ltx::digestsOf(header).has_value());
            QVERIFY(scratchIsEmpty());
        }
    }

    void aReaderMayBeOpenedAgain()
    {
        MadeReplica made;
        fill(made);
        const auto merged = open(made, Latest{});
        QVERIFY(contentOf(merged.value()).value() == contentOf(merged.value()).value());
    }

    void itIsASnapshotOfItsMoment()
    {
        MadeReplica made;
        fill(made);
        MadeReplica thin;
        fill(thin);
        {
            const auto merged = open(made, Latest{});
            const ltx::EncodingSource file(merged.value().header, *merged.value().pages, 2);
            thin.storage.objects().clear();
            const auto put = LtxReplica(thin.storage)
                                 .put(kSnapshotLevel, {.minTxId = {1}, .maxTxId = {6}}, file,
                                      made.timeOf(6), {});
            QVERIFY(put.ok());
        }
        QCOMPARE(thin.storage.objects().size(), std::size_t{1});
        QVERIFY(contentAt(thin, Latest{}).value() == made.state(6));
    }

    void morePlannedThanCanBeOpenAtOnceIsMergedInStages()
    {
        MadeReplica made;
        const std::uint64_t last = 3 * ltx::kMaxMergeInputs;
        made.commit({1, 2, 3, 4, 5}, 5);
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            const auto size = static_cast<std::uint32_t>(5 + txId % 3);
            made.commit({static_cast<std::uint32_t>(1 + txId % 5), 6, 7}, size);
        }
        made.put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            made.put(0, txId, txId);
        }
        {
            const auto merged = open(made, Latest{});
            QVERIFY(merged.ok());
            QVERIFY(!scratchIsEmpty());
            QVERIFY(contentOf(merged.value()).value() == made.state(last));
            QVERIFY(contentOf(merged.value()).value() == made.state(last));
        }
        QVERIFY(scratchIsEmpty());
        // Damage is found before the last stage, and named all the same.
        const std::string name = segment(700);
        std::string& bytes = made.storage.objects().at(name).bytes;
        bytes[bytes.size() / 2] ^= 4;
        const auto merged = open(made, Latest{});
        QVERIFY(!merged.ok() && merged.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(merged.error().what).starts_with(name));
        QVERIFY(scratchIsEmpty());
    }

    void aFlippedByteIsFoundAndNamed()
    {
        MadeReplica made;
        fill(made);
        const Catalog catalog = openCatalog(made.storage, {}).value();
        for (const ObjectInfo& each : planRestore(catalog, Latest{}).value().objects) {
            std::string& bytes = made.storage.objects().at(each.name).bytes;
            for (std::size_t at = 0; at < bytes.size(); at += 7) {
                bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
                const auto content = contentAt(made, Latest{});
                QVERIFY(!content.ok() && content.error().code == ErrorCode::Damaged);
                QVERIFY2(inEnglish(content.error().what).find(each.name) != std::string::npos,
                         inEnglish(content.error().what).c_str());
                bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
            }
        }
        QVERIFY(contentAt(made, Latest{}).ok());
    }

    void whatDoesNotAddUpToTheDigestIsDamaged()
    {
        MadeReplica made;
        fill(made);
        const std::string name = segment(6);
        std::string& bytes = made.storage.objects().at(name).bytes;
        const ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(bytes))).value();
        std::string state = made.state(6);
        state[MadeReplica::kPageSize] = '!';
        bytes = MadeReplica::encoded(header, {2, 7}, state);
        const auto content = contentAt(made, Latest{});
        QVERIFY(!content.ok() && content.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(content.error().what).starts_with(name + ": "));
    }

    void aPageThatNoObjectHoldsIsDamaged()
    {
        MadeReplica made;
        made.hasDigests = false;
        fill(made);
        const std::string name = segment(5);
        std::string& bytes = made.storage.objects().at(name).bytes;
        const ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(bytes))).value();
        bytes = MadeReplica::encoded(header, {1, 4, 6, 7}, made.state(5));
        const auto content = contentAt(made, Latest{});
        QVERIFY(!content.ok() && content.error().code == ErrorCode::Damaged);
    }

    void anObjectThatFollowsAnotherStateIsNamed()
    {
        MadeReplica made;
        fill(made);
        const std::string name = segment(6);
        std::string& bytes = made.storage.objects().at(name).bytes;
        ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(bytes))).value();
        auto digests = *ltx::digestsOf(header);
        digests.before ^= 1;
        ltx::setDigests(header, digests);
        bytes = MadeReplica::encoded(header, {2, 7}, made.state(6));
        const auto merged = open(made, Latest{});
        QVERIFY(!merged.ok() && merged.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(merged.error().what).starts_with(name + " does not go on from "));
    }

    void aFullFileOfAnotherPageSizeNeedsNothingBelowIt()
    {
        MadeReplica made;
        fill(made);
        constexpr std::uint32_t kLarger = 2 * MadeReplica::kPageSize;
        const std::string state = made.state(6) + made.state(5);
        const ltx::Header header{.pageSizeBytes = kLarger,
                                 .pageCountAfter = 7,
                                 .minTxId = {7},
                                 .maxTxId = {7},
                                 .createdAt = made.timeOf(7),
                                 .walOffsetBytes = ltx::kNoWalOffset};
        const std::string name = segment(7);
        made.storage.objects()[name] = {
            .bytes = MadeReplica::encoded(header, {1, 2, 3, 4, 5, 6, 7}, state)};
        QVERIFY(contentAt(made, Latest{}).value() == state);
        // One that is not full cannot lie on what is there.
        made.storage.objects()[name] = {
            .bytes = MadeReplica::encoded(header, {1, 2, 3, 4, 5, 7}, state)};
        const auto merged = open(made, Latest{});
        QVERIFY(!merged.ok() && merged.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(merged.error().what).starts_with(name + " does not go on from "));
    }

    void withoutDigestsItSaysNone()
    {
        MadeReplica made;
        made.hasDigests = false;
        fill(made);
        const auto merged = open(made, Latest{});
        QVERIFY(contentOf(merged.value()).value() == made.state(6));
        QVERIFY(!ltx::digestsOf(merged.value().header));
    }

    void aStopEndsIt()
    {
        MadeReplica made;
        fill(made);
        std::stop_source stop;
        const auto merged = open(made, Latest{}, stop.get_token());
        stop.request_stop();
        QVERIFY(contentOf(merged.value()).error().code == ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestMergedPlan)
#include "tst_merged_plan.moc"
