#include "core/config/config_file.h"
#include "tests/support/memory_file_system.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::config;

class TestConfigFile : public QObject {
    Q_OBJECT

private slots:
    void settingsOfANewerVersionAreRefused()
    {
        const auto config = read("{\"version\":99,\"databases\":[{\"path\":\"/a.db\"}]}");
        QVERIFY(!config.ok());
        QCOMPARE(config.error().code, ErrorCode::Unsupported);
        QVERIFY(inEnglish(config.error().what).find("newer version") != std::string::npos);
    }

    void settingsWithoutAVersionAreToldWhichToWrite()
    {
        const auto config = read("{\"databases\":[]}");
        QVERIFY(!config.ok());
        QCOMPARE(config.error().code, ErrorCode::Damaged);
        QVERIFY(inEnglish(config.error().next).find("\"version\": 1") != std::string::npos);
    }

    void keysOfSettingsThatNobodyUsesAreTold()
    {
        const auto config = read(
            "{\"version\":1,\"future\":1,\"window\":{\"screen\":1},\"zone\":\"moon\","
            "\"databases\":[{\"path\":\"/a.db\",\"replica\":[],\"my secret\":1,"
            "\"replicas\":[{\"address\":\"s3://ada:hunter2@b\",\"kep\":1,\"keep\":\"some\"}]}]}");
        QVERIFY(config.ok());
        QCOMPARE(config.value().databases.size(), std::size_t(1));
        std::vector<std::string> told;
        for (const Message& notice : config.value().notices) {
            told.push_back(inEnglish(notice));
        }
        const std::vector<std::string> expected{
            "/s.json: Tidemark does not use \"future\".",
            "/s.json: Tidemark does not use \"...\" of /a.db.",
            "/s.json: Tidemark does not use \"replica\" of /a.db.",
            "/s.json: Tidemark does not understand a \"keep\" of /a.db, so everything stays there.",
            "/s.json: Tidemark does not use \"kep\" of /a.db.",
        };
        QVERIFY(told == expected);
    }

    void knownKeysOfSettingsNeedNoWord()
    {
        const auto config = read(
            "{\"version\":1,\"databases\":[{\"path\":\"/a.db\",\"watch\":true,"
            "\"replicas\":[{\"address\":\"/r\",\"keep\":\"time-machine\"}]}]}");
        QVERIFY(config.ok());
        QVERIFY(config.value().notices.empty());
    }

private:
    [[nodiscard]] static Result<FileConfig> read(const std::string& text)
    {
        MemoryFileSystem files;
        const auto file = files.open("/s.json", OpenFor::Creating, kPrivateFile);
        const Status written =
            file.value()->writeAt(std::as_bytes(std::span(text.data(), text.size())), 0);
        Q_ASSERT(written.ok());
        return readConfigFile(files, "/s.json",
                              [](const std::string&) { return std::optional<std::string>(); });
    }
};

QTEST_APPLESS_MAIN(TestConfigFile)
#include "tst_config_file.moc"
