#include "core/storage/block_reader.h"

#include "core/base/memory_stream.h"

#include <QTest>

#include <optional>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

class Saying final : public ByteSource {
public:
    Saying(std::size_t bytes, std::optional<std::uint64_t> said)
        : m_said(said), m_source(std::string(bytes, 'x'))
    {
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_said; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        return m_source.open();
    }

private:
    std::optional<std::uint64_t> m_said;
    MemorySource m_source;
};

}  // namespace

class TestBlockReader : public QObject {
    Q_OBJECT

    /// The sizes of the blocks of four bytes; empty where one fails.
    static std::vector<std::size_t> sizesOf(std::size_t bytes, std::optional<std::uint64_t> said)
    {
        const Saying source(bytes, said);
        auto opened = BlockReader::open(source);
        if (!opened.ok()) {
            return {};
        }
        BlockReader reader = std::move(opened).value();
        std::vector<std::size_t> sizes;
        while (sizes.empty() || sizes.back() > 0) {
            const auto block = reader.next(4, {});
            if (!block.ok()) {
                return {};
            }
            sizes.push_back(block.value().size());
        }
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
        for (const std::size_t bytes : std::vector<std::size_t>{0, 1, 4, 7, 8, 9}) {
            for (const std::uint64_t said : std::vector<std::uint64_t>{0, 1, 4, 7, 8, 9}) {
                QCOMPARE(sizesOf(bytes, said).empty(), bytes != said);
            }
        }
    }

    void stopsBeforeItReads()
    {
        const Saying source(3, {});
        BlockReader reader = BlockReader::open(source).value();
        std::stop_source stopping;
        stopping.request_stop();
        const auto block = reader.next(4, stopping.get_token());
        QVERIFY(!block.ok() && block.error().code == ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestBlockReader)
#include "tst_block_reader.moc"
