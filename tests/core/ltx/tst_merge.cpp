#include "core/ltx/encoding_source.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/merge.h"
#include "core/ltx/state_digest.h"
#include "tests/support/ltx_samples.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::ltx;
using samples::MemoryPages;
using samples::Pages;

namespace {

Header spanning(std::uint64_t min, std::uint64_t max)
{
    Header header = samples::header();
    header.minTxId = {min};
    header.maxTxId = {max};
    header.createdAt += std::chrono::milliseconds(max);
    return header;
}

struct Input {
    Header header = {};
    Pages pages = {};
};

/// What a map says that merging is.
Pages naive(const std::vector<Input>& inputs)
{
    Pages all;
    for (const Input& input : inputs) {
        for (const auto& [number, page] : input.pages) {
            all[number] = page;
        }
    }
    all.erase(all.upper_bound(inputs.back().header.pageCountAfter), all.end());
    return all;
}

Result<Pages> readAll(const PageSource& source)
{
    TIDEMARK_TRY(const auto reader, source.open());
    Pages pages;
    PageBatch batch{.limitBytes = 3000};
    while (true) {
        TIDEMARK_TRY(const bool any, reader->next(batch));
        if (!any) {
            return pages;
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto page = batch.page(i);
            pages[batch.numbers[i]].assign(page.begin(), page.end());
        }
    }
}

Result<Pages> merged(const std::vector<Input>& inputs)
{
    std::vector<MergeInput> sources;
    for (const Input& input : inputs) {
        sources.push_back(
            {input.header, std::make_unique<MemoryPages>(input.header.pageSizeBytes, input.pages)});
    }
    return readAll(MergedPages(std::move(sources)));
}

bool isDamaged(const Result<Header>& header)
{
    return !header.ok() && header.error().code == ErrorCode::Damaged;
}

std::vector<Input> randomInputs(SeededRandom& random)
{
    std::vector<Input> inputs;
    const std::uint64_t count = 1 + random.next() % 9;
    std::uint64_t txId = 2 + random.next() % 3;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t last = txId + random.next() % 3;
        Input input{.header = spanning(txId, last)};
        input.header.pageCountAfter = static_cast<std::uint32_t>(1 + random.next() % 60);
        for (std::uint32_t number = 1; number <= input.header.pageCountAfter; ++number) {
            if (random.next() % 3 == 0) {
                input.pages[number] = samples::page(512, random.next());
            }
        }
        inputs.push_back(std::move(input));
        txId = last + 1;
    }
    return inputs;
}

}  // namespace

class TestMerge : public QObject {
    Q_OBJECT

private slots:
    void theNewestPageWins()
    {
        const Input lower{spanning(1, 3), {{1, samples::page(512, 1)}, {2, samples::page(512, 2)}}};
        const Input upper{spanning(4, 4), {{2, samples::page(512, 3)}, {5, samples::page(512, 4)}}};
        const Pages expected{
            {1, samples::page(512, 1)}, {2, samples::page(512, 3)}, {5, samples::page(512, 4)}};
        QVERIFY(merged({lower, upper}).value() == expected);
    }

    void pagesAboveTheLastSizeAreDropped()
    {
        const Input lower{spanning(2, 3), {{1, samples::page(512, 1)}, {9, samples::page(512, 2)}}};
        Input upper{spanning(4, 4), {{2, samples::page(512, 3)}}};
        upper.header.pageCountAfter = 8;
        QCOMPARE(merged({lower, upper}).value().size(), std::size_t{2});
    }

    void anythingMergesLikeAMap()
    {
        SeededRandom random(20);
        for (int round = 0; round < 300; ++round) {
            const auto inputs = randomInputs(random);
            const auto pages = merged(inputs);
            QVERIFY(pages.ok());
            QVERIFY(pages.value() == naive(inputs));
        }
    }

    void aMergedFileIsAFile()
    {
        SeededRandom random(21);
        const auto inputs = randomInputs(random);
        std::vector<Header> headers;
        std::vector<std::unique_ptr<MemorySource>> files;
        std::vector<MergeInput> sources;
        for (const Input& input : inputs) {
            headers.push_back(input.header);
            files.push_back(
                std::make_unique<MemorySource>(samples::file(input.header, input.pages)));
            sources.push_back({input.header, std::make_unique<FilePages>(*files.back())});
        }
        const auto header = mergedHeader(headers);
        QVERIFY(header.ok());
        const MergedPages pages(std::move(sources));
        const EncodingSource file(header.value(), pages, 2);
        const auto bytes = file.open();
        MemorySink sink(1 << 20);
        std::array<std::byte, 4096> piece{};
        while (const std::size_t size = bytes.value()->read(piece).value()) {
            QVERIFY(sink.write(std::span(piece).first(size)).ok());
        }
        const MemorySource made{std::string(sink.bytes())};
        QVERIFY(readHeader(made).value() == header.value());
        QVERIFY(readAll(FilePages(made)).value() == naive(inputs));
    }

