#include "core/sqlite/wal_reader.h"
#include "tests/core/sqlite/wal_maker.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

Result<WalRange> readAll(const WalMaker& log, std::uint64_t limit = kNoLimit)
{
    const MemoryFile file(log.bytes);
    return WalReader(file).read({.salts = log.index.salts}, log.index, limit);
}

/// Three transactions: pages 1 and 2, page 2, pages 3 and 1.
WalMaker example(WordOrder order = WordOrder::LittleEndian, std::uint32_t pageSize = 512)
{
    WalMaker log(order, pageSize);
    log.frame(1, 1).frame(2, 2, 2).frame(2, 3, 2).frame(3, 4).frame(1, 5, 3);
    return log;
}

}  // namespace

class TestWalReader : public QObject {
    Q_OBJECT

private slots:
    void newestFrameOfEachPageIsFoundInBothOrdersAndAllPageSizes()
    {
        for (const WordOrder order : {WordOrder::LittleEndian, WordOrder::BigEndian}) {
            for (std::uint32_t size = 512; size <= 65536; size *= 2) {
                const WalMaker log = example(order, size);
                const auto range = readAll(log);
                QVERIFY(range.ok());
                const std::vector<PageFrame> expected{{1, 5}, {2, 3}, {3, 4}};
                QVERIFY(range.value().pages == expected);
                QCOMPARE(range.value().commits, 3U);
                QCOMPARE(range.value().pageCount, 3U);
                QVERIFY(range.value().reachedEnd);
                QVERIFY(range.value().to.checksum == log.index.checksum);
                std::vector<std::byte> page(size);
                const MemoryFile file(log.bytes);
                QVERIFY(WalReader(file).readPage(5, page).ok());
                QVERIFY(std::ranges::all_of(page, [](std::byte b) { return b == std::byte{5}; }));
            }
        }
    }

    void readingGoesOnWhereItEnded()
    {
        WalMaker log;
        log.frame(1, 1, 1);
        const auto first = readAll(log);
        log.frame(2, 2, 2);
        const MemoryFile file(log.bytes);
        const auto second = WalReader(file).read(first.value().to, log.index, kNoLimit);
        QVERIFY(second.ok());
        const std::vector<PageFrame> expected{{2, 2}};
        QVERIFY(second.value().pages == expected);
        const auto none = WalReader(file).read(second.value().to, log.index, kNoLimit);
        QVERIFY(none.ok() && none.value().reachedEnd && none.value().to == none.value().from);
    }

    void limitCutsAtACommitAndNeverInsideATransaction()
    {
        const WalMaker log = example();
        const auto range = readAll(log, 1);
        QVERIFY(range.ok());
        QCOMPARE(range.value().to.frame, 2U);
        QVERIFY(!range.value().reachedEnd);
        const MemoryFile file(log.bytes);
        const auto rest = WalReader(file).read(range.value().to, log.index, kNoLimit);
        QVERIFY(rest.ok() && rest.value().reachedEnd);
        QCOMPARE(rest.value().commits, 2U);
    }

    void aTransactionLargerThanLimitAndBlockIsOneRange()
    {
        WalMaker log;
        constexpr std::uint32_t kPages = 5000;
        for (std::uint32_t page = 1; page <= kPages; ++page) {
            log.frame(page, static_cast<std::uint8_t>(page), page == kPages ? kPages : 0);
        }
        const auto range = readAll(log, 1000);
        QVERIFY(range.ok() && range.value().reachedEnd);
        QCOMPARE(range.value().pages.size(), std::size_t{kPages});
        QCOMPARE(range.value().commits, 1U);
    }

    void pagesAboveTheCommitAreDropped()
    {
        WalMaker log;
        log.frame(1, 1).frame(9, 2, 9).frame(1, 3, 1);
        const auto range = readAll(log);
        const std::vector<PageFrame> expected{{1, 3}};
        QVERIFY(range.ok() && range.value().pages == expected);
    }

    void aCommitBeyondMxFrameIsNotTaken()
    {
        WalMaker log;
        log.frame(1, 1, 1).frame(2, 2, 2, true);
        const auto range = readAll(log);
        QVERIFY(range.ok() && range.value().reachedEnd);
        QCOMPARE(range.value().to.frame, 1U);
    }

    void aTornTailBeyondMxFrameDoesNotMatter()
    {
        WalMaker log;
        log.frame(1, 1, 1);
        log.bytes.resize(log.bytes.size() + 100, std::byte{0xee});
        QVERIFY(readAll(log).ok());
    }

    void everyShorterPrefixIsDamaged()
    {
        const WalMaker log = example();
        for (std::size_t size = 0; size < log.bytes.size(); ++size) {
            WalMaker shorter = log;
            shorter.bytes.resize(size);
            const auto range = readAll(shorter);
            QVERIFY(!range.ok() && range.error().code == ErrorCode::Damaged);
        }
    }

    void everyFlippedByteIsDamaged()
    {
        const WalMaker log = example();
        for (std::size_t at = 0; at < log.bytes.size(); ++at) {
            WalMaker broken = log;
            broken.bytes[at] ^= std::byte{0x10};
            const auto range = readAll(broken);
            QVERIFY(!range.ok() && range.error().code == ErrorCode::Damaged);
        }
    }

