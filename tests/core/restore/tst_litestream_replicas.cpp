#include "core/base/posix_file_system.h"
#include "core/base/rfc3339.h"
#include "core/base/system_clock.h"
#include "core/replica/open_replica.h"
#include "core/restore/restorer.h"
#include "core/storage/folder_storage.h"

#include <sqlite3.h>

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace tidemark;
using namespace tidemark::restore;

/// Replicas that the real Litestream writes while a program writes to its database: what it
/// restores, we restore to the same bytes. Each test is skipped where its release is not at hand:
/// LITESTREAM5 (0.5.17) and LITESTREAM3 (0.3.13) are paths of the programs.
class TestLitestreamReplicas : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{3};

    [[nodiscard]] QString path(const QString& name) const { return m_folder->filePath(name); }

    static QByteArray bytesOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
    }

    /// The peers' rhythm is wall time.
    void wait(std::chrono::milliseconds pause)
    {
        QVERIFY(m_clock.waitUntil(m_clock.monotonic() + pause, {}));
    }

    /// Writes some transactions of its own size and rhythm each round.
    void write(sqlite3* database, int rounds)
    {
        for (int round = 0; round < rounds; ++round) {
            const QString sql = QString(
                                    "BEGIN; INSERT INTO t SELECT NULL, hex(randomblob(%1)) FROM "
                                    "generate_series; DELETE FROM t WHERE id % 7 = %2; COMMIT;")
                                    .arg(20 + round * 37 % 900)
                                    .arg(round % 7);
            const QByteArray text = QString(sql).replace("generate_series", kFewRows).toUtf8();
            QCOMPARE(sqlite3_exec(database, text.constData(), nullptr, nullptr, nullptr),
                     SQLITE_OK);
            wait(std::chrono::milliseconds(40));
        }
    }
    static constexpr const char* kFewRows = "(VALUES (1), (2), (3), (4), (5), (6), (7), (8))";

    sqlite3* openDatabase()
    {
        sqlite3* database = nullptr;
        sqlite3_open(path("app.db").toUtf8().constData(), &database);
        sqlite3_exec(database,
                     "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=5000; CREATE TABLE IF NOT "
                     "EXISTS t(id INTEGER PRIMARY KEY, v TEXT)",
                     nullptr, nullptr, nullptr);
        return database;
    }

    std::unique_ptr<QProcess> startLitestream(const QString& program, const QString& settings)
    {
        QFile file(path("litestream.yml"));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
            return nullptr;
        }
        file.write(settings.toUtf8());
        file.close();
        auto process = std::make_unique<QProcess>();
        process->setProcessChannelMode(QProcess::MergedChannels);
        process->setStandardOutputFile(path("log"), QIODevice::Append);
        process->start(program, {"replicate", "-config", path("litestream.yml")});
        return process->waitForStarted() ? std::move(process) : nullptr;
    }

    static void stopLitestream(std::unique_ptr<QProcess> process)
    {
        process->terminate();
        QVERIFY(process->waitForFinished(20'000));
    }

    [[nodiscard]] int count(const QString& folder) const
    {
        int files = 0;
        for (QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
            it.next();
            ++files;
        }
        return files;
    }

    /// What the peer restores; empty if it refuses.
    QByteArray theirs(const QString& program, const QStringList& options)
    {
        const QString out = path("theirs.db");
        QFile::remove(out);
        QProcess process;
        process.start(program, QStringList{"restore", "-o", out} + options);
        process.waitForFinished(60'000);
        return process.exitCode() == 0 ? bytesOf(out) : QByteArray();
    }

    QByteArray ours(const replica::Wish& wish)
    {
        storage::FolderStorage storage(m_files, m_random, path("replica").toStdString());
        Restorer restorer(storage, m_files, m_clock, m_random);
        const QString out = path("ours.db");
        QFile::remove(out);
        const auto restored = restorer.restore({.wish = wish, .target = out.toStdString()}, {}, {});
        return restored.ok() ? bytesOf(out)
                             : QByteArray::fromStdString(inEnglish(restored.error().what));
    }

    replica::Catalog catalog()
    {
        const storage::FolderStorage storage(m_files, m_random, path("replica").toStdString());
        return replica::openCatalog(storage, {}).value();
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup() { m_folder.reset(); }

    void eachMomentOfLitestream5()
    {
        const QString program = qEnvironmentVariable("LITESTREAM5");
        if (program.isEmpty()) {
            QSKIP("LITESTREAM5 does not name Litestream 0.5");
        }
        sqlite3* const database = openDatabase();
        auto litestream = startLitestream(program, QString("levels:\n"
                                                           "  - interval: 1s\n"
                                                           "  - interval: 3s\n"
                                                           "snapshot:\n"
                                                           "  interval: 4s\n"
                                                           "  retention: 1h\n"
                                                           "dbs:\n"
                                                           "  - path: %1\n"
                                                           "    monitor-interval: 100ms\n"
                                                           "    replica:\n"
                                                           "      type: file\n"
                                                           "      path: %2\n"
                                                           "      sync-interval: 100ms\n")
                                                       .arg(path("app.db"), path("replica")));
        QVERIFY(litestream);
        QTRY_VERIFY_WITH_TIMEOUT(count(path("replica/ltx/0")) > 0, 20'000);
        write(database, 220);
        wait(std::chrono::milliseconds(1500));
        stopLitestream(std::move(litestream));
        sqlite3_close(database);
        QVERIFY(count(path("replica/ltx/1")) > 1);
        QVERIFY(count(path("replica/ltx/9")) > 0);

        const replica::Catalog moments = catalog();
        QVERIFY(moments.moments.size() > 20);
        const QString url = "file://" + path("replica");
        int same = 0;
        for (const replica::Moment& each : moments.moments) {
            const QString number =
                QString::number(each.txId.value, 16).rightJustified(16, QChar('0'));
            const QByteArray expected = theirs(program, {"-txid", number, url});
            if (expected.isEmpty()) {
                continue;
            }
            ++same;
            QVERIFY2(ours(replica::AtTxId{each.txId}) == expected, qPrintable(number));
        }
        QVERIFY(same > 20);
        for (std::size_t i = 5; i + 1 < moments.moments.size(); i += 9) {
            const Timestamp time = moments.moments[i].time;
            const std::string after = formatRfc3339(time + std::chrono::milliseconds(1));
            const QByteArray expected =
                theirs(program, {"-timestamp", QString::fromStdString(after), url});
            QVERIFY(!expected.isEmpty());
            QVERIFY2(ours(replica::AtTime{time}) == expected, after.c_str());
        }
        QVERIFY(ours(replica::Latest{}) == theirs(program, {url}));
        qInfo("%d moments of %d files", same, count(path("replica/ltx")));
    }

    void eachMomentOfLitestream3()
    {
        const QString program = qEnvironmentVariable("LITESTREAM3");
        if (program.isEmpty()) {
            QSKIP("LITESTREAM3 does not name Litestream 0.3");
        }
        const QString settings = QString(
                                     "dbs:\n"
                                     "  - path: %1\n"
                                     "    monitor-interval: 100ms\n"
                                     "    checkpoint-interval: 2s\n"
                                     "    min-checkpoint-page-count: 50\n"
                                     "    replicas:\n"
                                     "      - type: file\n"
                                     "        path: %2\n"
                                     "        sync-interval: 100ms\n"
                                     "        snapshot-interval: 5s\n"
                                     "        retention: 1h\n")
                                     .arg(path("app.db"), path("replica"));
        for (int life = 0; life < 3; ++life) {
            sqlite3* const database = openDatabase();
            auto litestream = startLitestream(program, settings);
            QVERIFY(litestream);
            const int before = count(path("replica"));
            QTRY_VERIFY_WITH_TIMEOUT(count(path("replica")) > before, 20'000);
            write(database, 120);
            wait(std::chrono::milliseconds(500));
            stopLitestream(std::move(litestream));
            // Unseen by Litestream: it has to begin a new generation.
            write(database, 3);
            sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
            sqlite3_close(database);
            QDir(path(".app.db-litestream")).removeRecursively();
        }
        compareWithLitestream3(program);
    }

private:
    void compareWithLitestream3(const QString& program)
    {
        const replica::Catalog moments = catalog();
        QVERIFY(moments.format == replica::Catalog::Format::Legacy);
        std::set<std::string> generations;
        const QString url = "file://" + path("replica");
        int same = 0;
        for (const replica::Moment& each : moments.moments) {
            generations.insert(each.legacy->generation);
            if (each.legacy->offsetBytes != replica::kWholeWal) {
                continue;
            }
            const QByteArray expected = theirs(
                program,
                {"-generation", QString::fromStdString(each.legacy->generation), "-index",
                 QString::number(each.legacy->index, 16).rightJustified(8, QChar('0')), url});
            QVERIFY(!expected.isEmpty());
            QVERIFY2(ours(replica::AtTxId{each.txId}) == expected,
                     qPrintable(QString::number(each.txId.value)));
            ++same;
        }
        QVERIFY(generations.size() >= 3);
        QVERIFY(same >= 3);
        int times = 0;
        for (std::size_t i = 3; i < moments.moments.size(); i += 5) {
            const replica::Moment& each = moments.moments[i];
            const std::string time = formatRfc3339(each.time);
            const QByteArray expected =
                theirs(program, {"-generation", QString::fromStdString(each.legacy->generation),
                                 "-timestamp", QString::fromStdString(time), url});
            if (expected.isEmpty()) {
                continue;
            }
            QVERIFY2(ours(replica::AtTime{each.time}) == expected, time.c_str());
            ++times;
        }
        QVERIFY(times > 3);
        QVERIFY(ours(replica::Latest{}) == theirs(program, {url}));
        qInfo("%d indexes, %d times, %zu generations, %zu moments", same, times, generations.size(),
              moments.moments.size());
    }
};

QTEST_GUILESS_MAIN(TestLitestreamReplicas)
#include "tst_litestream_replicas.moc"
