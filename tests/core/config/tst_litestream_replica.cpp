#include "core/config/litestream_yml.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::config;

namespace {

constexpr const char* kPlanted = "hunter2";

std::optional<std::string> environment(const std::string& name)
{
    if (name == "NAME") {
        return "notes";
    }
    return name == "PASS" ? std::optional<std::string>(kPlanted) : std::nullopt;
}

Result<FileConfig> parse(const std::string& text)
{
    return parseLitestreamYml(text, "x.yml", environment);
}

/// The replica's keys, each on a line of its own from line 4 on, or a bare address.
std::string fileWith(const std::string& keys)
{
    std::string text = "dbs:\n  - path: a.db\n    replicas:\n      - ";
    for (const char letter : keys) {
        text += letter == '|' ? std::string("\n        ") : std::string(1, letter);
    }
    return text + "\n";
}

std::string refusal(const std::string& text)
{
    const auto config = parse(text);
    return config.ok() ? "accepted" : inEnglish(config.error().what);
}

/// All that a person gets to see of a file.
std::string shownOf(const std::string& text)
{
    const auto config = parse(text);
    if (!config.ok()) {
        return inEnglish(config.error().what) + '\n' + inEnglish(config.error().next);
    }
    std::string shown;
    for (const Message& notice : config.value().notices) {
        shown += inEnglish(notice) + '\n';
    }
    for (const DatabaseSettings& database : config.value().databases) {
        for (const ReplicaSettings& replica : database.replicas) {
            shown += replica.name + ' ' + replica.address + '\n';
        }
    }
    return shown;
}

using Part = Secret storage::Secrets::*;

void form(const char* keys, const char* address, const std::vector<Part>& secrets = {},
          int notices = 0)
{
    QTest::newRow(keys) << std::string(keys) << std::string(address) << secrets << notices;
}

}  // namespace

Q_DECLARE_METATYPE(std::vector<Part>)

