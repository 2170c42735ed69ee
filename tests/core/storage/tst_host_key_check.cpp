#include "core/storage/host_key_check.h"

#include "core/base/posix_file_system.h"
#include "core/storage/ssh_wire.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/simulated_clock.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

constexpr const char* kOther = "other ssh-ed25519 AAAA\n";

/// A disk on which another program has the lock, and writes a key down before it lets go.
class SharedDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    int busyTimes = 0;
    std::string known = {};  ///< Its file.

    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override
    {
        if (busyTimes == 0) {
            return PassingFileSystem::lock(path);
        }
        if (--busyTimes == 0) {
            QFile file(QString::fromStdString(known));
            if (!file.open(QIODevice::WriteOnly) || file.write(kOther) < 0) {
                return Error{.code = ErrorCode::Io};
            }
        }
        return Error{.code = ErrorCode::Busy};
    }
};

class Visitor final : public Person {
public:
    bool isTrusting = true;
    std::function<void()> onQuestion = [] {};

    [[nodiscard]] std::optional<Secret> secret(const Message& /*question*/) override { return {}; }
    [[nodiscard]] bool trusts(const HostKey& /*key*/, const std::stop_token& /*stop*/) override
    {
        onQuestion();
        return isTrusting;
    }
};

}  // namespace

class TestHostKeyCheck : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_posix;
    std::unique_ptr<SharedDisk> m_disk;
    SimulatedClock m_clock;
    SeededRandom m_random{1};
    Visitor m_person;

    Status check(const std::stop_token& stop = {})
    {
        HostKeyCheck keys({.clock = m_clock,
                           .files = *m_disk,
                           .random = m_random,
                           .person = m_person,
                           .ours = m_disk->known});
        std::string key;
        putString(key, "ssh-ed25519");
        putString(key, std::string(32, 'k'));
        TIDEMARK_TRY(const auto known, keys.known("host", 22));
        return keys.check(known, "host", 22, "ssh-ed25519", key, stop);
    }
    [[nodiscard]] QByteArray written() const
    {
        QFile file(QString::fromStdString(m_disk->known));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_disk = std::make_unique<SharedDisk>(m_posix);
        m_disk->known = m_folder->path().toStdString() + "/known_hosts";
        m_person.isTrusting = true;
        m_person.onQuestion = [] {};
    }

    void whatIsTrustedIsWrittenDown()
    {
        QVERIFY(check().ok());
        QVERIFY(written().startsWith("host ssh-ed25519 "));
        m_person.isTrusting = false;
        QVERIFY(check().ok());
    }

    void whatAnotherProgramWritesMeanwhileStays()
    {
        m_disk->busyTimes = 3;
        QVERIFY(check().ok());
        QVERIFY(written().startsWith(kOther));
        QVERIFY(written().contains("\nhost ssh-ed25519 "));
    }

    void aLockThatStaysIsNotWaitedForForEver()
    {
        m_disk->busyTimes = 1'000'000;
        QCOMPARE(check().error().code, ErrorCode::Busy);
        QVERIFY(written().isEmpty());
    }

    void whoDoesNotTrustIsNotLetOn()
    {
        m_person.isTrusting = false;
        QCOMPARE(check().error().code, ErrorCode::Credentials);
        QVERIFY(written().isEmpty());
    }

    void whoIsStoppedAtTheQuestionIsCancelled()
    {
        std::stop_source stop;
        m_person.isTrusting = false;
        m_person.onQuestion = [&] { stop.request_stop(); };
        QCOMPARE(check(stop.get_token()).error().code, ErrorCode::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestHostKeyCheck)
#include "tst_host_key_check.moc"
