// First: moc 6.4 cannot read <concepts> before another header of the standard library.
#include <array>
#include <limits>

#include "core/base/byte_order.h"

#include <QTest>

using namespace tidemark;

class TestByteOrder : public QObject {
    Q_OBJECT

private slots:
    void theMostSignificantByteComesFirst()
    {
        std::array<std::byte, 4> bytes{};
        storeBigEndian<std::uint32_t>(bytes, 0x01020304);
        QCOMPARE(bytes[0], std::byte{1});
        QCOMPARE(bytes[3], std::byte{4});
    }

    void whatIsStoredIsLoaded()
    {
        std::array<std::byte, 8> bytes{};
        for (const std::uint64_t value :
             {std::uint64_t{0}, std::uint64_t{0x80}, std::uint64_t{0xfedcba9876543210},
              std::numeric_limits<std::uint64_t>::max()}) {
            storeBigEndian<std::uint64_t>(bytes, value);
            QCOMPARE(loadBigEndian<std::uint64_t>(bytes), value);
        }
    }

    void twoBytesFitEveryPageSize()
    {
        std::array<std::byte, 2> bytes{};
        storeBigEndian<std::uint16_t>(bytes, 0x8001);
        QCOMPARE(bytes[0], std::byte{0x80});
        QCOMPARE(loadBigEndian<std::uint16_t>(bytes), std::uint16_t{0x8001});
    }

    void theCompilerCanDoItToo()
    {
        constexpr std::array<std::byte, 2> kBytes{std::byte{0x12}, std::byte{0x34}};
        static_assert(loadBigEndian<std::uint16_t>(kBytes) == 0x1234);
    }
};

QTEST_APPLESS_MAIN(TestByteOrder)
#include "tst_byte_order.moc"
