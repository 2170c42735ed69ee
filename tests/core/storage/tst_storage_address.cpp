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
        const int unsupported = static_cast<int>(ErrorCode::Unsupported);
        QTest::newRow("empty") << "" << usage;
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
        QTest::newRow("options of a relative path") << "file://x?a=secret" << usage;
        QTest::newRow("password of an unknown kind") << "ftp://me:a/secret@host/x" << usage;
        QTest::newRow("password") << "sftp://me:secret@host/x" << usage;
        QTest::newRow("s3") << "s3://bucket/path" << unsupported;
        QTest::newRow("abs") << "abs://account@container/path" << unsupported;
        QTest::newRow("sftp") << "sftp://me@host:22/path" << unsupported;
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

    void aSecretIsCalledOneEvenIfItIsNotReadable()
    {
        const auto expected = parse("file:///x?password=secret");
        const auto address = parse("file:///x?password=%zz");
        QVERIFY(!expected.ok() && !address.ok());
        QVERIFY(address.error() == expected.error());
    }

    void readsWhatItWrites()
    {
        const StorageAddress address{.path = "/a b/%?#ü'", .options = {{"k&", "v=1"}, {"x", ""}}};
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
