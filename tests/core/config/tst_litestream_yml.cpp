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
    void aReplicaIsThinnedOnlyWhereOurWordSaysSo()
    {
        const auto config = parse(
            "snapshot: {interval: 1h, retention: 24h}\n"
            "dbs:\n"
            "  - path: notes.db\n"
            "    replicas:\n"
            "      - {path: /a, retention: 24h}\n"
            "      - {path: /b, keep: 'time-machine:every=2h'}\n"
            "      - {path: /c, keep: everything}\n"
            "      - /d\n");
        QVERIFY(config.ok());
        const auto& replicas = config.value().databases[0].replicas;
        QVERIFY(replicas[0].keep.neverDelete);
        QCOMPARE(replicas[1].keep, engine::RetentionPolicy{.everyMomentFor = 2h});
        QVERIFY(replicas[2].keep.neverDelete && replicas[3].keep.neverDelete);
        QCOMPARE(config.value().notices.size(), 2U);
        QCOMPARE(refusal("dbs:\n  - path: a.db\n    replica: {path: /r, keep: some}\n"),
                 "x.yml, line 3: \"some\" does not say what is to be kept.");
    }

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
            "      - s3://bucket/third\n"
            "  - path: shop.db\n"
            "    replica:\n"
            "      path: $HOME/shop\n");
        QVERIFY(config.ok());
        const auto& databases = config.value().databases;
        QCOMPARE(databases.size(), 2U);
        QCOMPARE(databases[0].path, std::string("/home/me/notes.db"));
        QCOMPARE(databases[0].replicas[0].address, std::string("/srv/notes"));
        QCOMPARE(databases[0].replicas[0].name, std::string("Folder"));
        QCOMPARE(databases[0].replicas[1].address, std::string("file:///mnt/notes"));
        QCOMPARE(databases[0].replicas[1].name, std::string("second"));
        QCOMPARE(databases[0].replicas[2].address, std::string("s3://bucket/third"));
        QCOMPARE(databases[0].replicas[2].name, std::string("S3"));
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

    void aFolderWithAPatternIsRead()
    {
        const auto config = parse(
            "dbs:\n"
            "  - dir: ${HOME}/tenants\n"
            "    pattern: '*.db'\n"
            "    recursive: true\n"
            "    watch: no\n"
            "    replica: {path: /r, sync-interval: 2s}\n"
            "  - dir: /other\n"
            "    pattern: 'x[0-9].db'\n"
            "    replicas: [/a, /b]\n"
            "  - {path: single.db, replica: /s}\n");
        QVERIFY(config.ok());
        QCOMPARE(config.value().databases.size(), 1U);
        const auto& folders = config.value().folders;
        QCOMPARE(folders.size(), 2U);
        QCOMPARE(folders[0].path, std::string("/home/me/tenants"));
        QCOMPARE(folders[0].pattern, std::string("*.db"));
        QVERIFY(folders[0].recursive && !folders[0].watch);
        QCOMPARE(folders[0].each.replicas[0].address, std::string("/r"));
        QVERIFY(folders[0].each.replicas[0].syncInterval == 2s);
        QVERIFY(!folders[1].recursive && folders[1].watch);
        QCOMPARE(folders[1].each.replicas.size(), 2U);
        QVERIFY(config.value().notices.empty());
    }

    void keysThatContradictEachOtherAreNamedWithTheirLine()
    {
        const auto refused = [](const std::string& lines) {
            return refusal("dbs:\n  - replica: /r\n" + lines);
        };
        QCOMPARE(refused("    path: a.db\n    dir: /d\n    pattern: '*'\n"),
                 std::string("x.yml, line 3: \"path\" and \"dir\" exclude each other."));
        QCOMPARE(refused("    dir: /d\n"),
                 std::string("x.yml, line 3: a \"dir\" has no \"pattern\"."));
        QCOMPARE(
            refused("    path: a.db\n    watch: true\n"),
            std::string("x.yml, line 4: \"watch\" goes with \"dir\" only, and there is none."));
        QVERIFY(refused("    path: a.db\n    pattern: '*'\n").starts_with("x.yml, line 4: "));
        QVERIFY(refused("    path: a.db\n    recursive: true\n").starts_with("x.yml, line 4: "));
        QCOMPARE(refused("    dir: /d\n    pattern: '['\n"),
                 std::string("x.yml, line 4: \"[\" is not a pattern."));
        QVERIFY(refused("    dir: /d\n    pattern: 'a/*.db'\n").find("matches nothing") !=
                std::string::npos);
        QCOMPARE(refused("    dir: /d\n    pattern: '*'\n    watch: maybe\n"),
                 std::string("x.yml, line 5: \"maybe\" is neither yes nor no."));
        QCOMPARE(refused("    path: a.db\n    path: b.db\n"),
                 std::string("x.yml, line 4: \"path\" comes twice."));
        QCOMPARE(refused("    path: a.db\n    replicas: [/q]\n"),
                 std::string("x.yml, line 2: \"replica\" and \"replicas\" exclude each other."));
        QCOMPARE(
            refusal("dbs:\n  - path: a.db\n    replica: {url: 'file:///a', path: /b}\n"),
            std::string("x.yml, line 3: \"url\" and \"path\" of a replica exclude each other."));
    }

    void eachReplicaHasItsOwnSyncInterval()
    {
        const auto config = parse(
            "dbs:\n"
            "  - path: a.db\n"
            "    replicas:\n"
            "      - {path: /r, sync-interval: 1m30s}\n"
            "      - {path: /q, sync-interval: 500ms}\n"
            "  - {path: b.db, replica: {path: /b}}\n");
        // Captured is as ever.
        QVERIFY(config.value().databases[0].syncInterval == kSyncInterval);
        QVERIFY(config.value().databases[0].replicas[0].syncInterval == 90s);
        QVERIFY(config.value().databases[0].replicas[1].syncInterval == 500ms);
        QVERIFY(config.value().databases[1].syncInterval == kSyncInterval);
        QVERIFY(config.value().databases[1].replicas[0].syncInterval == 0s);
    }

    void whoSaysNothingOfAnIntervalIsUploadedToAsUsual()
    {
        const auto config = parse(
            "dbs:\n"
            "  - path: a.db\n"
            "    replicas: [{path: /r, sync-interval: 1h}, /q]\n"
            "  - path: b.db\n"
            "    sync-interval: 10s\n"
            "    replicas: [{path: /r, sync-interval: 1s}, /q]\n");
        const auto& first = config.value().databases[0];
        QVERIFY(first.syncInterval == kSyncInterval);
        QVERIFY(first.replicas[0].syncInterval == 1h);
        QVERIFY(first.replicas[1].syncInterval == 0s);
        const auto& second = config.value().databases[1];
        QVERIFY(second.syncInterval == kSyncInterval);
        QVERIFY(second.replicas[0].syncInterval == 1s);
        QVERIFY(second.replicas[1].syncInterval == 10s);
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

    void aMisspeltKeyIsNamedWhereWhatItStandsForIsLacking()
    {
        const auto advice = [](const std::string& text) {
            return inEnglish(parse(text).error().next);
        };
        QCOMPARE(advice("dbs:\n  - path: a.db\n    replicaz:\n      path: /r\n"),
                 std::string("Tidemark does not use \"replicaz\" (line 3): correct what is "
                             "misspelt."));
        QCOMPARE(advice("dbs:\n  - paht: a.db\n    busy-timeout: 1s\n    replica: /r\n"),
                 std::string("Tidemark does not use \"paht\" (line 2), \"busy-timeout\" (line "
                             "3): correct what is misspelt."));
        QCOMPARE(advice("databases:\n  - path: a.db\n"),
                 std::string("Tidemark does not use \"databases\" (line 1): correct what is "
                             "misspelt."));
        QCOMPARE(advice("dbs:\n  - path: a.db\n"), std::string("Add one below \"replica:\"."));
        // It may be a secret whose key got lost.
        const std::string secret = advice("dbs:\n  - path: a.db\n    Hunter2:\n");
        QVERIFY(secret.find("Hunter2") == std::string::npos);
        QVERIFY(secret.find("line 3") != std::string::npos);
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
