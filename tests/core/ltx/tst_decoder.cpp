#include "core/base/crc64.h"
#include "core/ltx/decoder.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/state_digest.h"
#include "core/ltx/uvarint.h"
#include "tests/support/ltx_samples.h"

#include <lz4frame.h>
#include <QTest>

using namespace tidemark;
using namespace tidemark::ltx;
using samples::Pages;

namespace {

struct Decoded {
    Header header = {};
    Pages pages = {};
    bool operator==(const Decoded&) const = default;
};

Result<Decoded> decode(const std::string& bytes)
{
    const MemorySource file(bytes);
    TIDEMARK_TRY(const auto reader, file.open());
    Decoder decoder(*reader);
    Decoded decoded;
    TIDEMARK_TRY(decoded.header, decoder.readHeader());
    samples::Page page(decoded.header.pageSizeBytes);
    while (true) {
        TIDEMARK_TRY(const auto number, decoder.nextPage(page));
        if (!number) {
            break;
        }
        decoded.pages[*number] = page;
    }
    TIDEMARK_TRY_STATUS(decoder.finish());
    return decoded;
}

std::string bytesOf(std::uint64_t value, int width)
{
    std::string bytes;
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
        bytes += static_cast<char>((value >> shift) & 0xff);
    }
    return bytes;
}

/// A file put together by hand, to break one rule of it with all sums right, and to write what only
/// others write.
struct HandMade {
    struct Frame {
        std::uint32_t number = 0;
        samples::Page page = {};
        bool hasSize = true;
    };

    Header header = samples::header();
    std::vector<Frame> frames = {};
    std::uint64_t postApplyChecksum = 0;
    std::uint64_t indexStep = 0;  ///< Added to each offset in the index.
    std::string behindIndex = {};

    [[nodiscard]] std::string bytes() const
    {
        const HeaderBytes head = encodeHeader(header);
        std::string file(reinterpret_cast<const char*>(head.data()), head.size());
        std::string covered = file;
        std::string index;
        for (const Frame& frame : frames) {
            const std::string body = compressed(frame);
            std::string front = bytesOf(frame.number, 4) + bytesOf(frame.hasSize ? 1 : 0, 2);
            front += frame.hasSize ? bytesOf(body.size(), 4) : std::string();
            appendNumber(index, frame.number);
            appendNumber(index, file.size() + indexStep);
            appendNumber(index, front.size() + body.size());
            covered += front + std::string(reinterpret_cast<const char*>(frame.page.data()),
                                           frame.page.size());
            file += front + body;
        }
        index += '\0';
        index += behindIndex;
        const std::string end =
            std::string(6, '\0') + index + bytesOf(index.size(), 8) + bytesOf(postApplyChecksum, 8);
        Crc64 sum;
        covered += end;
        sum.update(std::as_bytes(std::span(covered)));
        return file + end + bytesOf(fileChecksumOf(sum.value()), 8);
    }

private:
    static void appendNumber(std::string& index, std::uint64_t value)
    {
        std::vector<std::byte> bytes;
        appendUvarint(bytes, value);
        index.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    static std::string compressed(const Frame& frame)
    {
        if (frame.hasSize) {
            std::vector<std::byte> whole;
            encodeFrame(1, frame.page, whole);
            return {reinterpret_cast<const char*>(whole.data()) + 10, whole.size() - 10};
        }
        LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
        preferences.frameInfo.blockSizeID = LZ4F_max4MB;
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
        std::string body(LZ4F_compressFrameBound(frame.page.size(), &preferences), '\0');
        body.resize(LZ4F_compressFrame(body.data(), body.size(), frame.page.data(),
                                       frame.page.size(), &preferences));
        return body;
    }
};

HandMade twoPages()
{
    return {.frames = {{.number = 2, .page = samples::page(512, 1)},
                       {.number = 9, .page = samples::page(512, 2)}}};
}

Pages content(const HandMade& file)
{
    Pages pages;
    for (const auto& frame : file.frames) {
        pages[frame.number] = frame.page;
    }
    return pages;
}

bool isDamaged(const Result<Decoded>& decoded)
{
    return !decoded.ok() && decoded.error().code == ErrorCode::Damaged;
}

}  // namespace

class TestDecoder : public QObject {
    Q_OBJECT

private slots:
    void handMadeFilesAreThoseOfTheEncoder()
    {
        const HandMade file = twoPages();
        QVERIFY(file.bytes() == samples::file(file.header, content(file)));
        QVERIFY(decode(file.bytes()).ok());
    }

