#include "core/base/posix_file_system.h"
#include "core/engine/spool.h"
#include "tests/support/faulty_file_system.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <span>
#include <string>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

/// Writes `text` as a segment's bytes.
std::function<Status(ByteSink&)> writing(const std::string& text)
{
    return [text](ByteSink& sink) { return sink.write(std::as_bytes(std::span(text))); };
}

std::string textOf(const Spool& spool, std::uint64_t number)
{
    const auto reader = spool.source({number})->open();
    if (!reader.ok()) {
        return "unreadable";
    }
    std::string text(1 << 20, '\0');
    std::size_t done = 0;
    while (true) {
        const auto got =
            reader.value()->read(std::as_writable_bytes(std::span(text)).subspan(done));
        if (!got.ok() || got.value() == 0) {
            break;
        }
        done += got.value();
    }
    text.resize(done);
    return text;
}

std::vector<std::uint64_t> numbersAbove(const Spool& spool, std::uint64_t after)
{
    std::vector<std::uint64_t> numbers;
    for (const SpooledSegment& each : spool.above({after})) {
        numbers.push_back(each.txId.value);
    }
    return numbers;
}

}  // namespace

class TestSpool : public QObject {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aSegmentIsThereWithItsBytesAlsoAfterARestart()
    {
        const auto first = made();
        QCOMPARE(first->add({7}, writing("seven")).value().sizeBytes, 5U);
        const auto second = made();
        QCOMPARE(textOf(*second, 7), "seven");
        QCOMPARE(second->sizeBytes(), 5U);
        QCOMPARE(second->newest()->value, 7U);
    }

    void segmentsComeInTheOrderOfTheirNumbers()
    {
        const auto spool = made();
        for (const std::uint64_t number : {9ULL, 300ULL, 10ULL}) {
            QVERIFY(spool->add({number}, writing("x")).ok());
        }
        QCOMPARE(numbersAbove(*spool, 0), (std::vector<std::uint64_t>{9, 10, 300}));
        QCOMPARE(numbersAbove(*spool, 9), (std::vector<std::uint64_t>{10, 300}));
        QCOMPARE(numbersAbove(*spool, 300), std::vector<std::uint64_t>{});
    }

