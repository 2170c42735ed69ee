#include "core/base/memory_stream.h"

#include <QTest>

using namespace tidemark;

namespace {

std::string readAll(ByteReader& reader, std::size_t pieceBytes)
{
    std::string text;
    std::vector<std::byte> piece(pieceBytes);
    for (;;) {
        const std::size_t got = reader.read(piece).value();
        if (got == 0) {
            return text;
        }
        text.append(reinterpret_cast<const char*>(piece.data()), got);
    }
}

Status write(MemorySink& sink, std::string_view text)
{
    return sink.write(std::as_bytes(std::span(text)));
}

}  // namespace

class TestMemoryStream : public QObject {
    Q_OBJECT

private slots:
    void piecesOfAnySizeGiveTheWhole()
    {
        const MemorySource source("the whole story");
        for (const std::size_t pieceBytes : {1u, 4u, 15u, 100u}) {
            QCOMPARE(readAll(*source.open().value(), pieceBytes), std::string("the whole story"));
        }
    }

    void eachReaderBeginsAtTheFirstByte()
    {
        const MemorySource source("again");
        const auto first = source.open().value();
        QCOMPARE(readAll(*first, 2), std::string("again"));
        QCOMPARE(readAll(*source.open().value(), 2), std::string("again"));
    }

    void theSizeIsKnown()
    {
        QCOMPARE(MemorySource("12345").sizeBytes(), std::optional<std::uint64_t>(5));
        QCOMPARE(MemorySource("").sizeBytes(), std::optional<std::uint64_t>(0));
    }

    void theEndStaysTheEnd()
    {
        const auto reader = MemorySource("").open().value();
        std::byte byte{};
        QCOMPARE(reader->read(std::span(&byte, 1)).value(), std::size_t{0});
        QCOMPARE(reader->read(std::span(&byte, 1)).value(), std::size_t{0});
    }

    void aSinkTakesExactlyItsLimit()
    {
        MemorySink sink(5);
        QVERIFY(write(sink, "123").ok());
        QVERIFY(write(sink, "45").ok());
        QCOMPARE(sink.bytes(), std::string_view("12345"));
    }

    void aSinkRefusesOneByteMore()
    {
        MemorySink sink(5);
        QVERIFY(write(sink, "1234").ok());
        QCOMPARE(write(sink, "56").error().code, ErrorCode::Unsupported);
    }
};

QTEST_APPLESS_MAIN(TestMemoryStream)
#include "tst_memory_stream.moc"