    void anotherLogUnderTheSameIndexIsDamaged()
    {
        const WalMaker log = example();
        WalMaker restarted(WordOrder::LittleEndian, 512, 8);
        restarted.frame(1, 1).frame(2, 2, 2).frame(2, 3, 2).frame(3, 4).frame(1, 5, 3);
        const MemoryFile file(restarted.bytes);
        QVERIFY(!WalReader(file).read({.salts = log.index.salts}, log.index, kNoLimit).ok());
        QVERIFY(!WalReader(file)
                     .read(
                         readAll(log).value().to,
                         [&] {
                             WalIndexHeader longer = log.index;
                             longer.mxFrame += 1;
                             return longer;
                         }(),
                         kNoLimit)
                     .ok());
    }

    void aMovedOrUnequalEndIsDamaged()
    {
        const WalMaker log = example();
        const MemoryFile file(log.bytes);
        WalPosition end = readAll(log).value().to;
        WalIndexHeader shorter = log.index;
        shorter.mxFrame = 3;
        QVERIFY(!WalReader(file).read(end, shorter, kNoLimit).ok());
        end.checksum.first += 1;
        QVERIFY(!WalReader(file).read(end, log.index, kNoLimit).ok());
        WalIndexHeader uncommitted = log.index;
        uncommitted.mxFrame = 4;
        QVERIFY(!WalReader(file).read({.salts = end.salts}, uncommitted, kNoLimit).ok());
    }

    void anEmptyLogHasNothingNewWhateverTheFileHolds()
    {
        WalIndexHeader empty;
        empty.pageSizeBytes = 512;
        const MemoryFile file({});
        const auto range = WalReader(file).read({}, empty, kNoLimit);
        QVERIFY(range.ok() && range.value().reachedEnd && range.value().pages.empty());
        QVERIFY(WalReader(file).header().error().code == ErrorCode::NotFound);
    }

    void whatALogHasIsFoundWithoutAnIndex()
    {
        for (const WordOrder order : {WordOrder::LittleEndian, WordOrder::BigEndian}) {
            for (std::uint32_t size = 512; size <= 65536; size *= 2) {
                const WalMaker log = example(order, size);
                const MemoryFile file(log.bytes);
                const auto all = WalReader(file).recover();
                QVERIFY(all.ok());
                QVERIFY(all.value().to == readAll(log).value().to);
                QVERIFY(all.value().pages == readAll(log).value().pages);
                QCOMPARE(all.value().pageCount, 3U);
                QCOMPARE(all.value().commits, 3U);
            }
        }
    }

    void recoveryEndsAtTheLastWholeCommit()
    {
        const WalMaker whole = example();
        for (std::size_t size = 0; size < whole.bytes.size(); ++size) {
            const MemoryFile file(
                {whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(size)});
            const auto found = WalReader(file).recover();
            QVERIFY(found.ok());
            const std::size_t frames =
                size < kWalHeaderSize ? 0 : (size - kWalHeaderSize) / (kFrameHeaderSize + 512);
            const std::uint32_t expected = frames >= 3 ? 3 : (frames == 2 ? 2 : 0);
            QCOMPARE(found.value().to.frame, expected);
            QCOMPARE(found.value().pageCount, expected == 0 ? 0U : 2U);
            QVERIFY(std::ranges::all_of(found.value().pages, [expected](const PageFrame& each) {
                return each.frame <= expected;
            }));
        }
    }

    void framesOfALogBeforeAreNotOfThisOne()
    {
        WalMaker log(WordOrder::LittleEndian, 512, 8);
        log.frame(1, 1, 1);
        const WalMaker before = example();
        log.bytes.insert(log.bytes.end(),
                         before.bytes.begin() + static_cast<std::ptrdiff_t>(log.bytes.size()),
                         before.bytes.end());
        const MemoryFile file(log.bytes);
        QCOMPARE(WalReader(file).recover().value().to.frame, 1U);
        const MemoryFile other(std::vector<std::byte>(5000, std::byte{1}));
        QCOMPARE(WalReader(other).recover().value().to.frame, 0U);
    }

    void aPositionIsHeldOnlyByItsOwnLog()
    {
        const WalMaker log = example();
        const MemoryFile file(log.bytes);
        const WalReader reader(file);
        const WalPosition end = readAll(log).value().to;
        QVERIFY(reader.holds(end, log.index).value());
        const WalPosition middle = readAll(log, 1).value().to;
        QVERIFY(reader.holds(middle, log.index).value());
        WalPosition other = middle;
        other.checksum.second += 1;
        QVERIFY(!reader.holds(other, log.index).value());
        other = middle;
        other.salts.bytes[0] ^= std::byte{1};
        QVERIFY(!reader.holds(other, log.index).value());
        other = middle;
        other.frame = 99;
        QVERIFY(!reader.holds(other, log.index).value());
    }
};

QTEST_GUILESS_MAIN(TestWalReader)
#include "tst_wal_reader.moc"