    void aNumberIsUsedOnce()
    {
        const auto spool = made();
        QVERIFY(spool->add({7}, writing("seven")).ok());
        const auto again = spool->add({7}, writing("other"));
        QVERIFY(!again.ok());
        QCOMPARE(again.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(textOf(*spool, 7), "seven");
    }

    void aWriterThatFailsLeavesNothing()
    {
        const auto spool = made();
        const auto failed = spool->add({7}, [](ByteSink& sink) {
            static_cast<void>(writing("half")(sink));
            return Status(Error{.code = ErrorCode::Damaged});
        });
        QCOMPARE(failed.error().code, ErrorCode::Damaged);
        QVERIFY(!spool->newest());
        QCOMPARE(files(), QStringList());
    }

    void whateverCallOfTheDiskFailsThereIsAWholeSegmentOrNone()
    {
        for (int call = 1; call <= 12; ++call) {
            QTemporaryDir folder;
            const std::string directory = folder.path().toStdString();
            FaultyFileSystem disk(m_disk);
            SeededRandom random(3);
            Spool spool(disk, random, directory);
            QVERIFY(spool.open().ok());
            disk.failAt(disk.calls() + call, ErrorCode::NoSpace);
            const auto added = spool.add({7}, writing("seven"));
            disk.mend();
            QCOMPARE(spool.newest().has_value(), added.ok());
            Spool again(disk, random, directory);
            QVERIFY(again.open().ok());
            QCOMPARE(again.newest().has_value(), added.ok());
            if (added.ok()) {
                QCOMPARE(textOf(again, 7), "seven");
            }
        }
    }

    void whatAnInterruptedWriteLeftIsRemovedAndStrangersAreNot()
    {
        for (const char* const name : {".tmp-0123456789abcdef", "notes.txt"}) {
            QFile file(m_folder->filePath(QString::fromLatin1(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        const auto spool = made();
        QCOMPARE(files(), QStringList{QStringLiteral("notes.txt")});
        QVERIFY(!spool->newest());
    }

    void whatEveryReplicaHasIsRemoved()
    {
        const auto spool = made();
        for (const std::uint64_t number : {1ULL, 2ULL, 3ULL}) {
            QVERIFY(spool->add({number}, writing("abc")).ok());
        }
        QVERIFY(spool->removeUpTo({2}).ok());
        QCOMPARE(numbersAbove(*spool, 0), std::vector<std::uint64_t>{3});
        QCOMPARE(spool->sizeBytes(), 3U);
        QCOMPARE(files().size(), 1);
        QVERIFY(spool->removeUpTo({2}).ok());
        QVERIFY(spool->removeUpTo({99}).ok());
        QVERIFY(!spool->newest());
    }

    void theNewestOfARangeGoFirstAndNoMoreThanMust()
    {
        const auto spool = made();
        for (std::uint64_t number = 1; number <= 9; ++number) {
            QVERIFY(spool->add({number}, writing("abc")).ok());
        }
        const auto cut = [&spool](std::vector<ltx::TxRange> ranges, std::uint64_t kept,
                                  std::size_t atMost) {
            return spool->cut(ranges, kept, atMost).value();
        };
        QVERIFY(!cut({{{1}, {9}}}, 27, 9));
        QVERIFY(cut({{{2}, {6}}}, 21, 9) == (ltx::TxRange{{5}, {6}}));
        QCOMPARE(numbersAbove(*spool, 0), (std::vector<std::uint64_t>{1, 2, 3, 4, 7, 8, 9}));
        QVERIFY(cut({{{5}, {6}}, {{4}, {8}}}, 0, 2) == (ltx::TxRange{{7}, {8}}));
        QVERIFY(cut({{{3}, {3}}, {{1}, {9}}}, 0, 9) == (ltx::TxRange{{3}, {3}}));
        QVERIFY(!cut({{{5}, {8}}}, 0, 9));
        QCOMPARE(numbersAbove(*spool, 0), (std::vector<std::uint64_t>{1, 2, 4, 9}));
        QCOMPARE(spool->sizeBytes(), 12U);
        QCOMPARE(files().size(), 4);
    }

    void bigSegmentsAreTheSameBytesAsSmallOnes()
    {
        const auto spool = made();
        std::string big(700'000, '\0');
        for (std::size_t i = 0; i < big.size(); ++i) {
            big[i] = static_cast<char>(i * i >> 5);
        }
        const auto inOddPortions = [&](ByteSink& sink) -> Status {
            const auto bytes = std::as_bytes(std::span(big));
            TIDEMARK_TRY_STATUS(sink.write(bytes.first(13)));
            TIDEMARK_TRY_STATUS(sink.write(bytes.subspan(13, 400'000)));
            return sink.write(bytes.subspan(400'013));
        };
        QVERIFY(spool->add({7}, inOddPortions).ok());
        QVERIFY(textOf(*spool, 7) == big);
    }

    void aSegmentThatIsNotThereCannotBeRead()
    {
        const auto spool = made();
        const auto reader = spool->source({7})->open();
        QVERIFY(!reader.ok());
        QCOMPARE(reader.error().code, ErrorCode::NotFound);
    }

private:
    [[nodiscard]] std::unique_ptr<Spool> made()
    {
        auto spool = std::make_unique<Spool>(m_disk, m_random, m_folder->path().toStdString());
        return spool->open().ok() ? std::move(spool) : nullptr;
    }
    [[nodiscard]] QStringList files() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden);
    }

    PosixFileSystem m_disk;
    SeededRandom m_random{1};
    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestSpool)
#include "tst_spool.moc"
