#include "core/ltx/decoder.h"
#include "core/ltx/encoding_source.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "tests/support/ltx_samples.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::ltx;
using samples::MemoryPages;
using samples::Pages;

namespace {

/// The pages of the file, or nothing if it is not whole.
std::optional<Pages> pagesOf(const std::string& bytes)
{
    const MemorySource file(bytes);
    auto reader = FilePages(file).open();
    if (!reader.ok()) {
        return std::nullopt;
    }
    Pages pages;
    PageBatch batch;
    while (true) {
        const auto any = reader.value()->next(batch);
        if (!any.ok()) {
            return std::nullopt;
        }
        if (!any.value()) {
            return pages;
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto page = batch.page(i);
            pages[batch.numbers[i]].assign(page.begin(), page.end());
        }
    }
}

Result<std::string> readAll(const ByteSource& source, std::size_t pieceBytes)
{
    TIDEMARK_TRY(const auto reader, source.open());
    std::string all;
    std::string piece(pieceBytes, '\0');
    while (true) {
        TIDEMARK_TRY(const std::size_t size,
                     reader->read(std::as_writable_bytes(std::span(piece))));
        if (size == 0) {
            return all;
        }
        all.append(piece, 0, size);
    }
}

Header complete(std::uint32_t pageSizeBytes, std::uint32_t pageCount)
{
    Header header = samples::header(pageSizeBytes);
    header.minTxId = {1};
    header.pageCountAfter = pageCount;
    return header;
}

Pages somePages(std::uint32_t pageSizeBytes, std::uint32_t count)
{
    Pages pages;
    for (std::uint32_t number = 1; number <= count; ++number) {
        pages[number] = samples::page(pageSizeBytes, number);
    }
    return pages;
}

class FailingPages final : public PageSource {
public:
    [[nodiscard]] Result<std::unique_ptr<PageReader>> open() const override
    {
        return std::unique_ptr<PageReader>(std::make_unique<Reader>());
    }

private:
    class Reader final : public PageReader {
    public:
        [[nodiscard]] Result<bool> next(PageBatch& batch) override
        {
            batch.reset(512);
            if (++m_calls == 20) {
                return Error{.code = ErrorCode::Io};
            }
            for (; batch.hasRoom(); ++m_number) {
                batch.append(m_number);
            }
            return true;
        }

    private:
        int m_calls = 0;
        std::uint32_t m_number = 1;
    };
};

}  // namespace

class TestEncoder : public QObject {
    Q_OBJECT

private slots:
    void pagesComeBack_data()
    {
        QTest::addColumn<int>("pageSizeBytes");
        for (int size = 512; size <= 65536; size *= 2) {
            QTest::addRow("%d", size) << size;
        }
    }

    void pagesComeBack()
    {
        QFETCH(int, pageSizeBytes);
        const auto size = static_cast<std::uint32_t>(pageSizeBytes);
        Pages pages = somePages(size, 3);
        pages[77] = samples::Page(size);
        pages[100] = samples::page(size, 9);
        QVERIFY(pagesOf(samples::file(samples::header(size), pages)) == pages);
    }

    void aFileMayHaveNoPages()
    {
        QVERIFY(pagesOf(samples::file(samples::header(), {})) == Pages{});
        QVERIFY(pagesOf(samples::file(complete(512, 0), {})) == Pages{});
    }

    void noisePagesComeBackToo()
    {
        SeededRandom random(3);
        Pages pages;
        for (auto& byte : pages[5] = samples::Page(65536)) {
            byte = static_cast<std::byte>(random.next() & 0xff);
        }
        QVERIFY(pagesOf(samples::file(samples::header(65536), pages)) == pages);
    }

    void aCompleteFileLeavesOutTheLockPageOnly()
    {
        constexpr std::uint32_t kLockPage = lockPage(65536);
        const Header header = complete(65536, kLockPage + 2);
        const samples::Page page(65536, std::byte{7});
        MemorySink sink(std::size_t{1} << 30);
        Encoder encoder(sink, header);
        for (std::uint32_t number = 1; number <= header.pageCountAfter; ++number) {
            if (number != kLockPage) {
                QVERIFY(encoder.add(number, page).ok());
            }
        }
        const auto facts = encoder.finish();
        QVERIFY(facts.ok());
        QCOMPARE(facts.value().pageCount, kLockPage + 1);
        QVERIFY(pagesOf(std::string(sink.bytes())));
    }

