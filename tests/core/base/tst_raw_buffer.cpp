#include "core/base/raw_buffer.h"

#include <QTest>

#include <span>

using namespace tidemark;

class TestRawBuffer : public QObject {
    Q_OBJECT

private slots:
    void whatItHasStaysWhenItGrows()
    {
        RawBuffer buffer(3);
        std::ranges::fill(buffer, std::byte{7});
        for (std::size_t size = 4; size < 5000; size *= 3) {
            buffer.resize(size);
            QCOMPARE(buffer.size(), size);
            QCOMPARE(std::span(std::as_const(buffer)).size(), size);
            QVERIFY(std::ranges::count(std::span(buffer).first(3), std::byte{7}) == 3);
        }
    }

    void whatItHadIsKeptForTheNext()
    {
        RawBuffer buffer(1000);
        const std::byte* const before = buffer.data();
        buffer.clear();
        QCOMPARE(buffer.size(), std::size_t{0});
        buffer.resize(1000);
        QVERIFY(buffer.data() == before);
    }

    void anEmptyOneCanBeGrown()
    {
        RawBuffer buffer;
        QVERIFY(std::span(buffer).empty());
        buffer.resize(0);
        buffer.resize(1);
        QCOMPARE(buffer.size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestRawBuffer)
#include "tst_raw_buffer.moc"
