#include "core/config/litestream_yml.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::config;
using namespace std::chrono_literals;

namespace {

std::optional<std::string> environment(const std::string& name)
{
    return name == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
}

Result<FileConfig> parse(const std::string& text)
{
    return parseLitestreamYml(text, "x.yml", environment);
}

std::string refusal(const std::string& text)
{
    const auto config = parse(text);
    return config.ok() ? "accepted" : inEnglish(config.error().what);
}

}  // namespace

class TestLitestreamYml : public QObject {
    Q_OBJECT

private slots:
    void everyFormOfAReplicaIsRead()
    {
        const auto config = parse(
            "dbs:\n"
            "  - path: ${HOME}/notes.db\n"
            "    replicas:\n"
            "      - type: file\n"
            "        path: /srv/notes\n"
            "      - name: second\n"
            "        url: file:///mnt/notes\n"
            "      - file:///mnt/third\n"
            "  - path: shop.db\n"
            "    replica:\n"
            "      path: $HOME/shop\n");
        QVERIFY(config.ok());
        const auto& databases = config.value().databases;
        QCOMPARE(databases.size(), 2U);
        QCOMPARE(databases[0].path, std::string("/home/me/notes.db"));
        QCOMPARE(databases[0].replicas[0].address, std::string("/srv/notes"));
        QCOMPARE(databases[0].replicas[0].name, std::string(kReplicaName));
        QCOMPARE(databases[0].replicas[1].address, std::string("file:///mnt/notes"));
        QCOMPARE(databases[0].replicas[1].name, std::string("second"));
        QCOMPARE(databases[0].replicas[2].address, std::string("file:///mnt/third"));
        QCOMPARE(databases[1].path, std::string("shop.db"));
        QCOMPARE(databases[1].replicas[0].address, std::string("/home/me/shop"));
        QVERIFY(config.value().notices.empty());
    }

    void unusedKeysAreNamedWithTheirLine()
    {
        const auto config = parse(
            "addr: \":9090\"\n"
            "dbs:\n"
            "  - path: a.db\n"
            "    replica:\n"
            "      path: /r\n"
            "      retention: 24h\n");
        QCOMPARE(config.value().notices.size(), 2U);
        QCOMPARE(inEnglish(config.value().notices[0]),
                 std::string("x.yml, line 1: Tidemark does not use \"addr\"."));
        QCOMPARE(inEnglish(config.value().notices[1]),
                 std::string("x.yml, line 6: Tidemark does not use \"retention\"."));
    }

    void theShortestSyncIntervalCounts()
    {
        const auto config = parse(
            "dbs:\n"
            "  - path: a.db\n"
            "    replicas:\n"
            "      - {path: /r, sync-interval: 1m30s}\n"
            "      - {path: /q, sync-interval: 500ms}\n"
            "  - {path: b.db, replica: {path: /b}}\n");
        QVERIFY(config.value().databases[0].syncInterval == 500ms);
        QVERIFY(config.value().databases[1].syncInterval == kSyncInterval);
    }

    void otherKindsAreRefusedByName()
    {
        for (const char* replica : {"{type: s3, bucket: b, path: p}", "s3://bucket/path"}) {
            const auto config = parse("dbs:\n  - path: a.db\n    replicas:\n      - " +
                                      std::string(replica) + "\n");
            QVERIFY(!config.ok());
            QVERIFY(config.error().code == ErrorCode::Unsupported);
            QCOMPARE(inEnglish(config.error().what),
                     std::string("x.yml, line 4: this version does not write to replicas of the "
                                 "kind \"s3\"."));
        }
    }

    void mistakesAreNamedWithTheirLine()
    {
        const std::string database = "dbs:\n  - path: a.db\n";
        QCOMPARE(refusal("dbs: []\n"), std::string("x.yml, line 1: it names no database."));
        QCOMPARE(refusal(""), std::string("x.yml, line 1: keys with values are expected here."));
        QCOMPARE(refusal(database), std::string("x.yml, line 2: a database has no replica."));
        QCOMPARE(refusal("dbs:\n  - replica: /r\n"),
                 std::string("x.yml, line 2: a database has no \"path\"."));
        QCOMPARE(refusal(database + "    replicas: /r\n"),
                 std::string("x.yml, line 3: \"replicas\" is not a list."));
        QCOMPARE(refusal(database + "    replica: {name: x}\n"),
                 std::string("x.yml, line 3: a replica has neither \"path\" nor \"url\"."));
        QCOMPARE(refusal(database + "    replica: {path: /r, sync-interval: soon}\n"),
                 std::string("x.yml, line 3: \"soon\" is not a length of time."));
        QCOMPARE(refusal(database + "    replica: ${NOT_SET}/r\n"),
                 std::string("x.yml, line 3: the environment variable NOT_SET is not set."));
        QVERIFY(refusal("dbs:\n  - path: [\n").starts_with("x.yml, line "));
        QVERIFY(refusal("dbs: \"\n").starts_with("x.yml, line "));
    }

    void everyShorterPrefixIsReadOrRefused()
    {
        const std::string text =
            "dbs:\n  - path: ${HOME}/a.db\n    replicas:\n      - {type: file, "
            "path: /r, sync-interval: 1s}\n";
        for (std::size_t length = 0; length < text.size(); ++length) {
            const auto config = parse(text.substr(0, length));
            QVERIFY(config.ok() || config.error().code == ErrorCode::Usage);
        }
    }
};

QTEST_APPLESS_MAIN(TestLitestreamYml)
#include "tst_litestream_yml.moc"
