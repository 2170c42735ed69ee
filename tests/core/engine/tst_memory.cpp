#include "core/base/posix_file_system.h"
#include "core/engine/memory.h"
#include "core/engine/segment_writer.h"
#include "core/ltx/state_digest.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

constexpr std::uint32_t kPageSize = 512;

/// What an earlier run may leave: hashes, spool and state, each as far as a test says.
struct Leftovers {
    explicit Leftovers(const QString& folder)
        : spool(files, random, folder.toStdString() + "/spool"),
          checksumsPath(folder.toStdString() + "/pages.crc"),
          statePath(folder.toStdString() + "/state.db")
    {
        QDir(folder).mkpath("spool");
        state = state::StateDb::open(files, statePath).value();
        checksums.resize(1);
        static_cast<void>(spool.open());
    }

    /// Captures transactions up to `last`: each changes page 1.
    void captureUpTo(std::uint64_t last)
    {
        for (; txId < last; ++txId) {
            const ltx::TxId next{txId + 1};
            const auto fill = static_cast<std::byte>(next.value);
            const auto written = writeSegment(
                spool, checksums,
                {.header = {.pageSizeBytes = kPageSize,
                            .pageCountAfter = 1,
                            .minTxId = next,
                            .maxTxId = next,
                            .createdAt = Timestamp(std::chrono::milliseconds(next.value)),
                            .walOffsetBytes = ltx::kNoWalOffset},
                 .pages = {1},
                 .read = [fill](std::uint32_t, std::span<std::byte> into) -> Status {
                     std::ranges::fill(into, fill);
                     return {};
                 }});
            QVERIFY(written.ok());
        }
    }
    void saveHashes() const
    {
        QVERIFY(state::saveChecksums(files, checksumsPath, {txId}, checksums).ok());
    }
    void saveState() const
    {
        QVERIFY(state
                    ->record({.txId = {txId},
                              .time = Timestamp(std::chrono::milliseconds(txId)),
                              .digest = checksums.digest(),
                              .pageSizeBytes = kPageSize,
                              .pageCount = 1},
                             std::nullopt)
                    .ok());
    }
    [[nodiscard]] std::optional<Remembered> recalled() const
    {
        return recall(files, checksumsPath, *state, spool).value();
    }

    mutable PosixFileSystem files;
    SeededRandom random{1};
    Spool spool;
    std::string checksumsPath;
    std::string statePath;
    std::unique_ptr<state::StateDb> state;
    state::PageChecksums checksums{kPageSize};
    std::uint64_t txId = 0;
};

}  // namespace

class TestMemory : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_left = std::make_unique<Leftovers>(m_folder->path());
    }

    void nothingIsRememberedAtFirst() { QVERIFY(!m_left->recalled()); }

    void hashesAreBroughtUpToTheStateBySpooledSegments()
    {
        m_left->captureUpTo(3);
        m_left->saveHashes();
        m_left->captureUpTo(9);
        m_left->saveState();
        const auto remembered = m_left->recalled();
        QCOMPARE(remembered->source.txId.value, std::uint64_t{9});
        QVERIFY(remembered->positionHolds);
        QVERIFY(remembered->checksums == m_left->checksums);
    }

    void aStateBehindTheSyncedHashesGivesNoNumberTwice()
    {
        m_left->captureUpTo(4);
        m_left->saveState();
        m_left->captureUpTo(9);
        m_left->saveHashes();
        QVERIFY(m_left->spool.removeUpTo({9}).ok());
        const auto remembered = m_left->recalled();
        QCOMPARE(remembered->source.txId.value, std::uint64_t{9});
        QVERIFY(!remembered->positionHolds);
        QVERIFY(remembered->checksums == m_left->checksums);
    }

    void aStateBehindTheSpoolGivesNoNumberTwice()
    {
        m_left->captureUpTo(2);
        m_left->saveHashes();
        m_left->saveState();
        m_left->captureUpTo(5);
        const auto remembered = m_left->recalled();
        QCOMPARE(remembered->source.txId.value, std::uint64_t{5});
        QVERIFY(!remembered->positionHolds);
        QVERIFY(remembered->checksums == m_left->checksums);
        QCOMPARE(remembered->source.time.time_since_epoch().count(), 5);
    }

    void aLostStateIsMadeUpForByTheSpool()
    {
        m_left->captureUpTo(3);
        m_left->saveHashes();
        m_left->captureUpTo(6);
        const auto remembered = m_left->recalled();
        QVERIFY(remembered && !remembered->hasState);
        QCOMPARE(remembered->source.txId.value, std::uint64_t{6});
        QVERIFY(!remembered->positionHolds);
        QVERIFY(remembered->checksums == m_left->checksums);
    }

    void withoutHashesEverythingIsReadAnew()
    {
        m_left->captureUpTo(6);
        m_left->saveState();
        const auto remembered = m_left->recalled();
        QCOMPARE(remembered->source.txId.value, std::uint64_t{6});
        QVERIFY(!remembered->positionHolds);
        QCOMPARE(remembered->checksums.pageCount(), std::uint32_t{0});
    }

    void aHoleInTheSpoolIsNotBridged()
    {
        m_left->captureUpTo(3);
        m_left->saveHashes();
        m_left->captureUpTo(4);
        QVERIFY(m_left->spool.removeUpTo({4}).ok());
        m_left->captureUpTo(6);
        m_left->saveState();
        const auto remembered = m_left->recalled();
        QCOMPARE(remembered->source.txId.value, std::uint64_t{6});
        QVERIFY(!remembered->positionHolds);
        QCOMPARE(remembered->checksums.pageCount(), std::uint32_t{0});
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Leftovers> m_left;
};

QTEST_APPLESS_MAIN(TestMemory)
#include "tst_memory.moc"
