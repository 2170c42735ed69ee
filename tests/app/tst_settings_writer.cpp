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

config::Settings named(const std::string& path)
{
    return {.databases = {{.path = path}}};
}

}  // namespace

class TestSettingsWriter : public QObject {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsSavedIsThereAtTheNextStart()
    {
        PosixFileSystem files;
        {
            SettingsWriter writer(files, path());
            writer.save(named("/srv/a.db"));
        }
        QCOMPARE(readPath(files), "/srv/a.db");
    }

    void savingReturnsAtOnceHoweverSlowTheDiskIs()
    {
        PosixFileSystem disk;
        GatedFileSystem slow(disk);
        slow.gated = true;
        SettingsWriter writer(slow, path());
        QElapsedTimer timer;
        timer.start();
        writer.save(named("/srv/a.db"));
        QTRY_VERIFY(slow.writes == 1);
        for (int i = 0; i < 100; ++i) {
            writer.save(named("/srv/" + std::to_string(i) + ".db"));
        }
        QVERIFY(timer.elapsed() < 1000);
        slow.gated = false;
        slow.gate.release();
        QTRY_COMPARE(readPath(disk), "/srv/99.db");
    }

    void ofManyChangesOnlyTheNewestIsWritten()
    {
        PosixFileSystem disk;
        GatedFileSystem slow(disk);
        slow.gated = true;
        int perSave = 0;
        {
            SettingsWriter writer(slow, path());
            QSignalSpy written(&writer, &SettingsWriter::written);
            writer.save(named("/srv/first.db"));
            QTRY_VERIFY(slow.writes == 1);
            for (int i = 0; i < 100; ++i) {
                writer.save(named("/srv/" + std::to_string(i) + ".db"));
            }
            slow.gated = false;
            slow.gate.release();
            QTRY_COMPARE(written.size(), 2);
            perSave = slow.writes / 2;
        }
        QVERIFY(perSave <= 2);
        QCOMPARE(readPath(disk), "/srv/99.db");
    }

    void endingTheProgramWaitsForTheNewestWrite()
    {
        PosixFileSystem disk;
        GatedFileSystem slow(disk);
        slow.gated = true;
        {
            SettingsWriter writer(slow, path());
            writer.save(named("/srv/a.db"));
            QTRY_VERIFY(slow.writes == 1);
            writer.save(named("/srv/newest.db"));
            slow.gated = false;
            slow.gate.release();
        }
        QCOMPARE(readPath(disk), "/srv/newest.db");
    }

    void aWriteThatFailsIsToldAndTheNextOneHeals()
    {
        PosixFileSystem disk;
        GatedFileSystem full(disk);
        full.refusing = true;
        SettingsWriter writer(full, path());
        QSignalSpy written(&writer, &SettingsWriter::written);
        writer.save(named("/srv/a.db"));
        QTRY_COMPARE(written.size(), 1);
        QCOMPARE(written[0][0].toString(), u"The disk is full."_s);
        QCOMPARE(written.takeFirst()[1].toString(), u"Make room."_s);
        full.refusing = false;
        writer.save(named("/srv/a.db"));
        QTRY_COMPARE(written.size(), 1);
        QVERIFY(written.takeFirst().constFirst().toString().isEmpty());
    }

private:
    [[nodiscard]] std::string path() const
    {
        return m_folder->filePath(u"tidemark/settings.json"_s).toStdString();
    }
    [[nodiscard]] std::string readPath(FileSystem& files) const
    {
        const auto loaded = config::readSettings(files, path());
        return !loaded.ok() || loaded.value().settings.databases.empty()
                   ? std::string()
                   : loaded.value().settings.databases.front().path;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestSettingsWriter)
#include "tst_settings_writer.moc"
