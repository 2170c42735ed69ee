#include "core/base/posix_file_system.h"
#include "core/service/node_id.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/passing_file_system.h"

#include <QTemporaryDir>
#include <QTest>

#include <span>

using namespace tidemark;
using namespace tidemark::service;

namespace {

/// A disk that cannot read, as `code` says.
class UnreadableFileSystem final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    ErrorCode code = ErrorCode::Io;

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (purpose == OpenFor::Reading) {
            return Error{.code = code};
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }
};

}  // namespace

class TestNodeId : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_home;
    PosixFileSystem m_files;
    SeededRandom m_random{1};

    [[nodiscard]] std::string data() const { return m_home->filePath("data").toStdString(); }

private slots:
    void init() { m_home = std::make_unique<QTemporaryDir>(); }

    void itIsMadeOnce()
    {
        const auto first = loadNodeId(m_files, m_random, data());
        QVERIFY(first.ok() && first.value() != 0);
        QCOMPARE(loadNodeId(m_files, m_random, data()).value(), first.value());
        QCOMPARE(m_files.list(data()).value().size(), std::size_t{1});
    }

    void itSurvivesAPowerLoss()
    {
        FaultyFileSystem disk(m_files);
        const auto first = loadNodeId(disk, m_random, data());
        disk.losePower();
        QCOMPARE(loadNodeId(m_files, m_random, data()).value(), first.value());
    }

    void whatCannotBeReadIsNotReplaced_data()
    {
        QTest::addColumn<int>("code");
        QTest::newRow("the disk fails") << static_cast<int>(ErrorCode::Io);
        QTest::newRow("it belongs to somebody else") << static_cast<int>(ErrorCode::Forbidden);
    }
    void whatCannotBeReadIsNotReplaced()
    {
        QFETCH(int, code);
        const auto first = loadNodeId(m_files, m_random, data());
        UnreadableFileSystem broken(m_files);
        broken.code = static_cast<ErrorCode>(code);
        const auto failed = loadNodeId(broken, m_random, data());
        QVERIFY(!failed.ok());
        QCOMPARE(static_cast<int>(failed.error().code), code);
        QCOMPARE(loadNodeId(m_files, m_random, data()).value(), first.value());
    }

    void whatIsNoIdIsReplaced()
    {
        QVERIFY(m_files.makeDirectories(data(), kPrivateDirectory).ok());
        const auto file = m_files.open(data() + "/node-id", OpenFor::Creating, kPrivateFile);
        const std::string text = "0123";
        QVERIFY(file.value()->writeAt(std::as_bytes(std::span(text)), 0).ok());
        const auto made = loadNodeId(m_files, m_random, data());
        QVERIFY(made.ok());
        QCOMPARE(loadNodeId(m_files, m_random, data()).value(), made.value());
    }
};

QTEST_APPLESS_MAIN(TestNodeId)
#include "tst_node_id.moc"