    void readsOldFrames_data()
    {
        QTest::addColumn<int>("pageSizeBytes");
        QTest::newRow("512") << 512;
        QTest::newRow("4096") << 4096;
        QTest::newRow("65536") << 65536;
    }

    void readsOldFrames()
    {
        QFETCH(int, pageSizeBytes);
        const auto size = static_cast<std::uint32_t>(pageSizeBytes);
        samples::Page noise(size);
        SeededRandom random(1);
        for (auto& byte : noise) {
            byte = static_cast<std::byte>(random.next() & 0xff);
        }
        const HandMade file{.header = samples::header(size),
                            .frames = {{2, samples::page(size, 1), false},
                                       {3, noise, false},
                                       {9, samples::page(size, 2), true},
                                       {10, samples::Page(size), false}}};
        const auto decoded = decode(file.bytes());
        QVERIFY(decoded.ok());
        QVERIFY(decoded.value().pages == content(file));
    }

    void readsFilesWithDatabaseChecksums()
    {
        HandMade file = twoPages();
        file.header.hasDatabaseChecksums = true;
        file.header.preApplyChecksum = std::uint64_t{1} << 63 | 5;
        QVERIFY(isDamaged(decode(file.bytes())));
        file.postApplyChecksum = std::uint64_t{1} << 63 | 6;
        QVERIFY(decode(file.bytes()).ok());
    }

    void refusesADatabaseChecksumThatTheFlagsDeny()
    {
        HandMade file = twoPages();
        file.postApplyChecksum = std::uint64_t{1} << 63;
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesEveryShorterPrefix()
    {
        for (const bool hasSize : {true, false}) {
            HandMade file = twoPages();
            file.frames[1].hasSize = hasSize;
            const std::string bytes = file.bytes();
            for (std::size_t size = 0; size < bytes.size(); ++size) {
                QVERIFY(isDamaged(decode(bytes.substr(0, size))));
            }
        }
    }

    void refusesBytesBehindTheEnd() { QVERIFY(isDamaged(decode(twoPages().bytes() + '\0'))); }

    void aFlippedBitIsRefusedOrHarmless()
    {
        for (const bool hasSize : {true, false}) {
            HandMade file = twoPages();
            file.frames[0].hasSize = hasSize;
            const std::string bytes = file.bytes();
            const auto whole = decode(bytes);
            std::size_t harmless = 0;
            for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
                std::string flipped = bytes;
                flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
                const auto decoded = decode(flipped);
                if (decoded.ok()) {
                    QVERIFY(decoded.value() == whole.value());
                    ++harmless;
                }
            }
            // LZ4 can say the same in several ways, and nothing else in a file can.
            QVERIFY(harmless < bytes.size());
        }
    }

    void refusesPagesOutOfOrder()
    {
        HandMade file = twoPages();
        std::swap(file.frames[0], file.frames[1]);
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesAPageTwice()
    {
        HandMade file = twoPages();
        file.frames[1].number = 2;
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesPagesAboveTheSize()
    {
        HandMade file = twoPages();
        file.header.pageCountAfter = 8;
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesTheLockPage()
    {
        HandMade file = twoPages();
        file.header.pageCountAfter = lockPage(512) + 1;
        file.frames[1].number = lockPage(512);
        QVERIFY(isDamaged(decode(file.bytes())));
        file.frames[1].number = lockPage(512) + 1;
        QVERIFY(decode(file.bytes()).ok());
    }

    void refusesACompleteFileWithAHole()
    {
        HandMade file = twoPages();
        file.header.minTxId = {1};
        file.header.pageCountAfter = 2;
        file.frames[0].number = 1;
        file.frames[1].number = 2;
        QVERIFY(decode(file.bytes()).ok());
        file.header.pageCountAfter = 3;
        QVERIFY(isDamaged(decode(file.bytes())));
        file.frames[1].number = 3;
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesAnIndexOfOtherFrames()
    {
        HandMade file = twoPages();
        file.indexStep = 1;
        QVERIFY(isDamaged(decode(file.bytes())));
        file.indexStep = 0;
        file.behindIndex = "x";
        QVERIFY(isDamaged(decode(file.bytes())));
    }

    void refusesPagesOfAnotherSize()
    {
        for (const bool hasSize : {true, false}) {
            for (const std::size_t size : {511u, 513u, 5000u}) {
                HandMade file = twoPages();
                file.frames[0].page.resize(size);
                file.frames[0].hasSize = hasSize;
                QVERIFY(isDamaged(decode(file.bytes())));
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestDecoder)
#include "tst_decoder.moc"
