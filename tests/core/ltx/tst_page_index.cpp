#include "core/base/crc64.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/page_index.h"
#include "core/ltx/uvarint.h"
#include "tests/support/ltx_samples.h"

#include <QTest>

#include <limits>

using namespace tidemark;
using namespace tidemark::ltx;
using samples::Pages;

namespace {

std::span<const std::byte> bytesOf(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

Pages threePages()
{
    return {{2, samples::page(512, 1)}, {3, samples::page(512, 2)}, {99, samples::page(512, 3)}};
}

Result<std::vector<FrameAt>> indexOf(const std::string& file, const Header& header)
{
    TIDEMARK_TRY(const IndexPlace place, findIndex(bytesOf(file), file.size()));
    return decodePageIndex(bytesOf(file).subspan(place.offset), place, header);
}

/// An index by hand, for frames from byte 100 on that end where it begins.
struct HandMade {
    std::vector<std::byte> entries = {};
    std::uint64_t framesBytes = 0;

    HandMade& add(std::uint64_t number, std::uint64_t offset, std::uint64_t sizeBytes)
    {
        appendUvarint(entries, number);
        appendUvarint(entries, offset);
        appendUvarint(entries, sizeBytes);
        return *this;
    }

    [[nodiscard]] Result<std::vector<FrameAt>> decode(
        const Header& header = samples::header()) const
    {
        auto bytes = entries;
        bytes.push_back(std::byte{0});
        const std::uint64_t offset = kHeaderSize + framesBytes + kFrameHeadSize;
        return decodePageIndex(bytes,
                               {.offset = offset,
                                .sizeBytes = bytes.size(),
                                .fileSizeBytes = offset + bytes.size() + kIndexTailSize},
                               header);
    }
};

bool isDamaged(const Result<std::vector<FrameAt>>& index)
{
    return !index.ok() && index.error().code == ErrorCode::Damaged;
}

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

}  // namespace

class TestPageIndex : public QObject {
    Q_OBJECT

private slots:
    void everyPageIsFoundAlone()
    {
        const Pages pages = threePages();
        const std::string file = samples::file(samples::header(), pages);
        const auto index = indexOf(file, samples::header());
        QVERIFY(index.ok());
        QCOMPARE(index.value().size(), pages.size());
        for (const FrameAt& at : index.value()) {
            samples::Page page(512);
            const auto frame = bytesOf(file).subspan(at.offset, at.sizeBytes);
            const auto head = decodeFrame(frame, page);
            QVERIFY(head.ok());
            QCOMPARE(head.value().pageNumber, at.pageNumber);
            QVERIFY(page == pages.at(at.pageNumber));
        }
    }

    void sumsOfFramesCombineToTheFileChecksum()
    {
        const std::string file = samples::file(samples::header(), threePages());
        const auto place = findIndex(bytesOf(file), file.size()).value();
        Crc64 front;
        front.update(bytesOf(file).first(kHeaderSize));
        std::uint64_t sum = front.value();
        for (const FrameAt& at : indexOf(file, samples::header()).value()) {
            samples::Page page(512);
            const auto frame = bytesOf(file).subspan(at.offset, at.sizeBytes);
            QVERIFY(decodeFrame(frame, page).ok());
            Crc64 part;
            const std::size_t covered = coverFrame(part, frame, page);
            sum = crc64Combine(sum, part.value(), covered);
        }
        const auto end = bytesOf(file).subspan(place.offset - kFrameHeadSize);
        const auto coveredEnd = end.first(end.size() - kTrailerSize + kTrailerCoveredBytes);
        Crc64 back;
        back.update(coveredEnd);
        sum = crc64Combine(sum, back.value(), coveredEnd.size());
        const auto trailer = decodeTrailer(end.last(kTrailerSize), false);
        QVERIFY(trailer.ok());
        QCOMPARE(fileChecksumOf(sum), trailer.value().fileChecksum);
    }

    void theIndexOfNoPagesIsEmpty()
    {
        const auto index = indexOf(samples::file(samples::header(), {}), samples::header());
        QVERIFY(index.ok() && index.value().empty());
    }

    void aLongIndexIsReadInPieces()
    {
        Header header = samples::header();
        header.pageCountAfter = 30000;
        HandMade index;
        for (std::uint32_t number = 1; number <= 30000; ++number) {
            index.add(number, kHeaderSize + index.framesBytes, 20);
            index.framesBytes += 20;
        }
        QVERIFY(index.entries.size() > 3 * PageIndexReader::kPieceBytes);
        const auto frames = index.decode(header);
        QVERIFY(frames.ok());
        QCOMPARE(frames.value().size(), std::size_t{30000});
    }

