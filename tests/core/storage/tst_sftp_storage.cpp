#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/storage/known_hosts.h"
#include "core/storage/sftp_root.h"
#include "core/storage/sftp_storage.h"
#include "core/storage/ssh_wire.h"
#include "core/storage/storage_factory.h"
#include "tests/support/storage_contract.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

/// For LeakSanitizer: libssh2 1.10 forgets what the server offered when it is asked twice, and
/// numbers of keys that it cannot read.
extern "C" const char* __lsan_default_suppressions();  // NOLINT
extern "C" const char* __lsan_default_suppressions()   // NOLINT
{
    return "leak:libssh2.so\nleak:CRYPTO_zalloc\n";
}

namespace {

QString variable(const char* name)
{
    return qEnvironmentVariable((std::string("TIDEMARK_TEST_SFTP_") + name).c_str());
}

/// Has answers at hand, and remembers what it was asked.
class PreparedPerson final : public Person {
public:
    std::optional<Secret> answer = {};
    std::string answersTo = {};  ///< The start of the only questions that are answered.
    bool isTrusting = false;
    std::vector<std::string> questions;
    std::vector<HostKey> shown;

    [[nodiscard]] std::optional<Secret> secret(const Message& question) override
    {
        const std::scoped_lock lock(m_mutex);
        questions.push_back(inEnglish(question));
        return questions.back().starts_with(answersTo) ? answer : std::nullopt;
    }
    [[nodiscard]] bool trusts(const HostKey& key) override
    {
        const std::scoped_lock lock(m_mutex);
        shown.push_back(key);
        return isTrusting;
    }

private:
    std::mutex m_mutex;
};

/// Does things to the server: "stop", "start", "restart". False without a harness.
bool tellServer(const QString& verb)
{
    const QUrl control(qEnvironmentVariable("TIDEMARK_TEST_CONTROL"));
    QTcpSocket socket;
    socket.connectToHost(control.host(), static_cast<quint16>(control.port()));
    if (control.isEmpty() || !socket.waitForConnected()) {
        return false;
    }
    socket.write("POST /sshd/" + verb.toUtf8() + " HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
    QByteArray answer;
    while (socket.waitForReadyRead(30000)) {
        answer += socket.readAll();
    }
    return answer.contains(" 200 ");
}

/// Stands between us and the server, and lets nothing through any more once it is told so.
class Relay {
public:
    Relay(const std::string& host, std::uint16_t port)
    {
        QVERIFY(m_server.listen(QHostAddress::LocalHost));
        m_thread = std::jthread([this, host, port](const std::stop_token& stop) {
            const int listener = static_cast<int>(m_server.socketDescriptor());
            pollfd wanted{.fd = listener, .events = POLLIN};
            while (!stop.stop_requested() && ::poll(&wanted, 1, 20) == 0) {}
            const int client = ::accept(listener, nullptr, nullptr);
            QTcpSocket server;
            server.connectToHost(QString::fromStdString(host), port);
            if (client >= 0 && server.waitForConnected()) {
                pass(client, static_cast<int>(server.socketDescriptor()), stop);
            }
            ::close(client);
        });
    }

    [[nodiscard]] std::uint16_t port() const { return m_server.serverPort(); }
    [[nodiscard]] bool isStalled() const { return m_isStalled; }
    void stall() { m_isStalled = true; }

private:
    void pass(int client, int server, const std::stop_token& stop) const
    {
        std::vector<char> buffer(1 << 16);
        while (!stop.stop_requested()) {
            pollfd both[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
            ::poll(both, 2, 20);
            for (int from = 0; from < 2 && !m_isStalled; ++from) {
                const ssize_t got = both[from].revents != 0 ? ::recv(both[from].fd, buffer.data(),
                                                                     buffer.size(), MSG_DONTWAIT)
                                                            : 0;
                for (ssize_t sent = 0; sent < got;) {
                    pollfd to{.fd = both[1 - from].fd, .events = POLLOUT};
                    ::poll(&to, 1, 1000);
                    const ssize_t done = ::send(to.fd, buffer.data() + sent,
                                                static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
                    sent += done > 0 ? done : 0;
                }
            }
        }
    }

    QTcpServer m_server;
    std::atomic<bool> m_isStalled = false;
    std::jthread m_thread;
};

/// Bytes that tell where they are from; `onRead` runs before each piece.
class Numbers final : public ByteSource {
public:
    explicit Numbers(std::uint64_t sizeBytes, bool isLengthKnown = false)
        : m_sizeBytes(sizeBytes), m_isLengthKnown(isLengthKnown)
    {
    }

    std::function<void(std::uint64_t offset)> onRead = [](std::uint64_t) {};

    static std::byte at(std::uint64_t offset)
    {
        return static_cast<std::byte>((offset * 2654435761U >> 13) ^ (offset >> 20));
    }
    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override
    {
        return m_isLengthKnown ? std::optional(m_sizeBytes) : std::nullopt;
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        class Reader final : public ByteReader {
        public:
            explicit Reader(const Numbers& numbers) : m_numbers(numbers) {}
            [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
            {
                m_numbers.onRead(m_offset);
                const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(
                    {into.size(), m_numbers.m_sizeBytes - m_offset, 1 << 20}));
                for (std::byte& each : into.first(got)) {
                    each = at(m_offset++);
                }
                return got;
            }

        private:
            const Numbers& m_numbers;
            std::uint64_t m_offset = 0;
        };
        return std::unique_ptr<ByteReader>(std::make_unique<Reader>(*this));
    }

private:
    std::uint64_t m_sizeBytes = 0;
    bool m_isLengthKnown = false;
};

/// How many bytes came, all as they should be; `onPiece` runs before each read.
Result<std::uint64_t> readNumbers(
    ByteReader& reader, std::uint64_t offset,
    const std::function<void(std::uint64_t)>& onPiece = [](std::uint64_t) {})
{
    std::vector<std::byte> piece(1 << 20);
    std::uint64_t done = 0;
    for (;;) {
        onPiece(done);
        TIDEMARK_TRY(const std::size_t got, reader.read(piece));
        if (got == 0) {
            return done;
        }
        for (std::size_t i = 0; i < got; ++i) {
            if (piece[i] != Numbers::at(offset + done + i)) {
                return Error{.code = ErrorCode::Damaged,
                             .what = {TIDEMARK_TEXT("test", "Byte %1 is another one."),
                                      {std::to_string(offset + done + i)}}};
            }
        }
        done += got;
    }
}

}  // namespace

class TestSftpStorage : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<PreparedPerson> m_person;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{unpredictableSeed()};
    QString m_agent;
    StorageAddress m_address;
    Secrets m_secrets;
    int m_places = 0;

    [[nodiscard]] std::unique_ptr<SftpStorage> make()
    {
        return std::make_unique<SftpStorage>(
            SftpStorage::Parts{m_clock, m_random, m_files, *m_person}, m_address, m_secrets,
            m_home->path().toStdString(), m_home->path().toStdString() + "/config");
    }
    [[nodiscard]] Error errorOf(Storage& storage)
    {
        const auto found = storage.find("x", {});
        return found.ok() ? Error{.code = ErrorCode::Bug} : found.error();
    }
    /// Of a login: a missing root means that the server let us in.
    [[nodiscard]] bool isLetIn() { return errorOf(*make()).code == ErrorCode::NotFound; }
    static std::string textOf(const Error& error)
    {
        return inEnglish(error.what) + ' ' + inEnglish(error.next);
    }
    static bool mentions(const Error& error, const std::string& text)
    {
        return textOf(error).find(text) != std::string::npos;
    }
    [[nodiscard]] QString file(const QString& name, const QByteArray& text) const
    {
        QString path = m_home->filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile made(path);
        if (!made.open(QIODevice::WriteOnly)) {
            return {};
        }
        made.write(text);
        return path;
    }
    /// Where the root lies for us, if the server's files are on this computer.
    [[nodiscard]] QString below(const QString& name) const
    {
        return QString::fromStdString(m_address.path) + '/' + name;
    }
    [[nodiscard]] QStringList temporaries() const
    {
        return QDir(below(".tidemark-tmp")).entryList(QDir::Files | QDir::Hidden);
    }

private slots:
    void initTestCase()
    {
        if (variable("HOST").isEmpty()) {
            QSKIP("No SFTP server: TIDEMARK_TEST_SFTP_HOST is not set.");
        }
        m_agent = qEnvironmentVariable("SSH_AUTH_SOCK");
    }
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_person = std::make_unique<PreparedPerson>();
        qunsetenv("SSH_AUTH_SOCK");
        m_address = {.kind = StorageKind::Sftp,
                     .path = variable("PATH").toStdString() + "/" +
                             QString::number(QCoreApplication::applicationPid()).toStdString() +
                             "/place" + std::to_string(++m_places),
                     .options = {{"known-hosts", variable("KNOWN_HOSTS").toStdString()}},
                     .host = variable("HOST").toStdString(),
                     .user = variable("USER").toStdString(),
                     .port = static_cast<std::uint16_t>(variable("PORT").toInt())};
        m_secrets = {.keyFile = variable("KEY_ED25519").toStdString()};
    }
    void cleanup()
    {
        m_home.reset();
        qputenv("SSH_AUTH_SOCK", m_agent.toUtf8());
    }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        const auto storage = make();
        contract::check(clause, *storage, {.wholeSecondTimes = true});
        QCOMPARE(temporaries(), QStringList());
    }

