#include "core/base/hash.h"
#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/restore/history_verifier.h"
#include "core/restore/verifier.h"
#include "tests/support/memory_storage.h"

#include <lz4frame.h>
#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <optional>
#include <string>

using namespace tidemark;
using namespace tidemark::restore;

/// Verifying everything in a replica as Litestream 0.3 leaves it: one generation, a snapshot, a WAL
/// file of one part and one of three.
class TestLegacyHistory : public QObject {
    Q_OBJECT

    static constexpr const char* kPrefix = "generations/00112233445566aa/";
    static constexpr const char* kSnapshot = "snapshots/00000000.snapshot.lz4";
    static constexpr const char* kFirst = "wal/00000000_00000000.wal.lz4";

    QTemporaryDir m_folder;
    SystemClock m_clock;
    storage::MemoryStorage m_storage;
    std::vector<std::string> m_parts;  // Of the second WAL file.
    int m_seconds = 1000;

    static std::string compressed(const QByteArray& bytes)
    {
        LZ4F_preferences_t preferences{};
        preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
        const auto size = static_cast<std::size_t>(bytes.size());
        std::string frame(LZ4F_compressFrameBound(size, &preferences), '\0');
        frame.resize(
            LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), size, &preferences));
        return frame;
    }

    void add(const std::string& name, const QByteArray& bytes)
    {
        m_storage.objects()[kPrefix + name] = {
            .bytes = compressed(bytes), .time = Timestamp(std::chrono::seconds(m_seconds++))};
    }

    /// What a frame holds; nothing if it is damaged.
    static std::optional<std::string> content(const std::string& frame)
    {
        LZ4F_dctx* context = nullptr;
        LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
        std::string bytes(std::size_t{1} << 20U, '\0');
        std::size_t made = bytes.size();
        std::size_t read = frame.size();
        const std::size_t missing =
            LZ4F_decompress(context, bytes.data(), &made, frame.data(), &read, nullptr);
        LZ4F_freeDecompressionContext(context);
        if (missing != 0 || read != frame.size()) {
            return std::nullopt;
        }
        bytes.resize(made);
        return bytes;
    }

    [[nodiscard]] QByteArray bytesOf(const QString& name) const
    {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static std::string partName(qsizetype offset)
    {
        return "wal/00000001_" + hex(static_cast<std::uint64_t>(offset), 8) + ".wal.lz4";
    }

    Result<HistoryReport> verify() { return HistoryVerifier(m_storage, m_clock).verify({}, {}); }

    std::uint64_t damagedMoments()
    {
        PosixFileSystem files;
        SeededRandom random(5);
        std::uint64_t damaged = 0;
        for (std::uint64_t number = 1; number <= 5; ++number) {
            Verifier verifier(m_storage, files, m_clock, random);
            const auto verified = verifier.verify(
                replica::AtTxId{{number}}, m_folder.path().toStdString(), Check::Quick, {}, {});
            damaged += !verified.ok() && verified.error().code == ErrorCode::Damaged ? 1 : 0;
        }
        return damaged;
    }

private slots:
    void init()
    {
        m_storage.objects().clear();
        m_parts.clear();
        QFile::remove(m_folder.filePath("app.db"));
        sqlite3* database = nullptr;
        sqlite3_open(m_folder.filePath("app.db").toUtf8().constData(), &database);
        const auto run = [&](const char* sql) {
            QCOMPARE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        };
        run("PRAGMA page_size=1024; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
            "CREATE TABLE t(v TEXT); PRAGMA wal_checkpoint(TRUNCATE)");
        add(kSnapshot, bytesOf("app.db"));
        run("INSERT INTO t VALUES (hex(randomblob(900)))");
        add(kFirst, bytesOf("app.db-wal"));
        run("PRAGMA wal_checkpoint(TRUNCATE)");
        for (qsizetype offset = 0, i = 0; i < 3; ++i) {
            run("INSERT INTO t VALUES (hex(randomblob(700)))");
            const QByteArray log = bytesOf("app.db-wal");
            m_parts.push_back(partName(offset));
            add(m_parts.back(), log.mid(offset));
            offset = log.size();
        }
        sqlite3_close(database);
    }

    void everyMomentOfAGoodReplicaIsChecked()
    {
        const auto report = verify();
        QVERIFY(report.ok());
        QVERIFY(report.value().format == replica::Catalog::Format::Legacy);
        QCOMPARE(report.value().moments, (Tally{.checked = 5}));
        QCOMPARE(report.value().objects, (Tally{.checked = 5}));
        QVERIFY(report.value().damaged.empty());
        QCOMPARE(damagedMoments(), std::uint64_t{0});
    }

    void aFlippedByteInAnyObjectIsFoundAndNamed()
    {
        for (auto& [name, object] : m_storage.objects()) {
            const auto whole = content(object.bytes);
            QVERIFY(whole);
            for (std::size_t at = 0; at < object.bytes.size(); at += 17) {
                object.bytes[at] = static_cast<char>(object.bytes[at] ^ 4);
                const auto report = verify();
                QVERIFY(report.ok());
                // A copy from elsewhere in a run of equal bytes gives the same bytes: no damage.
                const bool harmless = content(object.bytes) == whole;
                QCOMPARE(report.value().damaged.size(), std::size_t{harmless ? 0U : 1U});
                QVERIFY(harmless || report.value().damaged[0].name == name);
                object.bytes[at] = static_cast<char>(object.bytes[at] ^ 4);
            }
        }
    }

    void damageTakesAwayWhatRestoringSays()
    {
        for (auto& [name, object] : m_storage.objects()) {
            object.bytes[object.bytes.size() / 2] ^= 4;
            const auto report = verify();
            QVERIFY(report.ok());
            QCOMPARE(report.value().moments.damaged, damagedMoments());
            QCOMPARE(report.value().damaged[0].withdrawn.moments, damagedMoments());
            object.bytes[object.bytes.size() / 2] ^= 4;
        }
    }

    void behindADamagedPartNothingOfItsFileIsChecked()
    {
        auto& bytes = m_storage.objects().at(kPrefix + m_parts[1]).bytes;
        bytes[bytes.size() / 2] ^= 4;
        const auto report = verify();
        QVERIFY(report.ok());
        QCOMPARE(report.value().objects, (Tally{.checked = 3, .damaged = 1, .unreachable = 1}));
        const DamagedObject& damaged = report.value().damaged.at(0);
        QCOMPARE(damaged.withdrawn, (Withdrawal{.moments = 2, .first = {4}, .last = {5}}));
        QCOMPARE(damaged.goodBefore->txId.value, std::uint64_t{3});
        QVERIFY(!damaged.goodAfter);
    }

    void aPartBehindAHoleIsNamedAndNotTheOneBeforeIt()
    {
        m_storage.objects().erase(kPrefix + m_parts[1]);
        const auto report = verify();
        QVERIFY(report.ok());
        QCOMPARE(report.value().damaged.size(), std::size_t{1});
        QCOMPARE(report.value().damaged[0].name, kPrefix + m_parts[2]);
    }

    void aLogThatIsMissingBetweenTwoSnapshotsIsAHole()
    {
        auto& objects = m_storage.objects();
        objects[std::string(kPrefix) + "wal/00000002_00000000.wal.lz4"] =
            objects.at(std::string(kPrefix) + kFirst);
        add("snapshots/00000003.snapshot.lz4", bytesOf("app.db"));
        QVERIFY(!verify().value().hole);
        for (const std::string& part : m_parts) {
            objects.erase(kPrefix + part);
        }
        const auto report = verify();
        QVERIFY(report.ok() && report.value().damaged.empty());
        QCOMPARE(report.value().objects, (Tally{.checked = 3, .unreachable = 1}));
        QVERIFY(report.value().hole);
        QCOMPARE(report.value().hole->after.value, std::uint64_t{2});
        objects.erase(std::string(kPrefix) + "wal/00000002_00000000.wal.lz4");
        QVERIFY(!verify().value().hole);
    }

    void aSnapshotThatIsNoDatabaseIsDamaged()
    {
        for (const QByteArray& bytes :
             {QByteArray("no database"), QByteArray(5000, 'x'), bytesOf("app.db").chopped(100)}) {
            add(kSnapshot, bytes);
            const auto report = verify();
            QVERIFY(report.ok());
            QCOMPARE(report.value().damaged.at(0).name, std::string(kPrefix) + kSnapshot);
            QCOMPARE(report.value().moments, (Tally{.damaged = 5}));
        }
    }
};

QTEST_APPLESS_MAIN(TestLegacyHistory)
#include "tst_legacy_history.moc"
