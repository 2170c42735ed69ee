#include "core/storage/range_reader.h"

#include <QTest>

#include <atomic>
#include <cstring>
#include <map>
#include <mutex>

using namespace tidemark;
using namespace tidemark::storage;

class TestRangeReader : public QObject {
    Q_OBJECT

    /// An object whose bytes tell their place.
    struct Object {
        std::uint64_t sizeBytes = 0;
        std::atomic<int> requests{0};
        std::atomic<std::uint64_t> brokenFrom = UINT64_MAX;

        [[nodiscard]] FetchPiece fetch()
        {
            return [this](std::uint64_t offset, std::uint64_t length,
                          const std::stop_token& stop) -> Result<Piece> {
                ++requests;
                if (stop.stop_requested()) {
                    return cancelled();
                }
                if (offset >= brokenFrom.load()) {
                    return Error{.code = ErrorCode::Unavailable,
                                 .what = {TIDEMARK_TEXT("test", "away")}};
                }
                const std::uint64_t end = std::min(sizeBytes, offset + length);
                Piece piece{.totalBytes = sizeBytes};
                piece.bytes.resize(end - std::min(end, offset));
                for (std::size_t i = 0; i < piece.bytes.size(); ++i) {
                    piece.bytes[i] = byteAt(offset + i);
                }
                return piece;
            };
        }

        static std::byte byteAt(std::uint64_t at) { return static_cast<std::byte>(at * 31 % 253); }
    };

    /// The bytes that came, or where they were wrong, or the failure.
    static QString read(ByteReader& reader, std::uint64_t from, std::uint64_t expected)
    {
        std::vector<std::byte> piece(300'000);
        std::uint64_t at = from;
        for (;;) {
            const auto got = reader.read(piece);
            if (!got.ok()) {
                return "failed: " + QString::fromStdString(inEnglish(got.error().what));
            }
            if (got.value() == 0) {
                return at - from == expected ? "right" : "too few";
            }
            for (std::size_t i = 0; i < got.value(); ++i, ++at) {
                if (piece[i] != Object::byteAt(at)) {
                    return "wrong at " + QString::number(at);
                }
            }
        }
    }

    ReadAhead m_ahead{std::size_t{32} << 20};

private slots:
    void everyPieceIsInItsPlace_data()
    {
        QTest::addColumn<quint64>("size");
        QTest::addColumn<quint64>("offset");
        QTest::addColumn<quint64>("length");
        QTest::addColumn<quint64>("expected");
        const quint64 all = UINT64_MAX;
        const quint64 mib = 1 << 20;
        QTest::newRow("small") << quint64{100} << quint64{0} << all << quint64{100};
        QTest::newRow("empty") << quint64{0} << quint64{0} << all << quint64{0};
        QTest::newRow("behind the end") << quint64{10} << quint64{50} << all << quint64{0};
        QTest::newRow("a part") << 9 * mib << quint64{5} << quint64{1000} << quint64{1000};
        QTest::newRow("a part up to the end")
            << quint64{100} << quint64{90} << quint64{50} << quint64{10};
        QTest::newRow("large") << 13 * mib + 7 << quint64{0} << all << 13 * mib + 7;
        QTest::newRow("large from its middle") << 13 * mib << 6 * mib + 3 << all << 7 * mib - 3;
        QTest::newRow("just the first piece") << mib << quint64{0} << all << mib;
        QTest::newRow("a byte more") << mib + 1 << quint64{0} << all << mib + 1;
        QTest::newRow("a long part of known length")
            << 14 * mib << quint64{1} << 10 * mib << 10 * mib;
    }
    void everyPieceIsInItsPlace()
    {
        QFETCH(quint64, size);
        QFETCH(quint64, offset);
        QFETCH(quint64, length);
        QFETCH(quint64, expected);
        Object object{.sizeBytes = size};
        auto reader = readByRanges(object.fetch(), m_ahead, offset, length, {});
        QVERIFY(reader.ok());
        QCOMPARE(read(*reader.value(), offset, expected), QString("right"));
    }

    void aSmallObjectCostsOneRequest()
    {
        Object object{.sizeBytes = 500'000};
        QVERIFY(readByRanges(object.fetch(), m_ahead, 0, UINT64_MAX, {}).ok());
        QCOMPARE(object.requests.load(), 1);
    }

    void whenNothingMayBeReadAheadItGoesOnInSmallPieces()
    {
        ReadAhead none(0);
        Object object{.sizeBytes = 5'000'000};
        auto reader = readByRanges(object.fetch(), none, 0, UINT64_MAX, {});
        QCOMPARE(read(*reader.value(), 0, 5'000'000), QString("right"));
    }

    void whatWasReadAheadIsGivenBack()
    {
        ReadAhead ahead(8 << 20);
        Object object{.sizeBytes = 40'000'000};
        {
            auto reader = readByRanges(object.fetch(), ahead, 0, UINT64_MAX, {});
            std::byte one{};
            QVERIFY(reader.value()->read(std::span(&one, 1)).ok());
        }
        QVERIFY(ahead.take(8 << 20));
    }

    void aFailureInTheMiddleIsAFailure()
    {
        Object object{.sizeBytes = 40'000'000};
        object.brokenFrom = 9'000'000;
        auto reader = readByRanges(object.fetch(), m_ahead, 0, UINT64_MAX, {});
        QCOMPARE(read(*reader.value(), 0, 0), QString("failed: away"));
        // And stays one: what lies behind is there, and would pass for what comes next.
        object.brokenFrom = UINT64_MAX;
        QCOMPARE(read(*reader.value(), 0, 0), QString("failed: away"));
    }

    void anObjectThatChangesItsSizeIsAFailure()
    {
        Object object{.sizeBytes = 40'000'000};
        ReadAhead none(0);
        auto reader = readByRanges(object.fetch(), none, 0, UINT64_MAX, {});
        object.sizeBytes = 30'000'000;
        QVERIFY(read(*reader.value(), 0, 0).startsWith("failed"));
    }

    void whoStopsGetsNothingMore()
    {
        std::stop_source stop;
        Object object{.sizeBytes = 40'000'000};
        auto reader = readByRanges(object.fetch(), m_ahead, 0, UINT64_MAX, stop.get_token());
        stop.request_stop();
        std::byte one{};
        QCOMPARE(reader.value()->read(std::span(&one, 1)).error().code, ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestRangeReader)
#include "tst_range_reader.moc"
