#include "core/restore/exporter.h"

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/replica/writer_claim.h"
#include "core/restore/restorer.h"
#include "core/storage/zip_storage.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/made_replica.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <ranges>
#include <set>

using namespace tidemark;
using namespace tidemark::restore;
using replica::MadeReplica;

class TestExporter : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{7};
    std::unique_ptr<MadeReplica> m_made;

    [[nodiscard]] std::string target() const { return m_folder->path().toStdString() + "/x.zip"; }
    [[nodiscard]] QStringList inFolder() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden);
    }
    Result<Exported> exportAll(const std::stop_token& stop = {}, const OnExported& progress = {})
    {
        return exportTo(m_files, stop, progress);
    }
    Result<Exported> exportTo(FileSystem& files, const std::stop_token& stop = {},
                              const OnExported& progress = {})
    {
        return Exporter(m_made->storage, files, m_clock, m_random)
            .exportTo(target(), progress, stop);
    }
    [[nodiscard]] std::map<std::string, std::string> exported()
    {
        std::map<std::string, std::string> objects;
        storage::ZipStorage zip(m_files, m_random, target(), "");
        const Status listed = zip.list("",
                                       [&](const storage::ObjectEntry& entry) {
                                           objects[entry.name];
                                           return storage::Listing::Continue;
                                       },
                                       {});
        for (auto& [name, bytes] : objects) {
            const auto reader = zip.read(name, 0, storage::kToTheEnd, {});
            std::vector<std::byte> piece(1 << 20);
            const auto got = reader.value()->read(piece);
            bytes.assign(reinterpret_cast<const char*>(piece.data()), got.value());
        }
        return listed.ok() ? objects : std::map<std::string, std::string>{{"failed", ""}};
    }
    [[nodiscard]] std::map<std::string, std::string> objects() const
    {
        std::map<std::string, std::string> objects;
        for (const auto& [name, object] : m_made->storage.objects()) {
            objects[name] = object.bytes;
        }
        return objects;
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2, 3, 4}, 4);
        m_made->commit({2}, 4);
        m_made->commit({1, 3}, 4);
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 3);
        m_made->storage.objects()["tidemark/marks/0000000000000002-00000000.json"] = {.bytes =
                                                                                          "{}"};
    }
    void cleanup() { m_folder.reset(); }

    void everythingIsThereAsItIs()
    {
        std::uint64_t last = 0;
        const auto done = exportAll({}, [&](std::uint64_t doneBytes, std::uint64_t totalBytes) {
            QVERIFY(doneBytes >= last && doneBytes <= totalBytes);
            last = doneBytes;
        });
        QVERIFY(done.ok());
        QCOMPARE(done.value().objects, 4ULL);
        QCOMPARE(done.value().path, target());
        QCOMPARE(done.value().bytes,
                 static_cast<std::uint64_t>(QFile(QString::fromStdString(target())).size()));
        QVERIFY(last >= done.value().bytes);
        QVERIFY(exported() == objects());
        QCOMPARE(inFolder(), QStringList{"x.zip"});
    }

    void whatIsNoneOfTheReplicasStaysOut()
    {
        const auto before = objects();
        auto& all = m_made->storage.objects();
        all[std::string(replica::kClaimPrefix) + "1f0e3dad99908345-9b74c989-00000000"] = {};
        all["holiday.jpg"] = {.bytes = "jpg"};
        all["ltx/0/b\xfc"
            "cher"] = {.bytes = "?"};
        QVERIFY(exportAll().ok());
        QVERIFY(exported() == before);
    }

    void theOldLayoutIsTakenToo()
    {
        m_made->storage.objects() = {
            {"generations/0123456789abcdef/snapshots/00000000.snapshot.lz4", {.bytes = "1"}}};
        QVERIFY(exportAll().ok());
        QVERIFY(exported() == objects());
    }

    void noReplicaNoArchive()
    {
        m_made->storage.objects() = {{"holiday.jpg", {.bytes = "jpg"}}};
        QCOMPARE(exportAll().error().code, ErrorCode::NotFound);
        QCOMPARE(inFolder(), QStringList());
    }

    void nothingIsOverwritten()
    {
        QVERIFY(QFile(QString::fromStdString(target())).open(QIODevice::WriteOnly));
        m_made->storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Bug});
        };
        QCOMPARE(exportAll().error().code, ErrorCode::AlreadyExists);
        QCOMPARE(QFile(QString::fromStdString(target())).size(), 0);
    }

    void noRoomIsSaidBefore()
    {
        FaultyFileSystem files(m_files);
        files.pretendFreeBytes(100);
        m_made->storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Bug});
        };
        QCOMPARE(exportTo(files).error().code, ErrorCode::NoSpace);
        QCOMPARE(inFolder(), QStringList());
    }

    void aStopLeavesNothing()
    {
        std::stop_source source;
        const auto done = exportAll(source.get_token(),
                                    [&](std::uint64_t, std::uint64_t) { source.request_stop(); });
        QCOMPARE(done.error().code, ErrorCode::Cancelled);
        QCOMPARE(inFolder(), QStringList());
    }

    void whereverItFailsNothingIsLeft()
    {
        bool hasFailed = true;
        for (int call = 1; hasFailed; ++call) {
            init();
            FaultyFileSystem files(m_files);
            files.failAt(call, ErrorCode::NoSpace);
            hasFailed = !exportTo(files).ok();
            QCOMPARE(inFolder().isEmpty(), hasFailed);
        }
    }

    void aFailureOfTheDiskIsNoReasonToBeginAnew()
    {
        bool hasFailed = true;
        for (int call = 1; hasFailed; ++call) {
            init();
            // Too large to be held until the end.
            m_made->storage.objects()["tidemark/large"] = {.bytes = std::string(1 << 20, 'l')};
            int reads = 0;  // Of the first object.
            m_made->storage.onRead = [&](const std::string& name) {
                reads += name == m_made->storage.objects().begin()->first ? 1 : 0;
                return Status();
            };
            FaultyFileSystem files(m_files);
            files.failAt(call, ErrorCode::Io);
            hasFailed = !exportTo(files).ok();
            QVERIFY(reads <= 1);
        }
    }

    void whatGoesMeanwhileIsListedAgain()
    {
        // Compaction and retention put one object in the place of two.
        bool isFirst = true;
        m_made->storage.onRead = [&](const std::string& name) {
            if (isFirst && name.starts_with("ltx/0/0000000000000003")) {
                isFirst = false;
                std::erase_if(m_made->storage.objects(),
                              [](const auto& each) { return each.first.starts_with("ltx/0/"); });
                m_made->put(1, 2, 3);
            }
            return Status();
        };
        QVERIFY(exportAll().ok());
        QVERIFY(exported() == objects());
    }

    void whatHasAnotherSizeIsListedAgain()
    {
        bool isFirst = true;
        m_made->storage.onRead = [&](const std::string& name) {
            if (isFirst && name.starts_with("tidemark/")) {
                isFirst = false;
                m_made->storage.objects()[name].bytes = "{ }";
            }
            return Status();
        };
        QVERIFY(exportAll().ok());
        QVERIFY(exported() == objects());
    }

    void whatAlwaysGoesIsNotTriedForEver()
    {
        int reads = 0;
        m_made->storage.onRead = [&](const std::string&) {
            ++reads;
            return Status(Error{.code = ErrorCode::NotFound});
        };
        QCOMPARE(exportAll().error().code, ErrorCode::NotFound);
        QVERIFY(reads < 10);
        QCOMPARE(inFolder(), QStringList());
    }

    void aFailureOfTheStorageIsTold()
    {
        int reads = 0;
        m_made->storage.onRead = [&](const std::string&) {
            ++reads;
            return Status(Error{.code = ErrorCode::Unavailable});
        };
        QCOMPARE(exportAll().error().code, ErrorCode::Unavailable);
        QCOMPARE(reads, 1);
    }

    void whatItReadsIsPinned()
    {
        replica::PinBoard pins;
        std::size_t pinned = 0;
        m_made->storage.onRead = [&](const std::string&) {
            pinned = pins.pinned().size();
            return Status();
        };
        Exporter exporter(m_made->storage, m_files, m_clock, m_random, &pins);
        {
            const auto claim = pins.claim({m_made->storage.objects().begin()->first});
            QCOMPARE(exporter.exportTo(target(), {}, {}).error().code, ErrorCode::NotFound);
        }
        QVERIFY(exporter.exportTo(target(), {}, {}).ok());
        QCOMPARE(pinned, std::size_t{4});
        QVERIFY(pins.pinned().empty());
    }

    void everyMomentComesBackFromTheArchive()
    {
        QVERIFY(exportAll().ok());
        storage::ZipStorage zip(m_files, m_random, target(), "");
        for (std::uint64_t txId = 1; txId <= 3; ++txId) {
            const std::string out = m_folder->path().toStdString() + '/' + std::to_string(txId);
            Restorer restorer(zip, m_files, m_clock, m_random);
            const auto restored = restorer.restore(
                {.wish = replica::AtTxId{{txId}}, .target = out, .check = Check::None}, {}, {});
            QVERIFY(restored.ok());
            QVERIFY(restored.value().verdict == Verdict::Proven);
            QFile file(QString::fromStdString(out));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY(file.readAll().toStdString() == m_made->state(txId));
        }
    }
};

QTEST_GUILESS_MAIN(TestExporter)
#include "tst_exporter.moc"
