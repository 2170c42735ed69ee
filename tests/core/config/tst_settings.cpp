#include "core/base/posix_file_system.h"
#include "core/config/settings.h"
#include "core/config/settings_json.h"

#include <QTemporaryDir>
#include <QTest>

#include <span>

using namespace tidemark;
using namespace tidemark::config;
using namespace std::chrono_literals;

namespace {

Settings everythingSet()
{
    Settings settings;
    settings.databases = {{.path = "/home/me/notes.db",
                           .name = "Notes",
                           .replicas = {{.name = "Folder", .address = "file:///srv/notes"},
                                        {.name = "Bucket",
                                         .address = "s3://b/notes?region=x",
                                         .keep = {.everyMomentFor = 3h},
                                         .syncInterval = 10s}},
                           .switchToWal = true,
                           .paused = true,
                           .syncInterval = 250ms,
                           .drillEvery = 48h,
                           .spoolLimitMib = 500},
                          {.path = "/home/me/Büro/\"shop\".db", .watch = true}};
    settings.openedReplicas = {{.name = "old", .address = "file:///mnt/old"}};
    settings.appearance = Appearance::Dark;
    settings.zone = ZoneChoice::Utc;
    settings.lastRestoreFolder = "/home/me/Downloads";
    settings.window =
        WindowGeometry{.x = -5, .y = 7, .width = 1200, .height = 800, .maximized = true};
    settings.saidOnce = {"close-to-tray", "zoom"};
    return settings;
}

}  // namespace

