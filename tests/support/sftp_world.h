#pragma once

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/storage/sftp_storage.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::storage {

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
    [[nodiscard]] bool trusts(const HostKey& key, const std::stop_token& /*stop*/) override
    {
        const std::scoped_lock lock(m_mutex);
        shown.push_back(key);
        return isTrusting;
    }

private:
    std::mutex m_mutex;
};

/// A real SFTP server that the environment names (tests/servers/README.md), a user of it with a
/// home of his own, and a place on the server that nobody used before. A test inherits it beside
/// QObject, and calls needServer(), begin() and end() in initTestCase(), init() and cleanup().
class SftpWorld {
protected:
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<PreparedPerson> m_person;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{unpredictableSeed()};
    std::string m_agent;  // Whom a login may ask.
    StorageAddress m_address;
    Secrets m_secrets;

    /// TIDEMARK_TEST_SFTP_<name>.
    static QString variable(const char* name)
    {
        return qEnvironmentVariable((std::string("TIDEMARK_TEST_SFTP_") + name).c_str());
    }

    void needServer()
    {
        if (variable("HOST").isEmpty()) {
            QSKIP("No SFTP server: TIDEMARK_TEST_SFTP_HOST is not set.");
        }
    }
    void begin()
    {
        m_home = std::make_unique<QTemporaryDir>();
        m_person = std::make_unique<PreparedPerson>();
        m_agent.clear();
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
    void end() { m_home.reset(); }

    [[nodiscard]] std::unique_ptr<SftpStorage> make()
    {
        return std::make_unique<SftpStorage>(SftpStorage::Parts{.clock = m_clock,
                                                                .random = m_random,
                                                                .files = m_files,
                                                                .person = *m_person,
                                                                .agent = m_agent},
                                             m_address, m_secrets, m_home->path().toStdString(),
                                             m_home->path().toStdString() + "/config");
    }
    [[nodiscard]] static Error errorOf(Storage& storage)
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

    /// A file of the user's, at home.
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

    /// Runs `call`, which gets stuck soon once `isStuck`, and stops it as it waits.
    void stopsAtOnce(const std::function<ErrorCode(SftpStorage&, const std::stop_token&)>& call,
                     const std::function<bool()>& isStuck)
    {
        const auto storage = make();
        std::stop_source source;
        std::atomic<pid_t> thread = 0;
        auto code = std::async(std::launch::async, [&] {
            thread = ::gettid();
            return call(*storage, source.get_token());
        });
        // QTRY_VERIFY asks again when it was so, and a thread sleeps for an instant while it
        // connects.
        QVERIFY(QTest::qWaitFor([&] { return isStuck() && sleeps(thread); }, kStuckMs));
        QVERIFY(code.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
        const auto before = m_clock.monotonic();
        source.request_stop();
        QCOMPARE(code.get(), ErrorCode::Cancelled);
        const auto took = m_clock.monotonic() - before;
        QVERIFY2(took < kAtOnce, std::to_string(took / std::chrono::milliseconds(1)).c_str());
    }

private:
    static constexpr int kStuckMs = 30'000;
    static constexpr std::chrono::seconds kAtOnce{5};  // No server is given up so soon.

    /// Whether a thread of this process waits for something, as the system knows.
    static bool sleeps(pid_t thread)
    {
        QFile facts(QString("/proc/self/task/%1/stat").arg(thread));
        if (!facts.open(QIODevice::ReadOnly)) {
            return false;
        }
        const QByteArray text = facts.readAll();
        return text.mid(text.lastIndexOf(')') + 2, 1) == "S";
    }

    int m_places = 0;
};

}  // namespace tidemark::storage
