#include "core/sqlite/wal_format.h"
#include "tests/core/sqlite/wal_maker.h"

#include "core/base/random.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::sqlite;

class TestWalFormat : public QObject {
    Q_OBJECT

private slots:
    void checksumIsThatOfTheFormatInBothOrders()
    {
        SeededRandom random(1);
        std::vector<std::byte> bytes(4096 + 8 * 9);
        for (std::byte& byte : bytes) {
            byte = static_cast<std::byte>(random.next());
        }
        for (const WordOrder order : {WordOrder::LittleEndian, WordOrder::BigEndian}) {
            for (std::size_t size = 0; size <= bytes.size(); size += 8) {
                const auto part = std::span(bytes).first(size);
                QVERIFY(addToChecksum({1, 2}, order, part) == plainChecksum({1, 2}, order, part));
            }
        }
    }

    void headerOfEveryPageSizeAndOrderIsRead()
    {
        for (const WordOrder order : {WordOrder::LittleEndian, WordOrder::BigEndian}) {
            for (std::uint32_t size = 512; size <= 65536; size *= 2) {
                const WalMaker log(order, size);
                const auto header = decodeWalHeader(std::span(log.bytes).first<kWalHeaderSize>());
                QVERIFY(header.ok());
                QCOMPARE(header.value().pageSizeBytes, size);
                QVERIFY(header.value().order == order);
                QCOMPARE(header.value().checkpointSequence, 3U);
                QVERIFY(header.value().salts == log.index.salts);
            }
        }
    }

    void headerRefusesEveryFlippedBit()
    {
        const WalMaker log;
        for (std::size_t bit = 0; bit < kWalHeaderSize * 8; ++bit) {
            auto bytes = log.bytes;
            bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
            const auto header = decodeWalHeader(std::span(bytes).first<kWalHeaderSize>());
            QVERIFY(!header.ok());
            QVERIFY(header.error().code == ErrorCode::Damaged);
        }
    }

    void headerOfAnotherVersionIsUnsupported()
    {
        WalMaker log;
        log.put(4, 3007001);
        log.signHeader();
        const auto header = decodeWalHeader(std::span(log.bytes).first<kWalHeaderSize>());
        QVERIFY(!header.ok() && header.error().code == ErrorCode::Unsupported);
    }

    void headerWithAnImpossiblePageSizeIsDamaged()
    {
        for (const std::uint32_t size : {0U, 1U, 256U, 1000U, 131072U}) {
            WalMaker log;
            log.put(8, size);
            log.signHeader();
            const auto header = decodeWalHeader(std::span(log.bytes).first<kWalHeaderSize>());
            QVERIFY(!header.ok() && header.error().code == ErrorCode::Damaged);
        }
    }
};

QTEST_GUILESS_MAIN(TestWalFormat)
#include "tst_wal_format.moc"
