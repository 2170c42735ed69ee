#include "core/storage/sftp_root.h"
#include "tests/support/numbers.h"
#include "tests/support/sftp_world.h"
#include "tests/support/storage_contract.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QTest>

#include <sys/stat.h>

#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

/// What the server's files are, looked at from here.
class TestSftpFiles : public QObject, SftpWorld {
    Q_OBJECT

private slots:
    void initTestCase() { needServer(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void whatItMakesIsPrivate()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "ltx/0/x", "1"));
        const auto permissionsOf = [this](const char* name) {
            const auto facts = m_files.stat(below(name).toStdString());
            return facts.ok() && facts.value() ? facts.value()->permissions : 0;
        };
        if (permissionsOf("ltx/0/x") == 0) {
            QSKIP("The server's files are not on this computer.");
        }
        QCOMPARE(permissionsOf("ltx/0/x"), 0600U);
        QCOMPARE(permissionsOf("ltx/0"), 0700U);
        QCOMPARE(permissionsOf(""), 0700U);
    }

    void clearsWhatADeadWriterLeftLongAgo()
    {
        QVERIFY(contract::put(*make(), "x", "1"));
        const Timestamp now = m_clock.now();
        const auto plant = [this](const std::string& name) {
            QFile left(below(QString::fromStdString(name)));
            return left.open(QIODevice::WriteOnly) && left.write("half") == 4;
        };
        const std::string old = sftpTemporaryName(now - 25h, 1);
        const std::string young = sftpTemporaryName(now - 23h, 2);
        if (!plant(old)) {
            QSKIP("The server's files are not on this computer.");
        }
        QVERIFY(plant(young) && plant(".tidemark-tmp/0123456789abcdef"));
        QVERIFY(contract::put(*make(), "y", "2"));
        QVERIFY(!QFile::exists(below(QString::fromStdString(old))));
        QCOMPARE(temporaries().size(), 2);
        QCOMPARE(contract::namesOf(*make(), ""), (std::vector<std::string>{"x", "y"}));
    }

    void linksCountAsWhatTheyLeadTo()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "a/x", "1"));
        if (!QFile::link(below("a"), below("b"))) {
            QSKIP("The server's files are not on this computer.");
        }
        QVERIFY(QFile::link(below("a/x"), below("link")));
        QVERIFY(QFile::link(below("nowhere"), below("dangling")));
        QCOMPARE(contract::namesOf(*storage, ""), (std::vector<std::string>{"a/x", "b/x", "link"}));
        QCOMPARE(contract::textOf(*storage, "b/x"), std::string("1"));
        QCOMPARE(contract::textOf(*storage, "link"), std::string("1"));
        QCOMPARE(storage->find("link", {}).value()->sizeBytes, std::uint64_t{1});
        QVERIFY(!storage->find("dangling", {}).value());
    }

    void pipesAreNoObjects()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "x", "1"));
        if (::mkfifo(below("pipe").toUtf8().constData(), 0666) != 0) {
            QSKIP("The server's files are not on this computer.");
        }
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"x"});
        QCOMPARE(storage->read("pipe", 0, 1, {}).error().code, ErrorCode::Damaged);
    }

    void aFolderThatCannotBeReadIsNotAnEmptyOne_data()
    {
        QTest::addColumn<int>("permissions");
        QTest::newRow("no names") << 0300;
        QTest::newRow("names alone") << 0400;
        QTest::newRow("nothing") << 0;
    }
    void aFolderThatCannotBeReadIsNotAnEmptyOne()
    {
        QFETCH(const int, permissions);
        const auto storage = make();
        QVERIFY(contract::put(*storage, "a/b/x", "1"));
        const QByteArray folder = below("a").toUtf8();
        if (::chmod(folder.constData(), static_cast<mode_t>(permissions)) != 0) {
            QSKIP("The server's files are not on this computer.");
        }
        const bool isForEverybody = QDir(below("a")).exists("b");
        const auto listed = [&](std::string_view prefix) {
            return storage->list(prefix, [](const auto&) { return Listing::Continue; }, {});
        };
        const Status all = listed("");
        const Status deep = listed("a/b/");
        QCOMPARE(::chmod(folder.constData(), 0700), 0);
        if (isForEverybody && all.ok()) {
            QSKIP("The server is let into every folder.");
        }
        QVERIFY(!all.ok() && all.error().code == ErrorCode::Forbidden);
        QVERIFY(deep.ok() == (permissions == 0300));
    }

    void aFileThatIsAnotherOneMeanwhileIsAFailure()
    {
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(10'000'000), {}, {}).ok());
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        QFile numbers(below("numbers"));
        if (!numbers.open(QIODevice::ReadWrite)) {
            QSKIP("The server's files are not on this computer.");
        }
        QVERIFY(numbers.setFileTime(QDateTime::fromSecsSinceEpoch(1'000'000'000),
                                    QFileDevice::FileModificationTime));
        const auto got = readNumbers(*reader.value(), 0);
        QVERIFY(!got.ok() && got.error().code == ErrorCode::Unavailable);
        std::vector<std::byte> piece(100);
        QVERIFY(!reader.value()->read(piece).ok());
    }

    void aFileWhereAFolderBelongsIsNamed()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "ltx", "a file"));
        const auto written = storage->write("ltx/0/x", MemorySource("1"), {}, {});
        QVERIFY(!written.ok());
        QVERIFY2(written.error().code == ErrorCode::TargetRefused, textOf(written.error()).c_str());
        QVERIFY(mentions(written.error(), m_address.path + "/ltx"));
    }

    void aFolderThatVanishedIsNeverMadeAnew()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "l/x", "1"));
        const QString root = QString::fromStdString(m_address.path);
        if (!QDir().rename(root, root + "-elsewhere")) {
            QSKIP("The server's files are not on this computer.");
        }
        QCOMPARE(storage->write("l/y", MemorySource("2"), {}, {}).error().code,
                 ErrorCode::Unavailable);
        QCOMPARE(storage->find("l/x", {}).error().code, ErrorCode::Unavailable);
        QCOMPARE(storage->list("", [](const ObjectEntry&) { return Listing::Continue; }, {})
                     .error()
                     .code,
                 ErrorCode::Unavailable);
        QVERIFY(!QDir(root).exists());
        QVERIFY(QDir().rename(root + "-elsewhere", root));
        QVERIFY(contract::put(*storage, "l/y", "2"));
    }

    void aFolderOfObjectsThatVanishedIsSaidOnce()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "a/b/x", "1"));
        if (!QDir(below("a")).removeRecursively()) {
            QSKIP("The server's files are not on this computer.");
        }
        QCOMPARE(storage->write("a/b/y", MemorySource("2"), {}, {}).error().code,
                 ErrorCode::Unavailable);
        QVERIFY(contract::put(*storage, "a/b/y", "2"));
    }

    void anotherDiskInItsPlaceIsSaidOnce()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "x", "1"));
        if (!QDir(below(".tidemark-tmp")).removeRecursively()) {
            QSKIP("The server's files are not on this computer.");
        }
        QCOMPARE(storage->write("y", MemorySource("2"), {}, {}).error().code,
                 ErrorCode::Unavailable);
        QVERIFY(contract::put(*storage, "y", "2"));
    }

    void aFileThatShrinksIsAFailure()
    {
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(10'000'000), {}, {}).ok());
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        if (!QFile(below("numbers")).resize(5'000'000)) {
            QSKIP("The server's files are not on this computer.");
        }
        const auto got = readNumbers(*reader.value(), 0);
        QVERIFY(!got.ok() && got.error().code == ErrorCode::Unavailable);
        QVERIFY2(mentions(got.error(), "shorter"), textOf(got.error()).c_str());
        std::vector<std::byte> piece(100);
        QVERIFY(!reader.value()->read(piece).ok());
        QVERIFY(storage->find("numbers", {}).ok());
    }
};

QTEST_GUILESS_MAIN(TestSftpFiles)
#include "tst_sftp_files.moc"