class TestSettings : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        m_path = m_directory->filePath("deep/settings.json").toStdString();
    }

    void noFileGivesTheDefaults()
    {
        const auto loaded = SettingsFile(m_files, m_path).load();
        QVERIFY(loaded.ok());
        QCOMPARE(loaded.value().settings, Settings());
        QVERIFY(!loaded.value().notice);
        QVERIFY(!loaded.value().readOnly);
    }

    void everythingComesBack()
    {
        SettingsFile file(m_files, m_path);
        QVERIFY(file.save(everythingSet()).ok());
        QCOMPARE(file.load().value().settings, everythingSet());
        QCOMPARE(readSettings(m_files, m_path).value().settings, everythingSet());
    }

    void whoSaysNothingOfDeletingKeepsEverything()
    {
        write(m_path,
              "{\"version\":1,\"databases\":[{\"path\":\"/a.db\",\"replicas\":[{\"name\":\"r\","
              "\"address\":\"file:///r\"}]}]}");
        SettingsFile file(m_files, m_path);
        const Settings settings = file.load().value().settings;
        QVERIFY(settings.databases[0].replicas[0].keep.neverDelete);
        QVERIFY(file.save(settings).ok());
        QVERIFY(read(m_path).find("keep") == std::string::npos);
    }

    void whatIsNotUnderstoodKeepsEverythingAndStaysInTheFile()
    {
        for (const std::string text :
             {"\"grandfather\"", "\"time-machine:weeks=3d\"", "{\"a\":1}"}) {
            write(m_path,
                  "{\"version\":1,\"databases\":[{\"path\":\"/a.db\",\"replicas\":[{\"name\":\"r\","
                  "\"address\":\"file:///r\",\"keep\":" +
                      text + "}]}]}");
            SettingsFile file(m_files, m_path);
            const Settings settings = file.load().value().settings;
            QVERIFY(settings.databases[0].replicas[0].keep.neverDelete);
            QVERIFY(file.save(settings).ok());
            QCOMPARE(file.load().value().settings, settings);
            QVERIFY(settings.databases[0].replicas[0].unknown.find(text) != std::string::npos);
        }
    }

    void unknownKeysSurviveASaveWithTheirOwner()
    {
        write(m_path,
              "{\"version\":1,\"future\":[1,2],\"databases\":[{\"path\":\"/"
              "a.db\",\"colour\":\"blue\"},{\"path\":\"/"
              "b.db\",\"replicas\":[{\"name\":\"r\",\"address\":\"file:///"
              "r\",\"tier\":{\"cold\":true}}]}]}");
        SettingsFile file(m_files, m_path);
        Settings settings = file.load().value().settings;
        std::swap(settings.databases[0], settings.databases[1]);
        QVERIFY(file.save(settings).ok());

        const Settings again = file.load().value().settings;
        QCOMPARE(again, settings);
        QCOMPARE(again.unknown, std::string("{\"future\":[1,2]}"));
        QCOMPARE(again.databases[1].unknown, std::string("{\"colour\":\"blue\"}"));
        QCOMPARE(again.databases[0].replicas[0].unknown, std::string("{\"tier\":{\"cold\":true}}"));
    }

    void unknownKeysOfTheWindowSurviveItsNewPlace()
    {
        write(m_path, "{\"version\":1,\"window\":{\"x\":1,\"screen\":\"left\"}}");
        SettingsFile file(m_files, m_path);
        Settings settings = file.load().value().settings;
        QCOMPARE(settings.window->x, 1);
        settings.window = WindowGeometry{.x = 7, .width = 800};
        QVERIFY(file.save(settings).ok());
        QCOMPARE(file.load().value().settings.window->x, 7);
        QVERIFY(read(m_path).find("\"screen\": \"left\"") != std::string::npos);
    }

    void aChoiceThatIsNotKnownSurvivesUntilThereIsAnother()
    {
        write(m_path, "{\"version\":1,\"appearance\":\"sepia\",\"zone\":\"moon\"}");
        SettingsFile file(m_files, m_path);
        Settings settings = file.load().value().settings;
        QVERIFY(settings.appearance == Appearance::System);
        QVERIFY(settings.zone == ZoneChoice::Local);
        settings.zone = ZoneChoice::Utc;
        QVERIFY(file.save(settings).ok());
        QVERIFY(read(m_path).find("\"appearance\": \"sepia\"") != std::string::npos);
        QVERIFY(read(m_path).find("moon") == std::string::npos);
        QVERIFY(file.load().value().settings.zone == ZoneChoice::Utc);
    }

    void theNewestVersionThatCanBeWrittenIsNewer()
    {
        write(m_path, "{\"version\":18446744073709551615}");
        const LoadedSettings loaded = SettingsFile(m_files, m_path).load().value();
        QVERIFY(loaded.readOnly);
        QVERIFY(!loaded.notice);
    }

    void aNewerVersionsFileIsReadAndNeverWritten()
    {
        const std::string newer =
            "{\"version\":2,\"databases\":[{\"path\":\"/a.db\"}],\"zone\":{\"new\":1}}";
        write(m_path, newer);
        SettingsFile file(m_files, m_path);
        const LoadedSettings loaded = file.load().value();
        QVERIFY(loaded.readOnly);
        QVERIFY(!loaded.notice);
        QCOMPARE(loaded.settings.databases.front().path, std::string("/a.db"));

        const Status saved = file.save(loaded.settings);
        QVERIFY(!saved.ok());
        QVERIFY(saved.error().code == ErrorCode::Unsupported);
        QCOMPARE(read(m_path), newer);
    }

    void aDamagedFileIsSetAsideAndTheLastGoodCopyOpens_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("cut") << QByteArray("{\"version\":1,\"databases\":[");
        QTest::newRow("no object") << QByteArray("[]");
        QTest::newRow("no version") << QByteArray("{\"databases\":[]}");
        QTest::newRow("version zero") << QByteArray("{\"version\":0}");
        QTest::newRow("wrong kind") << QByteArray("{\"version\":1,\"databases\":7}");
        QTest::newRow("wrong kind inside")
            << QByteArray("{\"version\":1,\"databases\":[{\"path\":1}]}");
        QTest::newRow("no object inside") << QByteArray("{\"version\":1,\"databases\":[1]}");
        QTest::newRow("negative interval")
            << QByteArray("{\"version\":1,\"databases\":[{\"syncIntervalMs\":-1}]}");
        QTest::newRow("an interval that no int holds")
            << QByteArray("{\"version\":1,\"databases\":[{\"syncIntervalMs\":4294967296}]}");
        QTest::newRow("a place that no signed number holds")
            << QByteArray("{\"version\":1,\"window\":{\"x\":18446744073709551615}}");
        QTest::newRow("a place between two pixels")
            << QByteArray("{\"version\":1,\"window\":{\"x\":1.5}}");
        QTest::newRow("a choice that is a number")
            << QByteArray("{\"version\":1,\"appearance\":1}");
        QTest::newRow("switched and watched") << QByteArray(
            "{\"version\":1,\"databases\":[{\"path\":\"/a.db\",\"switchToWal\":true,"
            "\"watch\":true}]}");
        QTest::newRow("too large") << QByteArray(kMaxConfigBytes + 1, ' ');
        QTest::newRow("zeros") << QByteArray(100, '\0');
    }
    void aDamagedFileIsSetAsideAndTheLastGoodCopyOpens()
    {
        QFETCH(QByteArray, text);
        SettingsFile file(m_files, m_path);
        QVERIFY(file.save(everythingSet()).ok());
        write(m_path, text.toStdString());

        QCOMPARE(readSettings(m_files, m_path).value().settings, everythingSet());
        QCOMPARE(read(m_path), text.toStdString());
        const LoadedSettings loaded = file.load().value();
        QCOMPARE(loaded.settings, everythingSet());
        QVERIFY(loaded.notice.has_value());
        QCOMPARE(read(m_path + ".damaged"), text.toStdString());
        QVERIFY(!file.load().value().notice);
    }

    void eachDamagedFileKeepsItsOwnCopy()
    {
        SettingsFile file(m_files, m_path);
        QVERIFY(file.save({}).ok());
        write(m_path, "one");
        QVERIFY(file.load().ok());
        write(m_path, "two");
        QVERIFY(file.load().ok());
        QCOMPARE(read(m_path + ".damaged"), std::string("one"));
        QCOMPARE(read(m_path + ".damaged-2"), std::string("two"));
    }

    void withoutAGoodCopyTheDefaultsOpenAndSayWhatToDo()
    {
        write(m_path, "{");
        SettingsFile file(m_files, m_path);
        const LoadedSettings loaded = file.load().value();
        QCOMPARE(loaded.settings, Settings());
        QVERIFY(loaded.notice.has_value());
        QVERIFY(inEnglish(loaded.notice->next).find("add your databases again") !=
                std::string::npos);
        QVERIFY(file.save({}).ok());
    }

    void aNameThatIsNotUtf8IsRefusedAndTheFileStays()
    {
        SettingsFile file(m_files, m_path);
        QVERIFY(file.save(everythingSet()).ok());
        Settings settings;
        settings.databases = {{.path = "/a\xff.db"}};
        QVERIFY(file.save(settings).error().code == ErrorCode::Unsupported);
        QCOMPARE(file.load().value().settings, everythingSet());
    }

    void everyShorterPrefixOfAFileIsRefusedOrTheSame()
    {
        const std::string text = encodeSettings(everythingSet()).value();
        for (std::size_t length = 0; length + 2 < text.size(); ++length) {
            QVERIFY(!decodeSettings(std::string_view(text).substr(0, length), "x").ok());
        }
    }

private:
    void write(const std::string& path, const std::string& text)
    {
        QVERIFY(m_files.makeDirectories(parentOf(path), kPrivateDirectory).ok());
        auto file = m_files.open(path, OpenFor::Keeping, kPrivateFile);
        QVERIFY(file.ok());
        QVERIFY(file.value()->resize(0).ok());
        QVERIFY(file.value()->writeAt(std::as_bytes(std::span(text)), 0).ok());
    }

    std::string read(const std::string& path)
    {
        auto file = m_files.open(path, OpenFor::Reading, kPrivateFile);
        if (!file.ok()) {
            return "(no file)";
        }
        std::string text(file.value()->sizeBytes().value(), '\0');
        const auto got = file.value()->readAt(std::as_writable_bytes(std::span(text)), 0);
        return got.ok() ? text : "(not readable)";
    }

    PosixFileSystem m_files;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::string m_path;
};

QTEST_APPLESS_MAIN(TestSettings)
#include "tst_settings.moc"
