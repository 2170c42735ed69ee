#include "core/sqlite/file_header.h"

#include <QTest>

#include <cstring>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

using Header = std::array<std::byte, kFileHeaderSize>;

/// Of a database in WAL mode with pages of 4096 bytes.
Header good()
{
    Header bytes = {};
    std::memcpy(bytes.data(), "SQLite format 3", 16);
    const std::array<unsigned, 8> fields{0x10, 0, 2, 2, 0, 64, 32, 32};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        bytes[16 + i] = static_cast<std::byte>(fields[i]);
    }
    bytes[47] = std::byte{4};
    bytes[59] = std::byte{1};
    return bytes;
}

Header with(std::size_t at, std::initializer_list<unsigned> values)
{
    Header bytes = good();
    for (const unsigned value : values) {
        bytes[at++] = static_cast<std::byte>(value);
    }
    return bytes;
}

std::string refusal(const Header& bytes, ErrorCode code)
{
    const auto header = decodeFileHeader(bytes, "a.db");
    return !header.ok() && header.error().code == code ? inEnglish(header.error().what)
                                                       : std::string();
}

}  // namespace

class TestFileHeader : public QObject {
    Q_OBJECT

private slots:
    void aDatabaseIsDescribed()
    {
        const auto header = decodeFileHeader(good(), "a.db");
        QVERIFY(header.ok());
        QCOMPARE(header.value().pageSizeBytes, 4096U);
        QVERIFY(header.value().isWal);
        QVERIFY(!decodeFileHeader(with(18, {1, 1}), "a.db").value().isWal);
        QCOMPARE(decodeFileHeader(with(16, {0, 1}), "a.db").value().pageSizeBytes, 65536U);
    }

    void anEmptyDatabaseHasNeitherFormatNorEncoding()
    {
        Header bytes = with(47, {0});
        bytes[59] = std::byte{0};
        QVERIFY(decodeFileHeader(bytes, "a.db").ok());
    }

    void wal2IsRefusedByName()
    {
        QVERIFY(refusal(with(18, {3, 3}), ErrorCode::Unsupported).find("wal2") !=
                std::string::npos);
    }

    void everyOtherPairOfVersionsIsRefused()
    {
        for (unsigned write = 0; write < 256; ++write) {
            for (unsigned read = 0; read < 256; ++read) {
                const bool isKnown = write == read && (write == 1 || write == 2);
                QCOMPARE(decodeFileHeader(with(18, {write, read}), "a.db").ok(), isKnown);
            }
        }
        QVERIFY(refusal(with(18, {9, 9}), ErrorCode::Unsupported).find("version 9") !=
                std::string::npos);
    }

    void whatDoesNotBeginLikeADatabaseIsNone()
    {
        QVERIFY(!refusal(with(0, {'s'}), ErrorCode::Damaged).empty());
        QVERIFY(!refusal(with(15, {1}), ErrorCode::Damaged).empty());
    }

    void anEncryptedPageBehindAPlainFirstLineIsFound()
    {
        // SQLCipher with cipher_plaintext_header_size=32: noise from byte 32 on.
        Header bytes = good();
        for (std::size_t i = 32; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::byte>(i * 157 + 31);
        }
        QVERIFY(refusal(bytes, ErrorCode::Damaged).find("encrypted") != std::string::npos);
        QVERIFY(!refusal(with(44, {0, 0, 0, 5}), ErrorCode::Damaged).empty());
        QVERIFY(!refusal(with(56, {0, 0, 1, 0}), ErrorCode::Damaged).empty());
        QVERIFY(!refusal(with(21, {63}), ErrorCode::Damaged).empty());
    }
};

QTEST_APPLESS_MAIN(TestFileHeader)
#include "tst_file_header.moc"
