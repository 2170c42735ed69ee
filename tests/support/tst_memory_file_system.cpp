#include "tests/support/memory_file_system.h"

#include <QTest>

#include <array>
#include <span>

using namespace tidemark;

namespace {

const std::array<std::byte, 3> kBytes = {std::byte{1}, std::byte{2}, std::byte{3}};

void write(FileSystem& files, const std::string& path)
{
    QVERIFY(files.open(path, OpenFor::Creating, kPrivateFile).value()->writeAt(kBytes, 0).ok());
}

}  // namespace

class TestMemoryFileSystem : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_files = std::make_unique<MemoryFileSystem>();
        QVERIFY(m_files->makeDirectories("/a/b", kPrivateDirectory).ok());
    }

    void whatIsWrittenIsRead()
    {
        write(*m_files, "/a/one");
        const auto file = m_files->open("/a/one", OpenFor::Reading, kPrivateFile);
        std::array<std::byte, 8> bytes = {};
        QCOMPARE(file.value()->readAt(bytes, 1).value(), std::size_t{2});
        QCOMPARE(bytes[0], std::byte{2});
        QCOMPARE(m_files->stat("/a/one").value()->sizeBytes, std::uint64_t{3});
    }

    void aNameIsGivenOnce()
    {
        write(*m_files, "/a/one");
        const auto again = m_files->open("/a/one", OpenFor::Creating, kPrivateFile);
        QCOMPARE(again.error().code, ErrorCode::AlreadyExists);
        write(*m_files, "/a/two");
        QCOMPARE(m_files->renameWithoutReplacing("/a/two", "/a/one").error().code,
                 ErrorCode::AlreadyExists);
        QVERIFY(m_files->renameReplacing("/a/two", "/a/one").ok());
        QVERIFY(!m_files->isTaken("/a/two").value());
    }

    void aFolderListsItsOwn()
    {
        write(*m_files, "/a/one");
        write(*m_files, "/a/b/deeper");
        const auto entries = m_files->list("/a").value();
        QCOMPARE(entries.size(), std::size_t{2});
        QCOMPARE(entries[0].name, std::string("b"));
        QCOMPARE(entries[1].name, std::string("one"));
        QCOMPARE(m_files->list("/none").error().code, ErrorCode::NotFound);
        QVERIFY(!m_files->remove("/a/b").ok());
    }

    void whatIsOpenStaysWithoutItsName()
    {
        write(*m_files, "/a/one");
        const auto file = m_files->open("/a/one", OpenFor::Reading, kPrivateFile);
        QVERIFY(m_files->remove("/a/one").ok());
        QCOMPARE(file.value()->sizeBytes().value(), std::uint64_t{3});
        QCOMPARE(m_files->open("/a/one", OpenFor::Reading, kPrivateFile).error().code,
                 ErrorCode::NotFound);
    }

    void aLockIsHeldOnce()
    {
        const auto lock = m_files->lock("/a/lock");
        QVERIFY(lock.ok());
        QCOMPARE(m_files->lock("/a/lock").error().code, ErrorCode::Busy);
    }

private:
    std::unique_ptr<MemoryFileSystem> m_files;
};

QTEST_GUILESS_MAIN(TestMemoryFileSystem)
#include "tst_memory_file_system.moc"
