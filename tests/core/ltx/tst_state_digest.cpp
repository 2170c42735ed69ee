#include "core/ltx/state_digest.h"
#include "tests/support/ltx_samples.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::ltx;

class TestStateDigest : public QObject {
    Q_OBJECT

private slots:
    void swappedPagesAreNotTheSame()
    {
        const auto a = samples::page(512, 1);
        const auto b = samples::page(512, 2);
        QVERIFY(pageHash(1, a) + pageHash(2, b) != pageHash(1, b) + pageHash(2, a));
    }

    void theHashIsTheSameOnEveryMachine()
    {
        const samples::Page zeros(512);
        QCOMPARE(pageHash(1, zeros), std::uint64_t{0x8a3b11577f6f69db});
    }

    void theLockPageHoldsByte0x40000000()
    {
        QCOMPARE(lockPage(512), 2097153u);
        QCOMPARE(lockPage(4096), 262145u);
        QCOMPARE(lockPage(65536), 16385u);
    }

    void digestsLieInTheReservedBytes()
    {
        Header header = samples::header();
        QVERIFY(!digestsOf(header));
        const DigestPair digests{.before = 0x0102030405060708, .after = ~std::uint64_t{0}};
        setDigests(header, digests);
        QVERIFY(digestsOf(header) == digests);
        const QByteArray reserved(reinterpret_cast<const char*>(header.reserved.data()), 20);
        QCOMPARE(reserved.toHex(), QByteArray("54444d31"
                                              "0102030405060708"
                                              "ffffffffffffffff"));
    }
};

QTEST_APPLESS_MAIN(TestStateDigest)
#include "tst_state_digest.moc"