    void aLargeDatabaseMayChangeInItsLastPage()
    {
        Header header = samples::header(65536);
        header.pageCountAfter = 0xffffffff;
        const Pages pages{{1, samples::page(65536, 1)}, {0xffffffff, samples::page(65536, 2)}};
        QVERIFY(pagesOf(samples::file(header, pages)) == pages);
    }

    void factsAreThoseOfTheFile()
    {
        MemorySink sink(1 << 20);
        Encoder encoder(sink, samples::header());
        QVERIFY(encoder.add(3, samples::page(512, 1)).ok());
        const auto facts = encoder.finish();
        QVERIFY(facts.ok());

        const MemorySource file{std::string(sink.bytes())};
        const auto bytes = file.open();
        Decoder decoder(*bytes.value());
        QVERIFY(decoder.readHeader().ok());
        samples::Page page(512);
        QVERIFY(decoder.nextPage(page).value() == 3u);
        QVERIFY(!decoder.nextPage(page).value());
        const auto decoded = decoder.finish();
        QVERIFY(decoded.ok());
        QCOMPARE(decoded.value().sizeBytes, std::uint64_t{sink.bytes().size()});
        QCOMPARE(decoded.value().sizeBytes, facts.value().sizeBytes);
        QCOMPARE(decoded.value().pageCount, facts.value().pageCount);
        QCOMPARE(decoded.value().trailer.fileChecksum, facts.value().fileChecksum);
    }

    void aFullSinkEndsIt()
    {
        MemorySink sink(1000);
        Encoder encoder(sink, samples::header());
        QVERIFY(encoder.add(1, samples::page(512, 1)).ok());
        QVERIFY(encoder.add(2, samples::page(512, 2)).ok());
        QVERIFY(encoder.add(3, samples::page(512, 2)).ok());
        QVERIFY(!encoder.finish().ok());
    }

    void pullingGivesTheSameBytes_data()
    {
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("pages");
        for (const int threads : {1, 2, 3, 100}) {
            for (const int pages : {0, 1, 300, 20000}) {
                QTest::addRow("%d threads, %d pages", threads, pages) << threads << pages;
            }
        }
    }

    void pullingGivesTheSameBytes()
    {
        QFETCH(int, threads);
        QFETCH(int, pages);
        const auto count = static_cast<std::uint32_t>(pages);
        const Header header = complete(512, count);
        const Pages content = somePages(512, count);
        const MemoryPages source(512, content);
        std::vector<EncodedFacts> told;
        const EncodingSource file(header, source, static_cast<unsigned>(threads),
                                  [&](const EncodedFacts& facts) { told.push_back(facts); });
        const std::string expected = samples::file(header, content);
        for (const std::size_t piece : {std::size_t{7001}, std::size_t{1} << 20}) {
            const auto bytes = readAll(file, piece);
            QVERIFY(bytes.ok());
            QVERIFY(bytes.value() == expected);
        }
        QCOMPARE(told.size(), std::size_t{2});
        QCOMPARE(told[0].sizeBytes, std::uint64_t{expected.size()});
        QVERIFY(told[0] == told[1]);
    }

    void aReaderMayBeLeftInTheMiddle()
    {
        const MemoryPages source(512, somePages(512, 20000));
        const EncodingSource file(complete(512, 20000), source, 2);
        const auto reader = file.open();
        std::array<std::byte, 5000> piece{};
        QVERIFY(reader.value()->read(piece).ok());
    }

    void aSourceThatFailsFailsTheReader()
    {
        const FailingPages source;
        Header header = samples::header();
        header.pageCountAfter = 1 << 20;
        const EncodingSource file(header, source, 2);
        const auto bytes = readAll(file, 1 << 16);
        QVERIFY(!bytes.ok());
        QVERIFY(bytes.error().code == ErrorCode::Io);
    }

    void aSourceThatBreaksARuleFailsTheReader()
    {
        Pages gap = somePages(512, 5);
        gap.erase(3);
        const MemoryPages middle(512, gap);
        QVERIFY(!readAll(EncodingSource(complete(512, 5), middle, 1), 4096).ok());
        const MemoryPages end(512, somePages(512, 4));
        QVERIFY(!readAll(EncodingSource(complete(512, 5), end, 1), 4096).ok());
        const MemoryPages above(512, somePages(512, 6));
        QVERIFY(!readAll(EncodingSource(complete(512, 5), above, 1), 4096).ok());
        const MemoryPages other(1024, somePages(1024, 5));
        QVERIFY(!readAll(EncodingSource(complete(512, 5), other, 1), 4096).ok());
    }
};

QTEST_APPLESS_MAIN(TestEncoder)
#include "tst_encoder.moc"
