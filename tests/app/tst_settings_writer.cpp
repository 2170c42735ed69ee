#include "app/engine/settings_writer.h"
#include "core/base/posix_file_system.h"
#include "tests/support/passing_file_system.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <semaphore>

using namespace tidemark;
using namespace tidemark::app;
using namespace Qt::StringLiterals;

namespace {

/// Holds every write until the test lets it go, and refuses while it is told to.
class GatedFileSystem final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    std::counting_semaphore<> gate{0};
    std::atomic<bool> gated{false};
    std::atomic<bool> refusing{false};
    std::atomic<int> writes{0};

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (purpose != OpenFor::Reading) {
            ++writes;
            if (gated) {
                gate.acquire();
            }
            if (refusing) {
                return Error{.code = ErrorCode::NoSpace,
                             .what = {"tests", "The disk is full."},
                             .next = {"tests", "Make room."}};
            }
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }
};

/// A writer of settings onto a disk that a test can hold up.
struct Bench {
    QTemporaryDir folder;
    std::string path = folder.filePath(u"tidemark/settings.json"_s).toStdString();
    PosixFileSystem disk;
    GatedFileSystem gated{disk};
    std::unique_ptr<SettingsWriter> writer = std::make_unique<SettingsWriter>(gated, path);
    QSignalSpy written{writer.get(), &SettingsWriter::written};

    void save(const std::string& database) const
    {
        writer->save({.databases = {{.path = database}}});
    }
    /// Until the write of `database` waits for the disk.
    void saveHeldUp(const std::string& database)
    {
        gated.gated = true;
        save(database);
        QVERIFY(QTest::qWaitFor([this] { return gated.writes == 1; }));
    }
    void saveHundred() const
    {
        for (int i = 0; i < 100; ++i) {
            save("/srv/" + std::to_string(i) + ".db");
        }
    }
    void letGo()
    {
        gated.gated = false;
        gated.gate.release();
    }
    /// As at the end of the program.
    void end() { writer.reset(); }

    /// Which database is on the disk; empty without one.
    [[nodiscard]] std::string kept()
    {
        const auto loaded = config::readSettings(disk, path);
        return !loaded.ok() || loaded.value().settings.databases.empty()
                   ? std::string()
                   : loaded.value().settings.databases.front().path;
    }
};

}  // namespace

class TestSettingsWriter : public QObject {
    Q_OBJECT

private slots:
    void whatIsSavedIsThereAtTheNextStart()
    {
        Bench bench;
        bench.save("/srv/a.db");
        bench.end();
        QCOMPARE(bench.kept(), "/srv/a.db");
    }

    void savingReturnsAtOnceHoweverSlowTheDiskIs()
    {
        Bench bench;
        QElapsedTimer timer;
        timer.start();
        bench.saveHeldUp("/srv/a.db");
        bench.saveHundred();
        QVERIFY(timer.elapsed() < 1000);
        bench.letGo();
        QTRY_COMPARE(bench.kept(), "/srv/99.db");
    }

    void ofManyChangesOnlyTheNewestIsWritten()
    {
        Bench bench;
        bench.saveHeldUp("/srv/first.db");
        bench.saveHundred();
        bench.letGo();
        QTRY_COMPARE(bench.written.size(), 2);
        const int perSave = bench.gated.writes / 2;
        QVERIFY(perSave <= 2);
        QCOMPARE(bench.kept(), "/srv/99.db");
    }

    void endingTheProgramWaitsForTheNewestWrite()
    {
        Bench bench;
        bench.saveHeldUp("/srv/a.db");
        bench.save("/srv/newest.db");
        bench.letGo();
        bench.end();
        QCOMPARE(bench.kept(), "/srv/newest.db");
    }

    void aWriteThatFailsIsToldAndTheNextOneHeals()
    {
        Bench bench;
        bench.gated.refusing = true;
        bench.save("/srv/a.db");
        QTRY_COMPARE(bench.written.size(), 1);
        QCOMPARE(bench.written[0][0].toString(), u"The disk is full."_s);
        QCOMPARE(bench.written.takeFirst()[1].toString(), u"Make room."_s);
        bench.gated.refusing = false;
        bench.save("/srv/a.db");
        QTRY_COMPARE(bench.written.size(), 1);
        QVERIFY(bench.written.takeFirst().constFirst().toString().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSettingsWriter)
#include "tst_settings_writer.moc"