class TestLitestreamReplica : public QObject {
    Q_OBJECT

private slots:
    void eachFormIsAnAddressAndItsSecrets_data()
    {
        QTest::addColumn<std::string>("keys");
        QTest::addColumn<std::string>("address");
        QTest::addColumn<std::vector<Part>>("secrets");
        QTest::addColumn<int>("notices");
        using storage::Secrets;
        const Part id = &Secrets::accessKeyId;
        const Part key = &Secrets::secretAccessKey;
        const Part password = &Secrets::password;

        form("{type: file, path: /srv/n}", "/srv/n");
        form("{path: backup/n}", "backup/n");
        form("file:///srv/n/", "file:///srv/n");

        form("s3://b/p/q/", "s3://b/p/q");
        form("{type: s3, bucket: b, path: /p//q, region: eu-central-1}",
             "s3://b/p/q?region=eu-central-1");
        form("{type: s3, bucket: b, access-key-id: hunter2, secret-access-key: $PASS}", "s3://b",
             {id, key});
        form("{type: s3, bucket: b, path: $NAME, endpoint: 'minio:9000'}",
             "s3://b/notes?endpoint=https://minio:9000&force-path-style=true");
        form("{type: s3, bucket: b, endpoint: 'https://h/', force-path-style: false}",
             "s3://b?endpoint=https://h&force-path-style=false");
        form("s3://b/p?endpoint=localhost:9000&region=r",
             "s3://b/p?endpoint=http://localhost:9000&force-path-style=true&region=r");
        form("s3://b/p?endpoint=h&forcePathStyle=false",
             "s3://b/p?endpoint=https://h&force-path-style=false");
        form("s3://b.minio.local:9000/p",
             "s3://b/p?endpoint=http://minio.local:9000&force-path-style=true&region=us-east-1");
        form("s3://b.s3.amazonaws.com/p", "s3://b/p");
        form("s3://b.nyc3.digitaloceanspaces.com/p",
             "s3://b/p?endpoint=https://nyc3.digitaloceanspaces.com&region=nyc3");
        form("s3://b.s3.filebase.com/p",
             "s3://b/p?endpoint=https://s3.filebase.com&force-path-style=true&region=us-east-1");
        form(
            "{url: 's3://b/p', region: r, part-size: 16MB, storage-class: STANDARD_IA, ca: "
            "/ca.pem}",
            "s3://b/p?ca=/ca.pem&part-size=16&region=r&storage-class=STANDARD_IA");
        form("s3://b/p?partSize=33554432&signPayload=true&skipVerify=false",
             "s3://b/p?part-size=32", {}, 1);
        form("{type: s3, bucket: b, part-size: 1GiB, concurrency: 4}", "s3://b?part-size=64", {},
             2);
        form("{type: s3, bucket: b, sse-customer-algorithm: AES256, sse-customer-key: hunter2}",
             "s3://b?sse=customer", {&Secrets::customerKey});
        form("s3://b?sseCustomerKey=hunter2", "s3://b?sse=customer", {&Secrets::customerKey}, 1);
        form("{type: s3, bucket: b, sse-kms-key-id: 'arn:aws:kms:r:1:key/2'}",
             "s3://b?sse-kms-key-id=arn:aws:kms:r:1:key/2");

        form("{type: oss, bucket: b, region: cn-beijing}",
             "s3://b?endpoint=https://oss-cn-beijing.aliyuncs.com&region=cn-beijing");
        form("oss://b/p",
             "s3://b/p?endpoint=https://oss-cn-hangzhou.aliyuncs.com&region=cn-hangzhou");
        form("oss://b.oss-cn-beijing-internal.aliyuncs.com/p",
             "s3://b/p?endpoint=https://oss-cn-beijing.aliyuncs.com&region=cn-beijing");

        form("{type: abs, account-name: acc, account-key: hunter2, bucket: c, path: p}",
             "abs://acc@c/p", {&Secrets::accountKey});
        form("{url: 'abs://acc@c/p', sas-token: '?hunter2'}", "abs://acc@c/p",
             {&Secrets::sasToken});
        form("abs://acc:hunter2@c/p", "abs://acc@c/p", {&Secrets::accountKey}, 1);
        form("{type: abs, bucket: c, endpoint: 'https://acc.blob.core.windows.net'}",
             "abs://acc@c?endpoint=https://acc.blob.core.windows.net");

        form("{type: sftp, host: h, user: u, path: /p, password: hunter2}", "sftp://u@h/p",
             {password});
        form("{type: sftp, host: 'h:2222', user: u, path: p/q, key-path: ~/.ssh/k}",
             "sftp://u@h:2222/~/p/q?key=~/.ssh/k");
        form("{type: sftp, host: h, user: u}", "sftp://u@h/~");
        form("{type: sftp, host: h, user: u, concurrent-writes: no, host-key: ssh-ed25519 AAAA}",
             "sftp://u@h/~?concurrent-writes=false", {}, 1);
        form("sftp://u:hunter%32@h:22/p", "sftp://u@h:22/p", {password}, 1);
        form("{url: 'sftp://u:$PASS@h/p'}", "sftp://u@h/p", {password}, 1);

        form(
            "{type: webdav, webdav-url: 'https://h/dav', webdav-username: u, webdav-password: "
            "hunter2, path: /p}",
            "webdavs://u@h/dav/p", {password});
        form("{type: webdav, webdav-url: 'http://u:hunter2@h:8080', path: p}",
             "webdav://u@h:8080/p", {password}, 1);
        form("{type: webdav, url: 'webdavs://u:hunter2@h/p'}", "webdavs://u@h/p", {password}, 1);
    }

    void eachFormIsAnAddressAndItsSecrets()
    {
        QFETCH(std::string, keys);
        QFETCH(std::string, address);
        QFETCH(std::vector<Part>, secrets);
        QFETCH(int, notices);
        const auto config = parse(fileWith(keys));
        QVERIFY2(config.ok(), config.ok() ? "" : inEnglish(config.error().what).c_str());
        QCOMPARE(config.value().databases[0].replicas[0].address, address);
        QCOMPARE(config.value().notices.size(), static_cast<std::size_t>(notices));
        QCOMPARE(config.value().secrets.size(), secrets.empty() ? 0U : 1U);
        storage::Secrets expected;
        for (const Part part : secrets) {
            expected.*part = Secret(kPlanted);
        }
        if (!secrets.empty()) {
            QVERIFY(config.value().secrets[0].secrets == expected);
            QCOMPARE(storage::formatAddress(config.value().secrets[0].address), address);
        }
        QVERIFY(shownOf(fileWith(keys)).find(kPlanted) == std::string::npos);
    }