    void keepsTheContractWithoutConcurrentWrites_data() { contract::addRows(); }
    void keepsTheContractWithoutConcurrentWrites()
    {
        QFETCH(int, clause);
        m_address.options["concurrent-writes"] = "false";
        contract::check(clause, *make(), {.wholeSecondTimes = true});
    }

    void theFactoryOpensIt()
    {
        class Known final : public SecretSource {
        public:
            Secrets secrets;
            [[nodiscard]] Result<Secrets> secretsOf(const StorageAddress&) const override
            {
                return secrets;
            }
        };
        class NoHttp final : public net::HttpTransport {
        public:
            [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest&,
                                                         std::stop_token) override
            {
                return Error{.code = ErrorCode::Bug};
            }
        };
        Known known;
        known.secrets = m_secrets;
        NoHttp http;
        const StorageFactory factory({.files = m_files,
                                      .random = m_random,
                                      .clock = m_clock,
                                      .http = http,
                                      .secrets = known,
                                      .person = *m_person,
                                      .home = m_home->path().toStdString(),
                                      .config = m_home->path().toStdString() + "/config"});
        const auto storage = factory.open(m_address);
        QVERIFY(storage.ok());
        QCOMPARE(storage.value()->describe(), describeAddress(m_address));
        QVERIFY(contract::put(*storage.value(), "x", "1"));
    }

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
        if (m_agent.isEmpty()) {
            QSKIP("No agent: SSH_AUTH_SOCK is not set.");
        }
        qputenv("SSH_AUTH_SOCK", m_agent.toUtf8());
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
        qputenv("SSH_AUTH_SOCK", path.toUtf8());
        stopsWithin200ms([](SftpStorage& storage, const std::stop_token& stop) {
            return storage.find("x", stop).error().code;
        });
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
        QVERIFY2(mentions(error, "the password"), textOf(error).c_str());
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
        QCOMPARE(QDir(m_home->filePath("config")).entryList(QDir::Files).size(), 1);
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
        QCOMPARE(error.code, ErrorCode::Forbidden);
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
        if (errorOf(*make()).code == ErrorCode::Forbidden) {
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
        QVERIFY(other.waitForNewConnection(5000));
        QTcpSocket* const socket = other.nextPendingConnection();
        socket->write(greeting);
        socket->waitForBytesWritten();
        socket->waitForReadyRead(1000);
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

    /// Runs `call`, which gets stuck soon once `isStuck`.
    void stopsWithin200ms(
        const std::function<ErrorCode(SftpStorage&, const std::stop_token&)>& call,
        const std::function<bool()>& isStuck = [] { return true; })
    {
        const auto storage = make();
        std::stop_source source;
        auto code =
            std::async(std::launch::async, [&] { return call(*storage, source.get_token()); });
        QTRY_VERIFY_WITH_TIMEOUT(isStuck(), 30000);
        QVERIFY(code.wait_for(300ms) == std::future_status::timeout);
        const auto before = m_clock.monotonic();
        source.request_stop();
        QCOMPARE(code.get(), ErrorCode::Cancelled);
        const auto took = m_clock.monotonic() - before;
        QVERIFY2(took < 200ms, std::to_string(took / 1ms).c_str());
    }

    void aServerThatStallsWhileItIsReadIsNotWaitedForAfterAStop()
    {
        QVERIFY(make()->write("numbers", Numbers(20'000'000), {}, {}).ok());
        Relay relay(m_address.host, m_address.port);
        m_address.port = relay.port();
        m_person->isTrusting = true;
        const auto readAll = [&](SftpStorage& storage, const std::stop_token& stop) {
            auto reader = storage.read("numbers", 0, kToTheEnd, stop);
            if (!reader.ok()) {
                return reader.error().code;
            }
            const auto got = readNumbers(*reader.value(), 0, [&](std::uint64_t done) {
                if (done > 5'000'000) {
                    relay.stall();
                }
            });
            return got.ok() ? ErrorCode::Bug : got.error().code;
        };
        stopsWithin200ms(readAll, [&] { return relay.isStalled(); });
    }

    void aServerThatStallsWhileItIsWrittenIsNotWaitedForAfterAStop()
    {
        Relay relay(m_address.host, m_address.port);
        m_address.port = relay.port();
        m_person->isTrusting = true;
        Numbers numbers(100'000'000);
        numbers.onRead = [&](std::uint64_t offset) {
            if (offset > 5'000'000) {
                relay.stall();
            }
        };
        const auto write = [&](SftpStorage& storage, const std::stop_token& stop) {
            const auto written = storage.write("numbers", numbers, {}, stop);
            return written.ok() ? ErrorCode::Bug : written.error().code;
        };
        stopsWithin200ms(write, [&] { return relay.isStalled(); });
        m_address.port = static_cast<std::uint16_t>(variable("PORT").toInt());
        QCOMPARE(contract::namesOf(*make(), ""), std::vector<std::string>());
    }

    void aServerThatSaysNothingIsNotWaitedForAfterAStop()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        m_address.host = "127.0.0.1";
        m_address.port = silent.serverPort();
        stopsWithin200ms([](SftpStorage& storage, const std::stop_token& stop) {
            return storage.find("x", stop).error().code;
        });
    }

