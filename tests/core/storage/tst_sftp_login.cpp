#include "tests/support/leaving_person.h"
#include "tests/support/sftp_world.h"

#include <QTest>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>

using namespace tidemark;
using namespace tidemark::storage;

/// Who we are: keys, passphrases, passwords, the agent.
class TestSftpLogin : public QObject, SftpWorld {
    Q_OBJECT

private slots:
    void initTestCase() { needServer(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void aKeyLetsIn_data()
    {
        QTest::addColumn<QString>("key");
        QTest::newRow("ed25519") << "KEY_ED25519";
        QTest::newRow("ECDSA") << "KEY_ECDSA";
    }
    void aKeyLetsIn()
    {
        QFETCH(const QString, key);
        m_secrets.keyFile = variable(qPrintable(key)).toStdString();
        QCOMPARE(errorOf(*make()).code, ErrorCode::NotFound);
    }

    void theOptionNamesTheKey()
    {
        m_address.options["key"] = m_secrets.keyFile;
        m_secrets.keyFile.clear();
        QVERIFY(isLetIn());
    }

    void theOptionGoesBeforeWhatIsSetForAll()
    {
        m_address.options["key"] = std::exchange(m_secrets.keyFile, "/nowhere");
        QVERIFY(isLetIn());
    }

    void whoIsStoppedAtAQuestionIsCancelled()
    {
        LeavingPerson person;
        m_secrets = {.keyFile = variable("KEY_WITH_PASSPHRASE").toStdString()};
        SftpStorage storage({m_clock, m_random, m_files, person}, m_address, m_secrets,
                            m_home->path().toStdString(), m_home->path().toStdString() + "/config");
        QCOMPARE(storage.find("x", person.stop.get_token()).error().code, ErrorCode::Cancelled);
    }

    void aUsualKeyIsFound()
    {
        QDir(m_home->path()).mkdir(".ssh");
        QVERIFY(QFile::copy(variable("KEY_ED25519"), m_home->filePath(".ssh/id_ed25519")));
        m_secrets.keyFile.clear();
        QVERIFY(isLetIn());
    }

    /// libssh2 before 1.11 signs with SHA-1 only.
    void anRsaKeyIsRefusedWithTheReason()
    {
        m_secrets.keyFile = variable("KEY_RSA").toStdString();
        const Error error = errorOf(*make());
        if (error.code == ErrorCode::NotFound) {
            QSKIP("This libssh2 signs RSA keys with SHA-2.");
        }
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY2(mentions(error, "SHA-1") && mentions(error, "ed25519"), textOf(error).c_str());
        QVERIFY(mentions(error, m_secrets.keyFile));
    }

    void aLockedKeyNeedsItsPassphrase_data()
    {
        QTest::addColumn<QString>("known");
        QTest::addColumn<QString>("answered");
        QTest::addColumn<bool>("isIn");
        QTest::addColumn<int>("questions");
        const QString right = variable("PASSPHRASE");
        QTest::newRow("known") << right << "" << true << 0;
        QTest::newRow("asked for") << "" << right << true << 1;
        QTest::newRow("wrong") << "secret-but-wrong"
                               << "" << false << 0;
        QTest::newRow("answered wrong") << ""
                                        << "secret-but-wrong" << false << 1;
        QTest::newRow("nobody there") << ""
                                      << "" << false << 1;
    }
    void aLockedKeyNeedsItsPassphrase()
    {
        QFETCH(const QString, known);
        QFETCH(const QString, answered);
        QFETCH(const bool, isIn);
        QFETCH(const int, questions);
        m_secrets = {.passphrase = Secret(known.toStdString()),
                     .keyFile = variable("KEY_WITH_PASSPHRASE").toStdString()};
        if (!answered.isEmpty()) {
            m_person->answer = Secret(answered.toStdString());
            m_person->answersTo = "Passphrase";  // Each wrong password costs seconds.
        }
        const auto storage = make();
        Error error = errorOf(*storage);
        QVERIFY2((error.code == ErrorCode::NotFound) == isIn, textOf(error).c_str());
        if (!isIn) {
            QCOMPARE(error.code, ErrorCode::Credentials);
            QVERIFY2(mentions(error, "passphrase"), textOf(error).c_str());
            QVERIFY(!mentions(error, "secret-but-wrong"));
            static_cast<void>(errorOf(*storage));
        }
        // Once, for all logins.
        const auto isOurs = [](const std::string& each) { return each.starts_with("Passphrase"); };
        QCOMPARE(static_cast<int>(std::ranges::count_if(m_person->questions, isOurs)), questions);
    }

    void nobodyIsAskedForAPassphraseThatIsOfNoUse()
    {
        m_address.user = "nobody-" + std::to_string(QCoreApplication::applicationPid());
        m_secrets = {.keyFile = variable("KEY_WITH_PASSPHRASE").toStdString()};
        QCOMPARE(errorOf(*make()).code, ErrorCode::Credentials);
        for (const std::string& each : m_person->questions) {
            QVERIFY2(!each.starts_with("Passphrase"), each.c_str());
        }
    }

    void theAgentLetsIn()
    {
        m_agent = qEnvironmentVariable("SSH_AUTH_SOCK").toStdString();
        if (m_agent.empty()) {
            QSKIP("No agent: SSH_AUTH_SOCK is not set.");
        }
        m_secrets = {};
        QVERIFY2(isLetIn(), textOf(errorOf(*make())).c_str());
    }

    void anAgentThatSaysNothingIsNotWaitedForAfterAStop()
    {
        const QString path = m_home->filePath("agent");
        const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path.toStdString(), address.sun_path);
        QVERIFY(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        QVERIFY(::listen(listener, 1) == 0);
        m_agent = path.toStdString();
        pollfd wanted{.fd = listener, .events = POLLIN, .revents = 0};
        stopsAtOnce(
            [](SftpStorage& storage, const std::stop_token& stop) {
                return storage.find("x", stop).error().code;
            },
            [&wanted] { return ::poll(&wanted, 1, 0) == 1; });
        ::close(listener);
    }

    void aPasswordLetsIn_data()
    {
        QTest::addColumn<bool>("isKnown");
        QTest::newRow("known") << true;
        QTest::newRow("asked for") << false;
    }
    void aPasswordLetsIn()
    {
        QFETCH(const bool, isKnown);
        const Secret password(variable("PASSWORD").toStdString());
        if (password.empty()) {
            QSKIP("The server takes no password: TIDEMARK_TEST_SFTP_PASSWORD is not set.");
        }
        m_secrets = {};
        (isKnown ? m_secrets.password : m_person->answer.emplace()) = password;
        const Error error = errorOf(*make());
        QVERIFY2(error.code == ErrorCode::NotFound, textOf(error).c_str());
        QCOMPARE(m_person->questions.size(), std::size_t{isKnown ? 0U : 1U});
    }

    void aWrongPasswordIsNamedAndNotShown()
    {
        if (variable("PASSWORD").isEmpty()) {
            QSKIP("The server takes no password: TIDEMARK_TEST_SFTP_PASSWORD is not set.");
        }
        m_secrets = {.password = Secret("secret-but-wrong")};
        const Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY2(mentions(error, "Tried: password,"), textOf(error).c_str());
        QVERIFY2(mentions(error, "publickey"), textOf(error).c_str());
        QVERIFY(!mentions(error, "secret-but-wrong"));
    }

    void withNothingToLogInWithItSaysWhatIsOffered()
    {
        m_secrets = {};
        const Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY2(mentions(error, "publickey"), textOf(error).c_str());
    }

    void aKeyFileThatIsNoneIsNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("missing") << QByteArray();
        QTest::newRow("empty") << QByteArray("\n");
        QTest::newRow("a public key") << QByteArray("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me\n");
        QTest::newRow("torn") << QByteArray(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n-----END OPENSSH PRIVATE KEY-----\n");
        QTest::newRow("nothing in it")
            << QByteArray("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    }
    void aKeyFileThatIsNoneIsNamed()
    {
        QFETCH(const QByteArray, text);
        m_secrets.keyFile = text.isEmpty() ? m_home->filePath("none").toStdString()
                                           : file("key", text).toStdString();
        const Error error = errorOf(*make());
        QCOMPARE(error.code, ErrorCode::Credentials);
        QVERIFY2(mentions(error, m_secrets.keyFile), textOf(error).c_str());
    }
};

QTEST_GUILESS_MAIN(TestSftpLogin)
#include "tst_sftp_login.moc"
