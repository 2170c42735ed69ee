#include "core/ltx/header.h"
#include "core/ltx/state_digest.h"
#include "tests/support/ltx_samples.h"

#include <QTest>

#include <functional>

using namespace tidemark;
using namespace tidemark::ltx;

namespace {

using Bytes = HeaderBytes;

bool isRefused(const Bytes& bytes)
{
    const auto header = decodeHeader(bytes);
    return !header.ok() && header.error().code == ErrorCode::Damaged;
}

}  // namespace

class TestHeader : public QObject {
    Q_OBJECT

private slots:
    void everyFieldComesBack()
    {
        Header header = samples::header(4096);
        header.walOffsetBytes = 4152;
        header.walSizeBytes = 8240;
        header.walSalt1 = 0xdeadbeef;
        header.walSalt2 = 7;
        setDigests(header, {.before = 1, .after = 2});
        const auto decoded = decodeHeader(encodeHeader(header));
        QVERIFY(decoded.ok());
        QVERIFY(decoded.value() == header);
    }

    void theLayoutIsThatOfLtx()
    {
        const Bytes bytes = encodeHeader(samples::header(65536));
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(bytes.data()), 24).toHex(),
                 QByteArray("4c545831"
                            "00000002"
                            "00010000"
                            "00000064"
                            "0000000000000005"));
    }

    void nothingIsLostOfWhatOthersWrote()
    {
        Bytes bytes = encodeHeader(samples::header());
        for (std::size_t i = 80; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::byte>(i);
        }
        const auto decoded = decodeHeader(bytes);
        QVERIFY(decoded.ok());
        QVERIFY(encodeHeader(decoded.value()) == bytes);
        QVERIFY(!digestsOf(decoded.value()));
    }

    void readsFilesWithDatabaseChecksums()
    {
        Bytes bytes = encodeHeader(samples::header());
        bytes[7] = std::byte{0};
        QVERIFY(isRefused(bytes));
        bytes[40] = std::byte{0x80};
        const auto decoded = decodeHeader(bytes);
        QVERIFY(decoded.ok());
        QVERIFY(decoded.value().hasDatabaseChecksums);
        QCOMPARE(decoded.value().preApplyChecksum, std::uint64_t{1} << 63);
        QVERIFY(encodeHeader(decoded.value()) == bytes);
    }

    void refusesEveryShorterPrefix()
    {
        const Bytes bytes = encodeHeader(samples::header());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            QVERIFY(!decodeHeader(std::span(bytes).first(size)).ok());
        }
    }

    void refusesBrokenRules_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("value");
        QTest::newRow("magic") << 3 << int{'2'};
        QTest::newRow("an unknown flag") << 7 << 6;
        QTest::newRow("a high flag") << 4 << 0x80;
        QTest::newRow("page size 0") << 10 << 0;
        QTest::newRow("page size not a power of two") << 11 << 1;
        QTest::newRow("page size 256") << 10 << 1;
        QTest::newRow("page size 131072") << 9 << 2;
        QTest::newRow("no first transaction") << 23 << 0;
        QTest::newRow("last before first") << 31 << 4;
        QTest::newRow("a checksum that the flags deny") << 47 << 1;
        QTest::newRow("a negative WAL offset") << 48 << 0x80;
        QTest::newRow("a negative WAL size") << 56 << 0x80;
    }

    void refusesBrokenRules()
    {
        QFETCH(int, at);
        QFETCH(int, value);
        Bytes bytes = encodeHeader(samples::header());
        if (at == 9) {
            bytes[10] = std::byte{0};
        } else if (at == 10 && value == 1) {
            bytes[11] = std::byte{0};
        }
        bytes[static_cast<std::size_t>(at)] = static_cast<std::byte>(value);
        QVERIFY(isRefused(bytes));
    }

    void refusesSaltsOrSizeWithoutAnOffset()
    {
        for (const std::size_t at : {63u, 67u, 71u}) {
            Bytes bytes = encodeHeader(samples::header());
            bytes[55] = std::byte{0};
            QVERIFY(decodeHeader(bytes).ok());
            bytes[at] = std::byte{1};
            QVERIFY(isRefused(bytes));
        }
    }
};

QTEST_APPLESS_MAIN(TestHeader)
#include "tst_header.moc"
