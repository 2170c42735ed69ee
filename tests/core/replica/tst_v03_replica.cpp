#include "core/replica/v03_replica.h"

#include "core/replica/lz4_frame_reader.h"
#include "core/replica/open_replica.h"
#include "core/replica/restore_plan.h"
#include "core/replica/v03_layout.h"
#include "tests/support/memory_storage.h"

#include <lz4frame.h>

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

class TestV03Replica : public QObject {
    Q_OBJECT

    static constexpr const char* kFirst = "00112233445566aa";
    static constexpr const char* kSecond = "ff112233445566aa";

    storage::MemoryStorage m_storage;
    int m_seconds = 1000;

    void add(const std::string& generation, const std::string& name)
    {
        m_storage.objects()["generations/" + generation + '/' + name] = {
            .bytes = "x", .time = Timestamp(std::chrono::seconds(m_seconds++))};
    }

    static std::string positionsOf(const Catalog& catalog)
    {
        std::string text;
        for (const Moment& each : catalog.moments) {
            text +=
                each.legacy->generation.substr(0, 2) + ':' + std::to_string(each.legacy->index) +
                '+' +
                (each.legacy->offsetBytes == kWholeWal ? "all"
                                                       : std::to_string(each.legacy->offsetBytes)) +
                ' ';
        }
        return text;
    }

    std::string planFor(std::uint64_t number)
    {
        const Catalog catalog = readLegacyCatalog(m_storage, {}).value();
        const auto plan = planRestore(catalog, AtTxId{{number}});
        const auto legacy = planLegacy(m_storage, *plan.value().moment.legacy, {});
        std::string text = legacy.value().snapshotName.substr(39, 8);
        for (const LegacyPart& each : legacy.value().parts) {
            text += ' ' + each.name.substr(33, 17);
        }
        return text;
    }

    static std::string compressed(const std::string& text)
    {
        LZ4F_preferences_t preferences{};
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
        std::string bytes(LZ4F_compressFrameBound(text.size(), &preferences), '\0');
        bytes.resize(
            LZ4F_compressFrame(bytes.data(), bytes.size(), text.data(), text.size(), &preferences));
        return bytes;
    }

    static Result<std::string> expanded(const std::string& bytes, std::size_t pieceBytes = 1000)
    {
        const MemorySource source(bytes);
        Lz4FrameReader reader(source.open().value());
        std::string text;
        for (std::vector<std::byte> piece(pieceBytes);;) {
            TIDEMARK_TRY(const std::size_t got, reader.read(piece));
            if (got == 0) {
                return text;
            }
            text.append(reinterpret_cast<const char*>(piece.data()), got);
        }
    }

private slots:
    void init() { m_storage.objects().clear(); }

    void readsLitestreamsNames()
    {
        const auto snapshot =
            parseLegacyName("generations/00112233445566aa/snapshots/0000002a.snapshot.lz4");
        QVERIFY(snapshot && snapshot->isSnapshot);
        QCOMPARE(snapshot->index, 42U);
        const auto part =
            parseLegacyName("generations/00112233445566aa/wal/0000002a_00001000.wal.lz4");
        QVERIFY(part && !part->isSnapshot);
        QCOMPARE(part->offsetBytes, std::uint64_t{4096});
        QVERIFY(
            parseLegacyName("generations/00112233445566aa/wal/0000002a_0000001000000000.wal.lz4"));
    }

    void otherNamesAreForeign()
    {
        for (const char* name :
             {"", "generations/", "generations/00112233445566aa",
              "generations/00112233445566AA/snapshots/0000002a.snapshot.lz4",
              "generations/00112233445566aa/snapshots/0000002a.snapshot",
              "generations/00112233445566aa/snapshots/2a.snapshot.lz4",
              "generations/00112233445566aa/snapshots/0000002a.snapshot.lz4.tmp",
              "generations/00112233445566aa/wal/0000002a.wal.lz4",
              "generations/00112233445566aa/wal/0000002a_1000.wal.lz4",
              "generations/00112233445566aa/wal/0000002a-00001000.wal.lz4",
              "generations/00112233445566aa/wal/0000002a_00000000000001000.wal.lz4",
              "generations/short/wal/0000002a_00001000.wal.lz4"}) {
            QVERIFY2(!parseLegacyName(name), name);
        }
    }

