#include "core/base/posix_file_system.h"
#include "core/engine/spool_room.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

constexpr std::uint64_t kGib = std::uint64_t{1} << 30;
constexpr std::uint64_t kSegmentBytes = 100;

}  // namespace

/// How large a spool may be, and what goes first from one that is larger.
class TestSpoolRoom : public QObject {
    Q_OBJECT

    PosixFileSystem m_files;
    SeededRandom m_random{1};
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Spool> m_spool;

    /// Segments 1 to `count`.
    void spool(std::uint64_t count)
    {
        const std::string bytes(kSegmentBytes, 'x');
        for (std::uint64_t txId = 1; txId <= count; ++txId) {
            QVERIFY(m_spool
                        ->add({txId},
                              [&bytes](ByteSink& sink) {
                                  return sink.write(std::as_bytes(std::span(bytes)));
                              })
                        .ok());
        }
    }

    /// Until it is within its room, or nothing more goes.
    void keep(const std::vector<SpoolReader>& readers, std::uint64_t remembered,
              std::uint64_t segments)
    {
        bool isMore = true;
        while (isMore) {
            isMore = keepWithin(*m_spool, readers, {remembered}, segments * kSegmentBytes)
                         .value()
                         .has_value();
        }
    }

    /// "1-7 20-30"
    [[nodiscard]] std::string held() const
    {
        std::string text;
        std::uint64_t last = 0;
        for (const SpooledSegment& each : m_spool->above({})) {
            const std::uint64_t txId = each.txId.value;
            if (txId != last + 1 || text.empty()) {
                text += text.empty() ? "" : '-' + std::to_string(last) + ' ';
                text += std::to_string(txId);
            }
            last = txId;
        }
        return text.empty() ? text : text + '-' + std::to_string(last);
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_spool = std::make_unique<Spool>(m_files, m_random, m_folder->path().toStdString());
        QVERIFY(m_spool->open().ok());
    }

    void theRoomIsAPartOfWhatIsFreeAndNeverMuch()
    {
        QCOMPARE(spoolRoom(0, 0, {.freeBytes = 1000 * kGib}), 4 * kGib);
        QCOMPARE(spoolRoom(0, 0, {.freeBytes = 16 * kGib}), 2 * kGib);
        // It does not shrink because it is made use of.
        QCOMPARE(spoolRoom(0, 2 * kGib, {.freeBytes = 14 * kGib}), 2 * kGib);
        QCOMPARE(spoolRoom(0, 0, {.freeBytes = 0}), std::uint64_t{0});
    }

    void whatIsChosenLeavesSomethingFree()
    {
        QCOMPARE(spoolRoom(20 * kGib, 0, {.freeBytes = 1000 * kGib}), 20 * kGib);
        QCOMPARE(spoolRoom(20 * kGib, 0, {.freeBytes = 10 * kGib}), 9 * kGib);
        QCOMPARE(spoolRoom(20 * kGib, kGib, {.freeBytes = 0}), kGib / 2);
    }

    void withinItsRoomNothingGoes()
    {
        spool(32);
        keep({{.has = {2}, .isAnswering = false}}, 32, 32);
        QCOMPARE(held(), "1-32");
    }

    void whatNobodyWaitsForGoesFirst()
    {
        spool(32);
        keep({{.has = {20}, .isAnswering = false}, {.has = {25}}}, 32, 30);
        QCOMPARE(held(), "1-16 21-32");
    }

    void ofWhatOnlyOneThatIsAwayWaitsForTheNewestGoes()
    {
        spool(40);
        keep({{.has = {0}, .isAnswering = false}, {.has = {30}}}, 40, 32);
        // What it gets of it follows from what it has, and the other one lacks nothing.
        QCOMPARE(held(), "1-20 31-40");
    }

    void theOneThatLagsMostIsGivenUpAndTheOtherOneNot()
    {
        spool(40);
        keep({{.has = {20}, .isAnswering = false}, {.has = {5}, .isAnswering = false}}, 40, 32);
        QCOMPARE(held(), "6-15 21-40");
    }

    void theOnlyOneKeepsWhatItCanStillRestore()
    {
        spool(40);
        keep({{.has = {3}, .isAnswering = false}}, 40, 32);
        QCOMPARE(held(), "4-33");
    }

    void whatAnAnsweringOneGetsNextIsKeptForItWhateverTheLimit()
    {
        spool(40);
        keep({{.has = {10}}}, 40, 1);
        QCOMPARE(held(), "11-26");
    }

    void whatARestartNeedsStays()
    {
        spool(40);
        keep({{.has = {10}, .isAnswering = false}}, 30, 1);
        QCOMPARE(held(), "31-40");
    }
};

QTEST_GUILESS_MAIN(TestSpoolRoom)
#include "tst_spool_room.moc"