    void aDamagedInputFailsTheWhole()
    {
        const Input whole{spanning(2, 2), {{1, samples::page(512, 1)}}};
        const Input other{spanning(3, 3), {{1, samples::page(512, 2)}}};
        std::string bytes = samples::file(whole.header, whole.pages);
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        const MemorySource file(bytes);
        std::vector<MergeInput> inputs;
        inputs.push_back({whole.header, std::make_unique<FilePages>(file)});
        inputs.push_back({other.header, std::make_unique<MemoryPages>(512, other.pages)});
        QVERIFY(!readAll(MergedPages(std::move(inputs))).ok());
    }

    void theHeaderStandsForAll()
    {
        Header first = spanning(5, 6);
        first.walSizeBytes = 100;
        first.walSalt1 = 7;
        Header last = spanning(7, 9);
        last.pageCountAfter = 44;
        const auto header = mergedHeader(std::vector{first, last});
        QVERIFY(header.ok());
        const Header expected{.pageSizeBytes = 512,
                              .pageCountAfter = 44,
                              .minTxId = {5},
                              .maxTxId = {9},
                              .createdAt = last.createdAt};
        QVERIFY(header.value() == expected);
    }

    void digestsLastOnlyWhereAllHaveThem()
    {
        std::vector headers{spanning(5, 5), spanning(6, 6), spanning(7, 7)};
        setDigests(headers[0], {.before = 1, .after = 2});
        setDigests(headers[2], {.before = 3, .after = 4});
        QVERIFY(!digestsOf(mergedHeader(headers).value()));
        setDigests(headers[1], {.before = 2, .after = 3});
        const DigestPair whole{.before = 1, .after = 4};
        QVERIFY(digestsOf(mergedHeader(headers).value()) == whole);
    }

    void refusesFilesThatAreNotNeighbours()
    {
        QVERIFY(isDamaged(mergedHeader(std::vector{spanning(1, 3), spanning(5, 6)})));
        QVERIFY(isDamaged(mergedHeader(std::vector{spanning(1, 3), spanning(2, 3)})));
        QVERIFY(isDamaged(mergedHeader(std::vector{spanning(4, 6), spanning(1, 3)})));
        std::vector headers{spanning(1, 3), spanning(4, 6)};
        QVERIFY(mergedHeader(headers).ok());
        headers[1].pageSizeBytes = 1024;
        QVERIFY(isDamaged(mergedHeader(headers)));
        headers[1].pageSizeBytes = 512;
        setDigests(headers[0], {.before = 0, .after = 1});
        setDigests(headers[1], {.before = 2, .after = 3});
        QVERIFY(isDamaged(mergedHeader(headers)));
    }

    void filesOfAPlanMayOverlap()
    {
        std::vector headers{spanning(1, 9), spanning(5, 12), spanning(13, 13)};
        setDigests(headers[0], {.before = 0, .after = 9});
        setDigests(headers[1], {.before = 4, .after = 12});
        setDigests(headers[2], {.before = 12, .after = 13});
        const auto header = mergedHeader(headers);
        QVERIFY(header.ok());
        QCOMPARE(header.value().minTxId.value, 1U);
        QCOMPARE(header.value().maxTxId.value, 13U);
        const DigestPair whole{.before = 0, .after = 13};
        QVERIFY(digestsOf(header.value()) == whole);
    }

    void aWholeDatabaseMayFollowFromAnything()
    {
        std::vector headers{spanning(1, 3), spanning(4, 4)};
        setDigests(headers[0], {.before = 1, .after = 2});
        setDigests(headers[1], {.before = 0, .after = 5});
        const DigestPair whole{.before = 1, .after = 5};
        QVERIFY(digestsOf(mergedHeader(headers).value()) == whole);
    }

    void refusesNoneAndTooMany()
    {
        QVERIFY(!mergedHeader({}).ok());
        std::vector<Header> headers;
        for (std::uint64_t i = 1; i <= kMaxMergeInputs; ++i) {
            headers.push_back(spanning(i, i));
        }
        QVERIFY(mergedHeader(headers).ok());
        headers.push_back(spanning(kMaxMergeInputs + 1, kMaxMergeInputs + 1));
        const auto many = mergedHeader(headers);
        QVERIFY(!many.ok() && many.error().code == ErrorCode::Usage);
    }
};

QTEST_APPLESS_MAIN(TestMerge)
#include "tst_merge.moc"