    void whatTheTopSaysIsForEachReplica()
    {
        const auto config = parse(
            "access-key-id: id\n"
            "secret-access-key: key\n"
            "region: r\n"
            "bucket: shared\n"
            "dbs:\n"
            "  - path: a.db\n"
            "    replicas:\n"
            "      - {type: s3, path: a}\n"
            "      - s3://other/a\n"
            "      - {type: s3, bucket: third, region: q, access-key-id: own}\n"
            "      - /local\n");
        QVERIFY(config.ok());
        const auto& replicas = config.value().databases[0].replicas;
        QCOMPARE(replicas[0].address, std::string("s3://shared/a?region=r"));
        QCOMPARE(replicas[1].address, std::string("s3://other/a?region=r"));
        QCOMPARE(replicas[2].address, std::string("s3://third?region=q"));
        QCOMPARE(replicas[3].address, std::string("/local"));
        const auto& secrets = config.value().secrets;
        QCOMPARE(secrets.size(), 3U);
        QCOMPARE(secrets[1].secrets.accessKeyId.reveal(), std::string("id"));
        QCOMPARE(secrets[2].secrets.accessKeyId.reveal(), std::string("own"));
        QCOMPARE(secrets[2].secrets.secretAccessKey.reveal(), std::string("key"));
        QVERIFY(config.value().notices.empty());
    }

    void aCustomerKeyMayLieInAFile()
    {
        const auto config =
            parse(fileWith("{type: s3, bucket: b, sse-customer-key-path: ~/sse.key}"));
        QVERIFY(config.ok());
        QCOMPARE(config.value().secrets.at(0).customerKeyFile, std::string("~/sse.key"));
        QCOMPARE(config.value().databases[0].replicas[0].address,
                 std::string("s3://b?sse=customer"));
    }

    void otherKindsAreRefusedByName()
    {
        for (const std::string kind : {"gs", "gcs", "nats", "zip"}) {
            for (const std::string& keys : {"{type: " + kind + ", bucket: b}", kind + "://b/p"}) {
                const auto config = parse(fileWith(keys));
                QVERIFY(!config.ok());
                QVERIFY(config.error().code == ErrorCode::Unsupported);
                QCOMPARE(inEnglish(config.error().what),
                         "x.yml, line 4: this version does not write to replicas of the kind \"" +
                             kind + "\".");
                const bool isTold = inEnglish(config.error().next).find("storage.googleapis.com") !=
                                    std::string::npos;
                QCOMPARE(isTold, kind == "gs" || kind == "gcs");
            }
        }
    }

    void contradictionsAreNamedWithTheirLine_data()
    {
        QTest::addColumn<std::string>("keys");
        QTest::addColumn<std::string>("said");
        const auto row = [](const char* keys, const char* said) {
            QTest::newRow(keys) << std::string(keys) << std::string(said);
        };
        row("url: s3://b/p|path: q", "4: \"url\" and \"path\" of a replica exclude each other.");
        row("url: s3://b/p|bucket: c",
            "4: \"url\" and \"bucket\" of a replica exclude each other.");
        row("url: sftp://u@h/p|host: g",
            "4: \"url\" and \"host\" of a replica exclude each other.");
        row("url: webdav://h/p|webdav-url: http://g",
            "4: \"url\" and \"webdav-url\" of a replica exclude each other.");
        row("url: s3://b/p|type: sftp", "5: \"type\" and \"url\" contradict each other.");
        row("path: p|bucket: b", "5: a replica with \"bucket\" has no \"type\".");
        row("path: s3://b/p", "4: \"path\" holds an address.");
        row("url: /srv/n", "4: a URL is expected here: \"s3://BUCKET/PATH\".");
        row("type: s3|path: p", "4: it names no bucket.");
        row("type: s3|bucket: arn:aws:s3:r:1:accesspoint/n", "4: it names no bucket.");
        row("s3://arn:aws:s3:r:1:accesspoint/n/p", "4: access points of S3 are not written to.");
        row("type: s3|bucket: b|access-key-id: x",
            "6: \"access-key-id\" and \"secret-access-key\" go together, and one of them is "
            "missing.");
        row("type: s3|bucket: b|skip-verify: true",
            "6: certificates are verified always, so there is no \"skip-verify\".");
        row("s3://b/p?skipVerify=true",
            "4: certificates are verified always, so there is no \"skip-verify\".");
        row("type: s3|bucket: b|sse-kms-key-id: k|sse-customer-key: x",
            "4: \"sse-customer-key\" and \"sse-kms-key-id\" of a replica exclude each other.");
        row("type: s3|bucket: b|part-size: much", "6: \"part-size\" is not a size.");
        row("type: abs|bucket: c", "4: a replica has no \"account-name\".");
        row("type: sftp|host: h", "4: a replica has no \"user\".");
        row("type: webdav|path: p", "4: a replica has no \"webdav-url\".");
        row("path: /p|age: {recipients: [x]}", "5: Tidemark does not encrypt by \"age\".");
        row("path: /p|type: file|path: /q", "6: \"path\" comes twice.");
    }

