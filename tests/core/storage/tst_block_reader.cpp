#include "core/storage/block_reader.h"

#include "core/base/memory_stream.h"

#include <QTest>

#include <optional>

using namespace tidemark;
using namespace tidemark::storage;

class TestBlockReader : public QObject {
    Q_OBJECT

    static BlockReader of(std::size_t bytes, std::optional<std::uint64_t> said)
    {
        return {MemorySource(std::string(bytes, 'x')).open().value(), said, "it"};
    }

    /// The sizes of the blocks of four bytes; empty where one fails.
    static std::vector<std::size_t> sizesOf(std::size_t bytes, std::optional<std::uint64_t> said)
    {
        BlockReader reader = of(bytes, said);
        std::vector<std::size_t> sizes;
        do {
            const auto block = reader.next(4, {});
            if (!block.ok()) {
                return {};
            }
            sizes.push_back(block.value().size());
        } while (sizes.back() > 0);
        return sizes;
    }

private slots:
    void givesWholeBlocksAndTheRest()
    {
        using Sizes = std::vector<std::size_t>;
        for (const bool isSaid : {false, true}) {
            const auto sizes = [isSaid](std::size_t bytes) {
                return sizesOf(bytes, isSaid ? std::optional<std::uint64_t>(bytes) : std::nullopt);
            };
            QCOMPARE(sizes(0), Sizes{0});
            QCOMPARE(sizes(3), (Sizes{3, 0}));
            QCOMPARE(sizes(4), (Sizes{4, 0}));
            QCOMPARE(sizes(9), (Sizes{4, 4, 1, 0}));
        }
    }

    void refusesABodyOfAnotherSize()
    {
        for (const std::size_t bytes : {0, 1, 4, 7, 8, 9}) {
            for (const std::uint64_t said : {0, 1, 4, 7, 8, 9}) {
                QCOMPARE(sizesOf(bytes, said).empty(), bytes != said);
            }
        }
        BlockReader reader = of(3, 4);
        const auto block = reader.next(4, {});
        QVERIFY(!block.ok() && block.error().code == ErrorCode::Io);
    }

    void stopsBeforeItReads()
    {
        std::stop_source source;
        source.request_stop();
        BlockReader reader = of(3, {});
        const auto block = reader.next(4, source.get_token());
        QVERIFY(!block.ok() && block.error().code == ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestBlockReader)
#include "tst_block_reader.moc"