    void findingRefusesWhatDoesNotFit()
    {
        const std::string file = samples::file(samples::header(), threePages());
        QVERIFY(!findIndex(bytesOf(file).last(kIndexTailSize - 1), file.size()).ok());
        const auto tail = bytesOf(file).last(kIndexTailSize);
        QVERIFY(findIndex(tail, file.size()).ok());
        QVERIFY(!findIndex(tail, kHeaderSize + kIndexTailSize).ok());
        for (const char byte : {'\x00', '\x7f', '\xff'}) {
            std::string broken(reinterpret_cast<const char*>(tail.data()), tail.size());
            std::fill_n(broken.begin(), 8, byte);
            QVERIFY(!findIndex(bytesOf(broken), file.size()).ok());
        }
    }

    void aFlippedBitNeverGivesAPlaceOutsideTheFrames()
    {
        const std::string file = samples::file(samples::header(), threePages());
        const auto place = findIndex(bytesOf(file), file.size()).value();
        for (std::uint64_t bit = 8 * place.offset; bit < 8 * (place.offset + place.sizeBytes);
             ++bit) {
            std::string flipped = file;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            const auto index = indexOf(flipped, samples::header());
            if (!index.ok()) {
                continue;
            }
            for (const FrameAt& at : index.value()) {
                QVERIFY(at.offset >= kHeaderSize);
                QVERIFY(at.offset + at.sizeBytes <= place.offset - kFrameHeadSize);
            }
        }
    }

    void aHandMadeIndexIsRight()
    {
        QVERIFY((HandMade{.framesBytes = 50}.add(1, 100, 20).add(7, 120, 30)).decode().ok());
    }

    void refusesHostileEntries()
    {
        const auto frames = [](std::uint64_t bytes) { return HandMade{.framesBytes = bytes}; };
        QVERIFY(isDamaged(frames(50).add(7, 100, 20).add(1, 120, 30).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, 20).add(1, 120, 30).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, 20).add(7, 121, 29).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, 20).add(7, 119, 31).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 101, 49).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, 49).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, 51).decode()));
        QVERIFY(isDamaged(frames(50).add(101, 100, 50).decode()));
        QVERIFY(isDamaged(frames(50).add((std::uint64_t{1} << 32) + 1, 100, 50).decode()));
        QVERIFY(isDamaged(frames(50).add(1, 100, kHuge).decode()));
        QVERIFY(isDamaged(frames(50).add(1, kHuge, 50).decode()));
        QVERIFY(isDamaged(frames(6).add(1, 100, 6).decode()));
        QVERIFY(isDamaged(frames(5000).add(1, 100, 5000).decode()));
        QVERIFY(isDamaged(frames(50).decode()));
    }

    void refusesNumbersThatNobodyWrites()
    {
        HandMade padded{.framesBytes = 20};
        padded.entries = {std::byte{0x81}, std::byte{0x00}, std::byte{100}, std::byte{20}};
        QVERIFY(isDamaged(padded.decode()));
        HandMade endless{.framesBytes = 20};
        endless.entries.assign(11, std::byte{0xff});
        QVERIFY(isDamaged(endless.decode()));
    }

    void refusesEntriesBehindTheZero()
    {
        HandMade index{.framesBytes = 20};
        index.add(1, 100, 20);
        index.entries.push_back(std::byte{0});
        QVERIFY(isDamaged(index.decode()));
    }

    void refusesAnIndexWithoutItsZero()
    {
        const std::vector<std::byte> entry{std::byte{1}, std::byte{100}, std::byte{20}};
        const IndexPlace place{
            .offset = 126, .sizeBytes = 3, .fileSizeBytes = 129 + kIndexTailSize};
        QVERIFY(isDamaged(decodePageIndex(entry, place, samples::header())));
    }

    void aReaderThatEndsEarlyIsDamage()
    {
        const MemorySource empty("");
        const auto bytes = empty.open();
        PageIndexReader reader(*bytes.value(),
                               {.offset = 126, .sizeBytes = 4, .fileSizeBytes = 154},
                               samples::header());
        QVERIFY(!reader.next().ok());
    }

    void aCompleteFileMustNameEveryPage()
    {
        Header header = samples::header();
        header.minTxId = {1};
        header.pageCountAfter = 2;
        QVERIFY((HandMade{.framesBytes = 40}.add(1, 100, 20).add(2, 120, 20)).decode(header).ok());
        QVERIFY(isDamaged((HandMade{.framesBytes = 20}.add(1, 100, 20)).decode(header)));
        QVERIFY(isDamaged((HandMade{.framesBytes = 20}.add(2, 100, 20)).decode(header)));
    }
};

QTEST_APPLESS_MAIN(TestPageIndex)
#include "tst_page_index.moc"