    void aBigObjectOfUnknownLengthComesBackWhole()
    {
        constexpr std::uint64_t kSize = 100'000'003;
        const auto storage = make();
        const auto written = storage->write("big", Numbers(kSize), {}, {});
        QVERIFY2(written.ok(), written.ok() ? "" : textOf(written.error()).c_str());
        QCOMPARE(storage->find("big", {}).value()->sizeBytes, kSize);
        for (const std::uint64_t offset : {0U, 1U, 29'999U, 30'000U, 90'000'000U}) {
            auto reader = storage->read("big", offset, kToTheEnd, {});
            QVERIFY(reader.ok());
            const auto got = readNumbers(*reader.value(), offset);
            QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
            QCOMPARE(got.value(), kSize - offset);
        }
    }

    void anyPieceIsTheRightOne()
    {
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(1'000'000, true), {}, {}).ok());
        for (const std::uint64_t length :
             {1U, 2U, 3U, 5U, 29'999U, 30'000U, 30'001U, 59'999U, 270'000U, 270'001U, 700'000U}) {
            for (const std::uint64_t offset : {0U, 1U, 12'345U, 30'000U}) {
                auto reader = storage->read("numbers", offset, length, {});
                QVERIFY(reader.ok());
                const auto got = readNumbers(*reader.value(), offset);
                QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
                QCOMPARE(got.value(), length);
            }
        }
    }

    void oddNamesAreKept()
    {
        const auto storage = make();
        std::vector<std::string> names{
            " ",       "%2F",         "+",         "-",        "...",       ".hidden/x",
            "a b/c d", "back\\slash", "new\nline", "quote\"'", "star*?[a]", "\xc3\xa4\xe2\x82\xac",
            "~"};
        for (const std::string& name : names) {
            QVERIFY(contract::put(*storage, name, name));
            QCOMPARE(contract::textOf(*storage, name), name);
        }
        std::ranges::sort(names);
        QCOMPARE(contract::namesOf(*storage, ""), names);
        QVERIFY(storage->remove(names, {}).ok());
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>());
    }

    void namesThatLeadElsewhereAreRefused()
    {
        const auto storage = make();
        for (const char* name : {"", "/etc/x", "../x", "a/../../x", "a//b", "a/.", "a/"}) {
            QVERIFY(storage->write(name, MemorySource("2"), {}, {}).error().code ==
                    ErrorCode::Usage);
            QVERIFY(storage->read(name, 0, 1, {}).error().code == ErrorCode::Usage);
        }
    }

    void aPathFromTheFolderOfTheLoginOn()
    {
        const std::string name = "tidemark-test-" + std::to_string(m_random.next());
        m_address.path = name;
        const auto storage = make();
        QVERIFY(contract::put(*storage, "a/b", "1"));
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"a/b"});
        const std::vector<std::string> names{"a/b"};
        QVERIFY(storage->remove(names, {}).ok());
    }

    void aMissingFolderIsNotAnEmptyOne()
    {
        const auto storage = make();
        const auto listed =
            storage->list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
        QCOMPARE(listed.error().code, ErrorCode::NotFound);
        QCOMPARE(storage->find("x", {}).error().code, ErrorCode::NotFound);
        QCOMPARE(storage->read("x", 0, 1, {}).error().code, ErrorCode::NotFound);
    }

    void manyAtOnceShareTheConnections()
    {
        const auto storage = make();
        std::vector<std::jthread> threads;
        std::atomic<int> failures = 0;
        for (int i = 0; i < 12; ++i) {
            threads.emplace_back([&, i] {
                const std::string name = "t/" + std::to_string(i);
                const std::string text(100'000 + static_cast<std::size_t>(i), 'x');
                for (int round = 0; round < 5; ++round) {
                    const std::string each = name + '-' + std::to_string(round);
                    failures += contract::put(*storage, each, text) ? 0 : 1;
                    failures +=
                        contract::textOf(*storage, each, 99'990) == text.substr(99'990) ? 0 : 1;
                }
            });
        }
        threads.clear();
        QCOMPARE(failures.load(), 0);
        QCOMPARE(contract::namesOf(*storage, "").size(), std::size_t{60});
    }

    void anObjectIsWrittenFromOthersOfTheSamePlace()
    {
        const auto storage = make();
        QVERIFY(storage->write("from", Numbers(20'000'000), {}, {}).ok());
        class Copied final : public ByteSource {
        public:
            explicit Copied(Storage& storage) : m_storage(storage) {}
            [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
            [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
            {
                return m_storage.read("from", 0, kToTheEnd, {});
            }

        private:
            Storage& m_storage;
        };
        std::vector<std::jthread> threads;
        std::atomic<int> written = 0;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&, i] {
                const auto done =
                    storage->write("to/" + std::to_string(i), Copied(*storage), {}, {});
                written += done.ok() ? 1 : 0;
            });
        }
        threads.clear();
        QCOMPARE(written.load(), 6);
        auto reader = storage->read("to/5", 0, kToTheEnd, {});
        QCOMPARE(readNumbers(*reader.value(), 0).value(), std::uint64_t{20'000'000});
    }

    void aRestartInTheMidstOfReadingIsNotNoticed()
    {
        constexpr std::uint64_t kSize = 30'000'000;
        const auto storage = make();
        QVERIFY(storage->write("numbers", Numbers(kSize), {}, {}).ok());
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        bool isRestarted = false;
        const auto got = readNumbers(*reader.value(), 0, [&](std::uint64_t done) {
            if (done > kSize / 2 && !isRestarted) {
                isRestarted = tellServer("restart");
            }
        });
        if (!isRestarted) {
            QSKIP("The server cannot be restarted: TIDEMARK_TEST_CONTROL is not set.");
        }
        QVERIFY2(got.ok(), got.ok() ? "" : textOf(got.error()).c_str());
        QCOMPARE(got.value(), kSize);
        QVERIFY(tellServer("restart"));
        QCOMPARE(contract::namesOf(*storage, ""), std::vector<std::string>{"numbers"});
        QVERIFY(tellServer("restart"));
        QVERIFY(storage->find("numbers", {}).ok());
    }

    void aRestartInTheMidstOfWritingIsNotNoticed()
    {
        constexpr std::uint64_t kSize = 30'000'000;
        const auto storage = make();
        bool isRestarted = false;
        Numbers numbers(kSize);
        numbers.onRead = [&](std::uint64_t offset) {
            if (offset > kSize / 2 && !isRestarted) {
                isRestarted = tellServer("restart");
            }
        };
        const auto staged = storage->stage("numbers", numbers, {}, {});
        if (!isRestarted) {
            QSKIP("The server cannot be restarted: TIDEMARK_TEST_CONTROL is not set.");
        }
        QVERIFY2(staged.ok(), staged.ok() ? "" : textOf(staged.error()).c_str());
        QVERIFY(tellServer("restart"));
        StagedObject* const objects[] = {staged.value().get()};
        QCOMPARE(storage->publish(objects, {}).value(), std::size_t{1});
        auto reader = storage->read("numbers", 0, kToTheEnd, {});
        QCOMPARE(readNumbers(*reader.value(), 0).value(), kSize);
        QCOMPARE(temporaries(), QStringList());
    }

    void aServerThatStaysAwayIsNamed()
    {
        const auto storage = make();
        QVERIFY(contract::put(*storage, "x", "1"));
        if (!tellServer("stop")) {
            QSKIP("The server cannot be stopped: TIDEMARK_TEST_CONTROL is not set.");
        }
        const auto found = storage->find("x", {});
        const auto listed =
            storage->list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
        QVERIFY(tellServer("start"));
        QVERIFY(!found.ok() && found.error().code == ErrorCode::Unavailable);
        QVERIFY(!listed.ok() && listed.error().code == ErrorCode::Unavailable);
        QVERIFY(storage->find("x", {}).value());
    }

    // What follows looks at the server's files from here.

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

QTEST_GUILESS_MAIN(TestSftpStorage)
#include "tst_sftp_storage.moc"