    void contradictionsAreNamedWithTheirLine()
    {
        QFETCH(std::string, keys);
        QFETCH(std::string, said);
        QCOMPARE(refusal(fileWith(keys)), "x.yml, line " + said);
    }

    void noSecretIsEverShown_data()
    {
        QTest::addColumn<std::string>("keys");
        const auto row = [](const std::string& keys) { QTest::newRow(keys.c_str()) << keys; };
        for (const std::string key : {"access-key-id", "secret-access-key", "sse-customer-key",
                                      "account-key", "sas-token", "password", "webdav-password"}) {
            const std::string s3 = "type: s3|bucket: b|region: r|";
            row(s3 + key + ": hunter2");
            row(s3 + key + " hunter2");
            row(s3 + key + ":hunter2");
            row(s3 + key + ": |  hunter2:");
            row(s3 + key + ": [hunter2]");
            row(s3 + key + ": *hunter2");
            row(s3 + key + ": \"hunter2");
            row(s3 + key + ": \"\\hunter2\"");
            row(s3 + key + ": '\\q|hunter2");
            row(s3 + key + ": %hunter2");
            row(s3 + key + ": @hunter2");
            row(s3 + key + ": !!hunter2 x");
            row(s3 + key + ": ${hunter2");
            row(s3 + key + ": a$hunter2");
            row(s3 + key + ": hunter2: x");
            row(s3 + key + "=hunter2: x");
            row(s3 + key + ": x|  hunter2: y");
            row(s3 + key + ": hunter2|" + key + ": hunter2");
            row(s3 + key + ": hunter2|skip-verify: true");
            row(s3 + key + ": hunter2|unknown: hunter2");
            row(s3 + "x-" + key + ": hunter2");
            row("{type: s3, bucket: b, " + key + " hunter2}");
            row("{type: s3, bucket: b, " + key + ":hunter2}");
            row("{type: s3, bucket: b, hunter2}");
            row("s3://b/p?" + key + "=hunter2");
            row("s3://b/p?endpoint=https://x:hunter2@h");
            row("sftp://u@h/p?" + key + "=hunter2");
        }
        for (const std::string password :
             {"hunter2", "hunter2/x", "x/hunter2", "x?hunter2", "12?hunter2", "x#hunter2",
              "12/hunter2", "12?hunter2=x", "12/y?hunter2=x", "%zzhunter2", "a@hunter2",
              "hunter2:x", "$hunter2", "x hunter2"}) {
            for (const std::string scheme :
                 {"s3", "abs", "sftp", "webdav", "webdavs", "file", "gs", "nats", "http"}) {
                row(scheme + "://u:" + password + "@h/p");
                row("url: " + scheme + "://u:" + password + "@h/p");
                row("url: " + scheme + "://u:" + password + "@h/p|region: x|type: s3");
                row("path: " + scheme + "://u:" + password + "@h/p");
            }
            row("type: webdav|webdav-url: https://u:" + password + "@h/p");
            row("type: webdav|webdav-url: https://h|webdav-username: u:" + password);
            row("type: s3|bucket: b|endpoint: https://u:" + password + "@h");
            row("type: abs|account-name: a|bucket: c|endpoint: https://h?sig=" + password);
            row("type: sftp|host: u:" + password + "@h");
            row("type: sftp|user: u:" + password + "|host: h");
        }
    }

    void noSecretIsEverShown()
    {
        QFETCH(std::string, keys);
        const std::string shown = shownOf(fileWith(keys));
        QVERIFY2(shown.find("hunter2") == std::string::npos, shown.c_str());
    }
};

QTEST_APPLESS_MAIN(TestLitestreamReplica)
#include "tst_litestream_replica.moc"
