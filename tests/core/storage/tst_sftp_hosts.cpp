#include "core/storage/known_hosts.h"
#include "core/storage/ssh_wire.h"
#include "tests/support/sftp_world.h"

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <future>
#include <string>

using namespace tidemark;
using namespace tidemark::storage;

/// Who the server is: known keys, unknown ones, and what is no SSH server.
class TestSftpHosts : public QObject, SftpWorld {
    Q_OBJECT

private slots:
    void initTestCase() { needServer(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void anUnknownServerIsAskedForOnceAndWrittenDown()
    {
        m_address.options["known-hosts"] = file("known_hosts", "# none\n").toStdString();
        Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QCOMPARE(m_person->shown.size(), std::size_t{1});
        const HostKey shown = m_person->shown.front();
        QVERIFY(shown.fingerprint.starts_with("SHA256:") && shown.fingerprint.size() == 50);
        QCOMPARE(shown.algorithm, std::string("ssh-ed25519"));
        QCOMPARE(shown.otherKnown, std::string());
        QVERIFY2(mentions(error, shown.fingerprint), textOf(error).c_str());
        QVERIFY(!QFile::exists(m_home->filePath("config/known_hosts")));

        m_person->isTrusting = true;
        QVERIFY(isLetIn());
        QVERIFY(isLetIn());
        QCOMPARE(m_person->shown.size(), std::size_t{2});
        const std::string ours = m_home->filePath("config/known_hosts").toStdString();
        QCOMPARE(m_files.stat(ours).value()->permissions, 0600U);
        QCOMPARE(QDir(m_home->filePath("config")).entryList(QDir::Files),
                 (QStringList{"known_hosts", "known_hosts.lock"}));
    }

    void aChangedKeyIsRefusedWhateverAPersonSays()
    {
        const std::string name = knownHostName(m_address.host, m_address.port);
        std::string key;
        putString(key, "ssh-ed25519");
        putString(key, std::string(32, 'k'));
        const QString path =
            file("known_hosts",
                 QByteArray::fromStdString("\n" + knownHostLine(name, "ssh-ed25519", key)));
        m_address.options["known-hosts"] = path.toStdString();
        m_person->isTrusting = true;
        const Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY2(mentions(error, path.toStdString() + ":2"), textOf(error).c_str());
        QVERIFY(mentions(error, fingerprintOf(key)));
        QVERIFY(m_person->shown.empty());
    }

    void aKeyOfAnotherKindIsToldOfWhatIsKnown()
    {
        const std::string name = knownHostName(m_address.host, m_address.port);
        std::string key;
        putString(key, "ssh-rsa");
        putString(key, std::string(32, 'k'));
        const QString path =
            file("known_hosts", QByteArray::fromStdString(knownHostLine(name, "ssh-rsa", key)));
        m_address.options["known-hosts"] = path.toStdString();
        if (errorOf(*make()).code == ErrorCode::Credentials) {
            QSKIP("This libssh2 asks for RSA keys: the server has shown it.");
        }
        QCOMPARE(m_person->shown.size(), std::size_t{1});
        QCOMPARE(m_person->shown.front().otherKnown,
                 path.toStdString() + ":1 ssh-rsa " + fingerprintOf(key));
    }

    void theKeyThatIsKnownIsAskedFor()
    {
        QFile all(variable("KNOWN_HOSTS"));
        QVERIFY(all.open(QIODevice::ReadOnly));
        QByteArray ecdsa;
        for (const QByteArray& line : all.readAll().split('\n')) {
            ecdsa += line.contains("ecdsa-sha2") ? line + '\n' : QByteArray();
        }
        if (ecdsa.isEmpty()) {
            QSKIP("The server has no ECDSA host key.");
        }
        m_address.options["known-hosts"] = file("known_hosts", ecdsa).toStdString();
        QVERIFY2(isLetIn(), textOf(errorOf(*make())).c_str());
    }

    void aFileOfHostsThatIsNoneIsNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a folder") << QByteArray();
        QTest::newRow("bytes") << QByteArray("\0\1\2", 3);
        QTest::newRow("huge") << QByteArray((4 << 20) + 1, '#');
    }
    void aFileOfHostsThatIsNoneIsNamed()
    {
        QFETCH(const QByteArray, text);
        const QString path = text.isEmpty() ? m_home->path() : file("known_hosts", text);
        m_address.options["known-hosts"] = path.toStdString();
        const Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY(mentions(error, path.toStdString()));
    }

    void whoeverIsNoSshServerIsNamed_data()
    {
        QTest::addColumn<QByteArray>("greeting");
        QTest::addColumn<QString>("said");
        QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>")
                              << "HTTP/1.1 400 Bad Request";
        QTest::newRow("nothing") << QByteArray() << "does not answer as an SSH server";
        QTest::newRow("bytes") << QByteArray(3000, '\xff') << "SSH server";
    }
    void whoeverIsNoSshServerIsNamed()
    {
        QFETCH(const QByteArray, greeting);
        QFETCH(const QString, said);
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        m_address.host = "127.0.0.1";
        m_address.port = other.serverPort();
        auto error = std::async(std::launch::async, [&] { return errorOf(*make()); });
        QVERIFY(other.waitForNewConnection(30000));
        QTcpSocket* const socket = other.nextPendingConnection();
        socket->write(greeting);
        socket->waitForBytesWritten();
        socket->waitForReadyRead(30000);
        socket->readAll();
        socket->disconnectFromHost();
        socket->close();
        const Error told = error.get();
        QCOMPARE(told.code, ErrorCode::Unavailable);
        QVERIFY2(mentions(told, said.toStdString()), textOf(told).c_str());
    }

    void whoeverIsNotThereIsNamed()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        m_address.host = "127.0.0.1";
        m_address.port = other.serverPort();
        other.close();
        const Error refused = errorOf(*make());
        QCOMPARE(refused.code, ErrorCode::Unavailable);
        QVERIFY2(mentions(refused, "takes no connection"), textOf(refused).c_str());
        m_address.host = "no-such-host.invalid";
        const Error unknown = errorOf(*make());
        QCOMPARE(unknown.code, ErrorCode::Unavailable);
        QVERIFY2(mentions(unknown, "not found"), textOf(unknown).c_str());
    }
};

QTEST_GUILESS_MAIN(TestSftpHosts)
#include "tst_sftp_hosts.moc"