    void momentsAreInTheOrderOfTime()
    {
        add(kSecond, "snapshots/00000000.snapshot.lz4");
        add(kSecond, "wal/00000000_00000000.wal.lz4");
        add(kSecond, "wal/00000000_00001000.wal.lz4");
        add(kSecond, "wal/00000001_00000000.wal.lz4");
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        add(kFirst, "wal/00000000_00000000.wal.lz4");
        add(kFirst, "odd");
        const Catalog catalog = readLegacyCatalog(m_storage, {}).value();
        QVERIFY(catalog.format == Catalog::Format::Legacy);
        QCOMPARE(positionsOf(catalog), std::string("ff:0+0 ff:0+all ff:1+all 00:0+0 00:0+all "));
        QCOMPARE(catalog.moments[3].txId.value, std::uint64_t{4});
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
        QCOMPARE(catalog.gaps[0].before.value, std::uint64_t{4});
        QCOMPARE(catalog.foreign.size(), std::size_t{1});
    }

    void aPlanStartsAtTheNewestSnapshotBeforeIt()
    {
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        add(kFirst, "wal/00000000_00000000.wal.lz4");
        add(kFirst, "wal/00000001_00000000.wal.lz4");
        add(kFirst, "wal/00000001_00001000.wal.lz4");
        add(kFirst, "snapshots/00000001.snapshot.lz4");
        add(kFirst, "wal/00000001_00002000.wal.lz4");
        // A snapshot is never used for what is older than itself.
        QCOMPARE(planFor(4),
                 std::string("00000000 00000000_00000000 00000001_00000000 00000001_00001000"));
        QCOMPARE(planFor(5),
                 std::string("00000001 00000001_00000000 00000001_00001000 00000001_00002000"));
        QCOMPARE(planFor(1), std::string("00000000"));
    }

    void timesOfFilesDoNotCount()
    {
        // As in a folder that was copied in the order of names.
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        add(kFirst, "snapshots/00000001.snapshot.lz4");
        add(kFirst, "wal/00000000_00000000.wal.lz4");
        add(kFirst, "wal/00000001_00000000.wal.lz4");
        add(kFirst, "wal/00000001_00001000.wal.lz4");
        const Catalog catalog = readLegacyCatalog(m_storage, {}).value();
        QCOMPARE(positionsOf(catalog), std::string("00:0+0 00:0+all 00:1+4096 00:1+all "));
        QCOMPARE(planFor(3), std::string("00000000 00000000_00000000 00000001_00000000"));
        QCOMPARE(planFor(4), std::string("00000001 00000001_00000000 00000001_00001000"));
    }

    void aSnapshotServesOnlyTheWholeFileOfItsIndex()
    {
        add(kFirst, "snapshots/00000004.snapshot.lz4");
        add(kFirst, "wal/00000004_00000000.wal.lz4");
        add(kFirst, "wal/00000004_00001000.wal.lz4");
        add(kFirst, "wal/00000005_00000000.wal.lz4");
        add(kFirst, "wal/00000005_00001000.wal.lz4");
        QCOMPARE(positionsOf(readLegacyCatalog(m_storage, {}).value()),
                 std::string("00:4+0 00:4+all 00:5+4096 00:5+all "));
    }

    void aMomentIsTheSameWhenOlderOnesAreRemovedAndOthersCome()
    {
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        add(kFirst, "wal/00000000_00000000.wal.lz4");
        add(kFirst, "wal/00000001_00000000.wal.lz4");
        add(kFirst, "snapshots/00000001.snapshot.lz4");
        add(kFirst, "wal/00000002_00000000.wal.lz4");
        const Moment wanted = readLegacyCatalog(m_storage, {}).value().moments.back();
        QCOMPARE(wanted.txId.value, std::uint64_t{4});
        auto& objects = m_storage.objects();
        objects.erase("generations/00112233445566aa/snapshots/00000000.snapshot.lz4");
        objects.erase("generations/00112233445566aa/wal/00000000_00000000.wal.lz4");
        add(kFirst, "wal/00000002_00001000.wal.lz4");
        const Catalog now = readLegacyCatalog(m_storage, {}).value();
        const auto plan = planRestore(now, AtPosition{*wanted.legacy});
        QVERIFY(plan.ok());
        QCOMPARE(plan.value().moment.txId.value, std::uint64_t{3});
        QVERIFY(plan.value().moment.time == wanted.time);
        QCOMPARE(planFor(3), std::string("00000001 00000001_00000000 00000002_00000000"));
        objects.clear();
        add(kFirst, "snapshots/00000003.snapshot.lz4");
        const auto gone =
            planRestore(readLegacyCatalog(m_storage, {}).value(), AtPosition{*wanted.legacy});
        QVERIFY(!gone.ok() && gone.error().code == ErrorCode::NotFound);
    }

