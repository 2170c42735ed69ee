#include "core/sqlite/wal_index.h"
#include "tests/core/sqlite/wal_maker.h"

#include <QTest>

#include <array>
#include <bit>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

using Index = std::array<std::uint32_t, 34>;

constexpr WordOrder kNative =
    std::endian::native == std::endian::little ? WordOrder::LittleEndian : WordOrder::BigEndian;

void sign(Index& index)
{
    const WalChecksum sum = plainChecksum({}, kNative, std::as_bytes(std::span(index).first<10>()));
    index[10] = sum.first;
    index[11] = sum.second;
    std::copy_n(index.begin(), 12, index.begin() + 12);
}

/// Four frames of pages of 65536 bytes, two of them backfilled.
Index example()
{
    Index index = {};
    index[0] = 3007000;
    index[2] = 9;
    const std::array<std::uint8_t, 4> form{1, 1, 1, 0};
    index[3] = std::bit_cast<std::uint32_t>(form);
    index[4] = 4;
    index[5] = 11;
    index[6] = 0x01020304;
    index[7] = 0x05060708;
    index[8] = 0x11111111;
    index[9] = 0x22222222;
    index[24] = 2;
    sign(index);
    return index;
}

}  // namespace

class TestWalIndex : public QObject {
    Q_OBJECT

private slots:
    void fieldsAreWhereSqliteHasThem()
    {
        const Index index = example();
        const auto header = readWalIndexHeader(index.data());
        QVERIFY(header.ok());
        QCOMPARE(header.value().changeCounter, 9U);
        QCOMPARE(header.value().pageSizeBytes, 65536U);
        QVERIFY(header.value().order == WordOrder::BigEndian);
        QCOMPARE(header.value().mxFrame, 4U);
        QCOMPARE(header.value().pageCount, 11U);
        QVERIFY((header.value().checksum == WalChecksum{0x01020304, 0x05060708}));
        QCOMPARE(header.value().backfilled, 2U);
    }

    void everyFlippedBitOfEitherCopyIsBusy()
    {
        for (std::size_t bit = 0; bit < 24 * 32; ++bit) {
            Index index = example();
            index[bit / 32] ^= 1U << bit % 32;
            const auto header = readWalIndexHeader(index.data());
            QVERIFY(!header.ok() && header.error().code == ErrorCode::Busy);
        }
    }

    void equalCopiesWithAWrongChecksumAreBusy()
    {
        Index index = example();
        index[4] = index[16] = 5;
        const auto header = readWalIndexHeader(index.data());
        QVERIFY(!header.ok() && header.error().code == ErrorCode::Busy);
    }

    void anIndexThatIsNotSetUpIsBusy()
    {
        const Index index = {};
        const auto header = readWalIndexHeader(index.data());
        QVERIFY(!header.ok() && header.error().code == ErrorCode::Busy);
    }

    void oneThatWasMadeInvalidIsNotSetUp()
    {
        Index index = example();
        invalidateWalIndex(index.data());
        const auto header = readWalIndexHeader(index.data());
        QVERIFY(!header.ok() && header.error().code == ErrorCode::Busy);
        QVERIFY(
            std::ranges::all_of(std::span(index).first<24>(), [](auto word) { return word == 0; }));
    }

    void anotherVersionIsUnsupported()
    {
        Index index = example();
        index[0] = 3007001;
        sign(index);
        const auto header = readWalIndexHeader(index.data());
        QVERIFY(!header.ok() && header.error().code == ErrorCode::Unsupported);
    }
};

QTEST_GUILESS_MAIN(TestWalIndex)
#include "tst_wal_index.moc"
