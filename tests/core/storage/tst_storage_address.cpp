#include "core/storage/storage_address.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

class TestStorageAddress : public QObject {
    Q_OBJECT

    static Result<StorageAddress> parse(const std::string& text)
    {
        return parseAddress(text, "/work/here", "/home/me");
    }

private slots:
    void aPathIsAFolder_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("path");
        QTest::newRow("absolute") << "/srv/backup"
                                  << "/srv/backup";
        QTest::newRow("relative") << "backup"
                                  << "/work/here/backup";
        QTest::newRow("dots") << "../x/./y//z/"
                              << "/work/x/y/z";
        QTest::newRow("home") << "~/Tidemark/notes"
                              << "/home/me/Tidemark/notes";
        QTest::newRow("home alone") << "~"
                                    << "/home/me";
        QTest::newRow("not a home") << "~other"
                                    << "/work/here/~other";
        QTest::newRow("root") << "/"
                              << "/";
        QTest::newRow("percent") << "/a%20b?c"
                                 << "/a%20b?c";
        QTest::newRow("file") << "file:///srv/backup/"
                              << "/srv/backup";
        QTest::newRow("file escaped") << "file:///a%20b%3Fc"
                                      << "/a b?c";
        QTest::newRow("file on this host") << "file://localhost/srv"
                                           << "/srv";
        QTest::newRow("colons") << "./s3://x"
                                << "/work/here/s3:/x";
    }
    void aPathIsAFolder()
    {
        QFETCH(QString, text);
        QFETCH(QString, path);
        const auto address = parse(text.toStdString());
        QVERIFY(address.ok());
        QVERIFY(address.value().kind == StorageKind::Folder);
        QCOMPARE(QString::fromStdString(address.value().path), path);
    }

    void refusesWhatItCannotRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("code");
        const int usage = static_cast<int>(ErrorCode::Usage);
        QTest::newRow("empty") << "" << usage;
        QTest::newRow("one slash") << "s3:/bucket/path" << usage;
        QTest::newRow("no slash") << "sftp:me:secret@host" << usage;
        QTest::newRow("unknown") << "gopher://x/y" << usage;
        QTest::newRow("file on another host") << "file://server/share" << usage;
        QTest::newRow("broken escape") << "file:///a%2" << usage;
        QTest::newRow("zero byte") << "file:///a%00b" << usage;
        QTest::newRow("password as an option") << "file:///x?Password=secret" << usage;
        QTest::newRow("password that is not readable") << "file:///x?password=secret%zz" << usage;
        QTest::newRow("password behind what is not readable")
            << "file:///x?a=%zz&token=secret" << usage;
        QTest::newRow("password under a key that is not readable")
            << "file:///x?pass%77ord=secret&%=1" << usage;
        QTest::newRow("option of a folder") << "file:///srv/x?upload-limit=500" << usage;
        QTest::newRow("option of an archive") << "zip:///srv/x.zip?upload-limit=500" << usage;
        QTest::newRow("options of a relative path") << "file://x?a=secret" << usage;
        QTest::newRow("password of an unknown kind") << "ftp://me:a/secret@host/x" << usage;
        QTest::newRow("password") << "sftp://me:secret@host/x" << usage;
        QTest::newRow("password with a slash") << "sftp://me:a/secret@host/x" << usage;
        QTest::newRow("password with a question mark") << "sftp://me:a?secret@host/x" << usage;
        QTest::newRow("password with a port in it") << "sftp://me:12?secret@host/x" << usage;
        QTest::newRow("password like a port and a known option")
            << "sftp://me:12?key=secret@host/x" << usage;
        QTest::newRow("password with a hash") << "sftp://me:a#secret@host/x" << usage;
        QTest::newRow("bucket without a name") << "s3:///path" << usage;
        QTest::newRow("bucket with odd letters") << "s3://buc ket/path" << usage;
        QTest::newRow("bucket like a host")
            << "s3://x.s3.amazonaws.com.s3.amazonaws.com/path" << usage;
        QTest::newRow("bucket behind a name") << "s3://me@bucket/path" << usage;
        QTest::newRow("login in an endpoint") << "s3://b?endpoint=https://me:secret@host" << usage;
        QTest::newRow("unknown option") << "s3://bucket/path?colour=red" << usage;
        QTest::newRow("key as an option") << "s3://bucket/p?secretAccessKey=secret" << usage;
        QTest::newRow("signed address") << "abs://me@box/path?sv=1&sig=secret" << usage;
        QTest::newRow("container without an account") << "abs://container/path" << usage;
        QTest::newRow("server with a space") << "sftp://me@my%20host/path" << usage;
        QTest::newRow("server with a line break") << "webdavs://host%0Ax/path" << usage;
        QTest::newRow("server without a name") << "sftp:///path" << usage;
        QTest::newRow("port that is none") << "sftp://me@host:99999/path" << usage;
        QTest::newRow("port of letters") << "webdavs://host:x/path" << usage;
        QTest::newRow("archive on another host") << "zip://host/x.zip" << usage;
    }
    void refusesWhatItCannotRead()
    {
        QFETCH(QString, text);
        QFETCH(int, code);
        const auto address = parse(text.toStdString());
        QVERIFY(!address.ok());
        QCOMPARE(static_cast<int>(address.error().code), code);
        QVERIFY(!inEnglish(address.error().what).empty());
        QVERIFY(inEnglish(address.error().what).find("secret") == std::string::npos);
    }

    void aPieceOfAPasswordIsNoOptionThatIsShown()
    {
        for (const char* const text :
             {"sftp://me:12?hunter2=cd@host/x", "sftp://me:12/ab?hunter2=cd@host/x",
              "sftp://me:12/ab?cd&hunter2@host/x"}) {
            const auto address = parse(text);
            QVERIFY2(!address.ok(), text);
            const std::string shown =
                inEnglish(address.error().what) + inEnglish(address.error().next);
            QVERIFY2(shown.find("hunter2") == std::string::npos, shown.c_str());
        }
    }

    void anArchiveIsToldTheFormOfOne()
    {
        for (const char* text : {"zip://h.zip", "zip:h.zip", "zip:/srv/h.zip"}) {
            const Error error = parseAddress(text, "/", "/").error();
            QCOMPARE(inEnglish(error.what),
                     '"' + std::string(text) + "\" does not name a storage.");
            QCOMPARE(inEnglish(error.next),
                     std::string("Write the whole path: zip:///srv/backup/notes.zip."));
        }
        // What a server's address holds may be a secret.
        QVERIFY(inEnglish(parseAddress("s3:/key:hunter2", "/", "/").error().what).find("hunter2") ==
                std::string::npos);
    }

    void eachKindIsRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<StorageAddress>("expected");
        QTest::newRow("bucket") << "s3://bucket"
                                << StorageAddress{.kind = StorageKind::S3, .host = "bucket"};
        QTest::newRow("path in a bucket")
            << "s3://my.bucket/a%20b/c+d/?region=eu-west-1&forcePathStyle=true"
            << StorageAddress{.kind = StorageKind::S3,
                              .path = "a b/c+d",
                              .options = {{"region", "eu-west-1"}, {"force-path-style", "true"}},
                              .host = "my.bucket"};
        QTest::newRow("bucket of a provider")
            << "s3://notes.nyc3.digitaloceanspaces.com/db"
            << StorageAddress{.kind = StorageKind::S3,
                              .path = "db",
                              .options = {{"endpoint", "https://nyc3.digitaloceanspaces.com"},
                                          {"region", "nyc3"}},
                              .host = "notes"};
        QTest::newRow("bucket of AWS with its host")
            << "s3://notes.s3.eu-north-1.amazonaws.com/db"
            << StorageAddress{.kind = StorageKind::S3,
                              .path = "db",
                              .options = {{"endpoint", "https://s3.eu-north-1.amazonaws.com"},
                                          {"region", "eu-north-1"}},
                              .host = "notes"};
        QTest::newRow("bucket of a MinIO on this computer")
            << "s3://notes.localhost:9000/db"
            << StorageAddress{.kind = StorageKind::S3,
                              .path = "db",
                              .options = {{"endpoint", "http://localhost:9000"},
                                          {"region", "us-east-1"},
                                          {"force-path-style", "true"}},
                              .host = "notes"};
        QTest::newRow("container")
            << "abs://account@box/a/b"
            << StorageAddress{
                   .kind = StorageKind::Azure, .path = "a/b", .host = "box", .user = "account"};
        QTest::newRow("server") << "sftp://me@host:2222/srv//notes/"
                                << StorageAddress{.kind = StorageKind::Sftp,
                                                  .path = "/srv/notes",
                                                  .host = "host",
                                                  .user = "me",
                                                  .port = 2222};
        QTest::newRow("folder of the login")
            << "sftp://host/~/notes"
            << StorageAddress{.kind = StorageKind::Sftp, .path = "notes", .host = "host"};
        QTest::newRow("folder that looks like it")
            << "sftp://host//~/notes"
            << StorageAddress{.kind = StorageKind::Sftp, .path = "/~/notes", .host = "host"};
        QTest::newRow("key with an '@' in its name")
            << "sftp://host:2222/x?key=~/me@work"
            << StorageAddress{.kind = StorageKind::Sftp,
                              .path = "/x",
                              .options = {{"key", "~/me@work"}},
                              .host = "host",
                              .port = 2222};
        QTest::newRow("number of a server")
            << "sftp://[::1]:22/x"
            << StorageAddress{.kind = StorageKind::Sftp, .path = "/x", .host = "::1", .port = 22};
        QTest::newRow("folder of the web")
            << "webdavs://me@host/dav/notes"
            << StorageAddress{
                   .kind = StorageKind::WebDav, .path = "/dav/notes", .host = "host", .user = "me"};
        QTest::newRow("root of the web, unsecured")
            << "webdav://host:8080"
            << StorageAddress{
                   .kind = StorageKind::WebDav, .host = "host", .port = 8080, .secure = false};
        QTest::newRow("archive") << "zip:///srv/notes.zip"
                                 << StorageAddress{.kind = StorageKind::Zip,
                                                   .path = "/srv/notes.zip"};
    }
    void eachKindIsRead()
    {
        QFETCH(QString, text);
        QFETCH(StorageAddress, expected);
        const auto address = parse(text.toStdString());
        QVERIFY2(address.ok(), address.ok() ? "" : inEnglish(address.error().what).c_str());
        QVERIFY(address.value() == expected);
        QVERIFY(parse(formatAddress(expected)).value() == expected);
    }

    void anotherServerIsAnotherReplica()
    {
        const auto id = [](const char* text) { return replicaId(parse(text).value()); };
        QVERIFY(id("s3://b/x?region=a") == id("s3://b/x?region=b"));
        QVERIFY(id("s3://b/x?endpoint=http://a") != id("s3://b/x?endpoint=http://b"));
        QVERIFY(id("s3://b/x?provider=wasabi") != id("s3://b/x"));
        QVERIFY(id("s3://b/x?provider=wasabi") != id("s3://b/x?provider=hetzner"));
        QVERIFY(id("s3://b/x?provider=wasabi&region=a") != id("s3://b/x?provider=wasabi&region=b"));
        QVERIFY(id("s3://b/x?provider=aws&region=a") == id("s3://b/x"));
        QVERIFY(id("s3://b/x?provider=minio&endpoint=http://a") ==
                id("s3://b/x?endpoint=http://a"));
        QVERIFY(id("sftp://a/x") != id("sftp://b/x"));
        QVERIFY(id("sftp://me@a/x") != id("sftp://you@a/x"));
    }

    /// What is stored under an id is found for good.
    void idsStayWhatTheyAre_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("id");
        QTest::newRow("folder") << "/srv/notes"
                                << "12b56ddab8e53e84";
        QTest::newRow("bucket") << "s3://notes/db?region=eu-west-1"
                                << "1bc4c9200551fdc9";
        QTest::newRow("endpoint") << "s3://notes?endpoint=https://h:9000"
                                  << "3cc7db070cd249a9";
        QTest::newRow("container") << "abs://acc@box/db"
                                   << "d6f33262cc7e9161";
        QTest::newRow("sftp") << "sftp://me@h:2222/srv"
                              << "e5e647952165ed18";
        QTest::newRow("webdav") << "webdavs://me@h/dav"
                                << "45daaa61eb6ba673";
    }
    void idsStayWhatTheyAre()
    {
        QFETCH(QString, text);
        QFETCH(QString, id);
        QCOMPARE(QString::fromStdString(replicaId(parse(text.toStdString()).value())), id);
    }

    void whatIsFurtherDownIsOfTheSamePlace()
    {
        const auto deeper = [](const char* text) {
            return formatAddress(below(parse(text).value(), "tenants/a.db"));
        };
        QCOMPARE(deeper("/srv"), std::string("file:///srv/tenants/a.db"));
        QCOMPARE(deeper("/"), std::string("file:///tenants/a.db"));
        QCOMPARE(deeper("s3://b"), std::string("s3://b/tenants/a.db"));
        QCOMPARE(deeper("sftp://h/~/"), std::string("sftp://h/~/tenants/a.db"));
        QCOMPARE(deeper("webdavs://h"), std::string("webdavs://h/tenants/a.db"));
    }

    void aSecretIsCalledOneEvenIfItIsNotReadable()
    {
        const auto expected = parse("file:///x?password=secret");
        const auto address = parse("file:///x?password=%zz");
        QVERIFY(!expected.ok() && !address.ok());
        QVERIFY(address.error() == expected.error());
    }

    void readsWhatItWrites()
    {
        const StorageAddress address{.kind = StorageKind::Sftp,
                                     .path = "/a b/%?#ü'",
                                     .options = {{"key", "/v=1&@?"}, {"known-hosts", ""}},
                                     .host = "h",
                                     .port = 22};
        const auto again = parse(formatAddress(address));
        QVERIFY(again.ok());
        QVERIFY(again.value() == address);
    }

    void theIdStandsForThePlaceAlone()
    {
        const StorageAddress plain{.path = "/srv/backup/notes"};
        StorageAddress withOptions = plain;
        withOptions.options["x"] = "y";
        QCOMPARE(replicaId(plain).size(), std::size_t{16});
        QCOMPARE(replicaId(plain), replicaId(withOptions));
        QVERIFY(replicaId(plain) != replicaId({.path = "/srv/backup/notes2"}));
    }
};

QTEST_APPLESS_MAIN(TestStorageAddress)
#include "tst_storage_address.moc"