    void onlyTheLastGenerationsEndIsTheHistorys()
    {
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        add(kFirst, "wal/00000002_00000000.wal.lz4");
        add(kSecond, "snapshots/00000000.snapshot.lz4");
        add(kSecond, "wal/00000002_00000000.wal.lz4");
        const Catalog catalog = readLegacyCatalog(m_storage, {}).value();
        QCOMPARE(catalog.gaps.size(), std::size_t{2});
        QCOMPARE(catalog.gaps[0].before.value, std::uint64_t{2});
        QVERIFY(catalog.gaps[1].isTail() && catalog.gaps[1].after.value == 2);
        QVERIFY(catalog.gaps[1].until == Timestamp(std::chrono::seconds(m_seconds - 1)));
    }

    void aMissingPartEndsTheMomentsUntilTheNextSnapshot_data()
    {
        QTest::addColumn<QString>("missing");
        QTest::addColumn<QString>("positions");
        QTest::newRow("a whole file") << "00000001_00000000"
                                      << "00:0+0 00:0+all 00:3+0 00:3+all ";
        QTest::newRow("the first part") << "00000000_00000000"
                                        << "00:0+0 00:3+0 00:3+all ";
    }
    void aMissingPartEndsTheMomentsUntilTheNextSnapshot()
    {
        QFETCH(QString, missing);
        QFETCH(QString, positions);
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        for (const char* name : {"00000000_00000000", "00000001_00000000", "00000002_00000000"}) {
            if (missing != name) {
                add(kFirst, std::string("wal/") + name + ".wal.lz4");
            }
        }
        add(kFirst, "snapshots/00000003.snapshot.lz4");
        add(kFirst, "wal/00000003_00000000.wal.lz4");
        const Catalog catalog = readLegacyCatalog(m_storage, {}).value();
        QCOMPARE(QString::fromStdString(positionsOf(catalog)), positions);
        QCOMPARE(catalog.gaps.size(), std::size_t{1});
    }

    void readsFramesOfAnySizeInPiecesOfAnySize()
    {
        for (const std::size_t size : {0U, 1U, 999U, 1000U, 1001U, 70'000U, 300'000U}) {
            std::string text;
            for (std::size_t i = 0; i < size; ++i) {
                text += static_cast<char>((i * i) >> 7);
            }
            for (const std::size_t piece : {1U, 1000U, 65536U}) {
                const auto back = expanded(compressed(text), piece);
                const auto place = std::to_string(size) + " by " + std::to_string(piece);
                QVERIFY2(back.ok(), place.c_str());
                QVERIFY2(back.value() == text, place.c_str());
            }
        }
    }

    void everyShorterFrameIsDamaged()
    {
        const std::string bytes = compressed(std::string(5000, 'a') + "some more");
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto back = expanded(bytes.substr(0, size));
            QVERIFY(!back.ok() && back.error().code == ErrorCode::Damaged);
        }
    }

    void everyFlippedBitIsFoundOrHarmless()
    {
        const std::string text = std::string(5000, 'a') + "some more";
        std::string bytes = compressed(text);
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            const auto back = expanded(bytes);
            QVERIFY(!back.ok() || back.value() == text || back.value().empty());
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        }
    }

    void aReplicaIsRecognised()
    {
        add(kFirst, "snapshots/00000000.snapshot.lz4");
        QVERIFY(openCatalog(m_storage, {}).value().format == Catalog::Format::Legacy);
        m_storage.objects()["ltx/9/0000000000000001-0000000000000001.ltx"] = {.bytes = "x"};
        QVERIFY(openCatalog(m_storage, {}).value().format == Catalog::Format::Ltx);
    }

    void aFolderAboveReplicasNamesThem()
    {
        m_storage.objects()["readme"] = {.bytes = "x"};
        const auto nothing = openCatalog(m_storage, {});
        QVERIFY(nothing.error().code == ErrorCode::NotFound);
        m_storage.objects()["a/notes/ltx/9/0000000000000001-0000000000000001.ltx"] = {};
        m_storage.objects()["b/generations/00112233445566aa/snapshots/00000000.snapshot.lz4"] = {};
        m_storage.objects()["c/ltx/readme"] = {};
        const auto above = openCatalog(m_storage, {});
        QVERIFY(above.error().code == ErrorCode::NotFound);
        QCOMPARE(inEnglish(above.error().next),
                 std::string("Give the folder of one database. Below it are: a/notes, b."));
    }
};

QTEST_APPLESS_MAIN(TestV03Replica)
#include "tst_v03_replica.moc"
