#include "core/base/posix_file_system.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include <sys/resource.h>

#include <csignal>

using namespace tidemark;

namespace {

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

std::string contentOf(const File& file)
{
    std::string text(file.sizeBytes().value(), '\0');
    text.resize(file.readAt(std::as_writable_bytes(std::span(text)), 0).value());
    return text;
}

}  // namespace

class TestPosixFileSystem : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_disk;

    std::string path(const char* name) const
    {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    void put(const std::string& path, std::string_view text)
    {
        const auto file = m_disk.open(path, OpenFor::Creating, kPrivateFile);
        QVERIFY(file.ok());
        QVERIFY(file.value()->writeAt(bytesOf(text), 0).ok());
    }

    std::string get(const std::string& path)
    {
        const auto file = m_disk.open(path, OpenFor::Reading, kPrivateFile);
        return file.ok() ? contentOf(*file.value()) : "(none)";
    }

private slots:
    void init()
    {
        m_folder = QTemporaryDir();
        QVERIFY(m_folder.isValid());
    }

    void whatIsWrittenIsRead()
    {
        const auto file = m_disk.open(path("a"), OpenFor::Creating, kPrivateFile);
        QVERIFY(file.value()->writeAt(bytesOf("world"), 6).ok());
        QVERIFY(file.value()->writeAt(bytesOf("hello "), 0).ok());
        QCOMPARE(contentOf(*file.value()), std::string("hello world"));
        QVERIFY(file.value()->sync().ok());
    }

    void aReadPastTheEndGivesWhatThereIs()
    {
        put(path("a"), "12345");
        const auto file = m_disk.open(path("a"), OpenFor::Reading, kPrivateFile);
        std::array<std::byte, 4> bytes{};
        QCOMPARE(file.value()->readAt(bytes, 3).value(), std::size_t{2});
        QCOMPARE(file.value()->readAt(bytes, 5).value(), std::size_t{0});
        QCOMPARE(file.value()->readAt(bytes, 500).value(), std::size_t{0});
    }

    void resizeCutsAndFillsWithZeros()
    {
        put(path("a"), "12345");
        const auto file = m_disk.open(path("a"), OpenFor::Updating, kPrivateFile);
        QVERIFY(file.value()->resize(2).ok());
        QVERIFY(file.value()->resize(4).ok());
        QCOMPARE(contentOf(*file.value()), std::string("12\0\0", 4));
    }

    void creatingRefusesATakenName()
    {
        put(path("a"), "mine");
        const auto refused = m_disk.open(path("a"), OpenFor::Creating, kPrivateFile);
        QCOMPARE(refused.error().code, ErrorCode::AlreadyExists);
        QCOMPARE(get(path("a")), std::string("mine"));
    }

    void keepingOpensWhatIsThereAndMakesWhatIsNot()
    {
        put(path("a"), "mine");
        QCOMPARE(contentOf(*m_disk.open(path("a"), OpenFor::Keeping, kPrivateFile).value()),
                 std::string("mine"));
        QVERIFY(m_disk.open(path("b"), OpenFor::Keeping, kPrivateFile).ok());
        QCOMPARE(get(path("b")), std::string());
    }

    void readingAndUpdatingNeedAFile()
    {
        for (const auto purpose : {OpenFor::Reading, OpenFor::Updating}) {
            const auto refused = m_disk.open(path("none"), purpose, kPrivateFile);
            QCOMPARE(refused.error().code, ErrorCode::NotFound);
            QVERIFY(inEnglish(refused.error().what).find(path("none")) != std::string::npos);
        }
    }

    void aNewFileIsForItsOwnerOnly()
    {
        put(path("a"), "");
        QCOMPARE(m_disk.stat(path("a")).value()->permissions, kPrivateFile);
    }

    void aWriteToAFileOpenedForReadingFails()
    {
        put(path("a"), "12345");
        const auto file = m_disk.open(path("a"), OpenFor::Reading, kPrivateFile);
        QVERIFY(!file.value()->writeAt(bytesOf("x"), 0).ok());
        QCOMPARE(get(path("a")), std::string("12345"));
    }

    void aFullDiskIsNoSpace()
    {
        // A file-size limit stands for a full disk; the signal of its breach is not for us.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto file = m_disk.open(path("a"), OpenFor::Creating, kPrivateFile);
        const Status refused = file.value()->writeAt(bytesOf(std::string(8192, 'x')), 0);
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QCOMPARE(refused.error().code, ErrorCode::NoSpace);
        QVERIFY(!inEnglish(refused.error().next).empty());
    }

    void anUnnamedFileAppearsWholeWhenItIsPublished()
    {
        const auto file = m_disk.createUnnamed(path(""), kPrivateFile);
        if (!file.ok() && file.error().code == ErrorCode::Unsupported) {
            QSKIP("This file system has no unnamed files.");
        }
        QVERIFY(file.value()->writeAt(bytesOf("whole"), 0).ok());
        QVERIFY(m_disk.list(path("")).value().empty());
        QVERIFY(m_disk.publish(*file.value(), path("a")).ok());
        QCOMPARE(get(path("a")), std::string("whole"));
    }

    void publishingRefusesATakenName()
    {
        put(path("a"), "mine");
        const auto file = m_disk.createUnnamed(path(""), kPrivateFile);
        if (!file.ok() && file.error().code == ErrorCode::Unsupported) {
            QSKIP("This file system has no unnamed files.");
        }
        QCOMPARE(m_disk.publish(*file.value(), path("a")).error().code, ErrorCode::AlreadyExists);
        QCOMPARE(get(path("a")), std::string("mine"));
    }

    void statOfNothingIsAnAnswer()
    {
        put(path("a"), "");
        QCOMPARE(m_disk.stat(path("none")).value(), std::optional<FileFacts>());
        QCOMPARE(m_disk.stat(path("a/below a file")).value(), std::optional<FileFacts>());
    }

    void statTellsKindAndSize()
    {
        put(path("a"), "12345");
        const auto file = m_disk.stat(path("a")).value();
        QCOMPARE(file->kind, FileKind::Regular);
        QCOMPARE(file->sizeBytes, std::uint64_t{5});
        QCOMPARE(m_disk.stat(path("")).value()->kind, FileKind::Directory);
        QCOMPARE(m_disk.stat("/dev/null").value()->kind, FileKind::Other);
    }

    void aListIsSortedByName()
    {
        for (const char* name : {"b", "a", ".hidden", "\xc3\xa4"}) {
            put(path(name), "");
        }
        std::vector<std::string> names;
        for (const auto& entry : m_disk.list(path("")).value()) {
            names.push_back(entry.name);
        }
        QCOMPARE(names, (std::vector<std::string>{".hidden", "a", "b", "\xc3\xa4"}));
    }

    void aListThatIsNotWholeIsNone()
    {
        put(path("a"), "");
        QVERIFY(::symlink(path("nothing").c_str(), path("dangling").c_str()) == 0);
        QCOMPARE(m_disk.list(path("")).value().size(), std::size_t{1});
        // A name that the system refuses to look up stands for all that it cannot look at.
        QVERIFY(::symlink(std::string(1000, 'x').c_str(), path("b").c_str()) == 0);
        const auto listed = m_disk.list(path(""));
        QVERIFY(!listed.ok() && listed.error().code == ErrorCode::Io);
    }

    void aListOfNothingIsNotFound()
    {
        QCOMPARE(m_disk.list(path("none")).error().code, ErrorCode::NotFound);
    }

    void directoriesAreMadeWithTheirParentsAndOnceMore()
    {
        QVERIFY(m_disk.makeDirectories(path("a/b/c"), kPrivateDirectory).ok());
        QVERIFY(m_disk.makeDirectories(path("a/b/c"), kPrivateDirectory).ok());
        QCOMPARE(m_disk.stat(path("a/b/c")).value()->permissions, kPrivateDirectory);
    }

    void aDirectoryIsNotMadeOverAFile()
    {
        put(path("a"), "");
        QVERIFY(::symlink("nothing", path("dangling").c_str()) == 0);
        for (const char* name : {"a", "a/b", "a/b/c", "dangling"}) {
            const Status made = m_disk.makeDirectories(path(name), kPrivateDirectory);
            QVERIFY(!made.ok());
            QCOMPARE(made.error().code, ErrorCode::TargetRefused);
        }
    }

    void renamingRefusesATakenName()
    {
        put(path("a"), "from");
        put(path("b"), "to");
        QCOMPARE(m_disk.renameWithoutReplacing(path("a"), path("b")).error().code,
                 ErrorCode::AlreadyExists);
        QCOMPARE(get(path("b")), std::string("to"));
        QVERIFY(m_disk.renameWithoutReplacing(path("a"), path("c")).ok());
        QCOMPARE(get(path("c")), std::string("from"));
        QCOMPARE(get(path("a")), std::string("(none)"));
    }

    void replacingReplaces()
    {
        put(path("a"), "new");
        put(path("b"), "old");
        QVERIFY(m_disk.renameReplacing(path("a"), path("b")).ok());
        QCOMPARE(get(path("b")), std::string("new"));
        QVERIFY(m_disk.syncDirectory(path("")).ok());
    }

    void removingWhatIsNotThereIsFine()
    {
        put(path("a"), "");
        QVERIFY(m_disk.remove(path("a")).ok());
        QVERIFY(m_disk.remove(path("a")).ok());
        QVERIFY(m_disk.makeDirectories(path("d"), kPrivateDirectory).ok());
        QVERIFY(m_disk.remove(path("d")).ok());
    }

    void aFullDirectoryIsNotRemoved()
    {
        QVERIFY(m_disk.makeDirectories(path("d"), kPrivateDirectory).ok());
        put(path("d/a"), "");
        QVERIFY(!m_disk.remove(path("d")).ok());
        QCOMPARE(get(path("d/a")), std::string());
    }

    void theModificationTimeIsSetToTheMillisecond()
    {
        put(path("a"), "");
        for (const std::int64_t milliseconds : {1'795'348'800'123, std::int64_t{-1}}) {
            const Timestamp time{std::chrono::milliseconds(milliseconds)};
            QVERIFY(m_disk.setModified(path("a"), time).ok());
            QCOMPARE(m_disk.stat(path("a")).value()->modifiedNs, milliseconds * 1'000'000);
        }
    }

    void aLockHasOneHolderUntilItGoes()
    {
        auto held = m_disk.lock(path("lock"));
        QVERIFY(held.ok());
        PosixFileSystem other;
        QCOMPARE(other.lock(path("lock")).error().code, ErrorCode::Busy);
        std::move(held).value().reset();
        QVERIFY(other.lock(path("lock")).ok());
    }

    void aLockLeavesTheFilesBytesAlone()
    {
        put(path("lock"), "who");
        QVERIFY(m_disk.lock(path("lock")).ok());
        QCOMPARE(get(path("lock")), std::string("who"));
    }

    void spaceIsKnown()
    {
        const Space space = m_disk.space(path("")).value();
        QVERIFY(space.freeBytes > 0);
    }

    void aCanonicalPathHasNoLinksAndDots()
    {
        put(path("a"), "");
        QVERIFY(QFile::link(m_folder.filePath("a"), m_folder.filePath("link")));
        const std::string real = m_disk.canonical(path("a")).value();
        QCOMPARE(m_disk.canonical(path("./link")).value(), real);
        QCOMPARE(m_disk.canonical(path("none")).error().code, ErrorCode::NotFound);
    }

    void parentsAndNamesOfPaths()
    {
        QCOMPARE(parentOf("/a/b.db"), std::string("/a"));
        QCOMPARE(parentOf("/b.db"), std::string("/"));
        QCOMPARE(parentOf("b.db"), std::string("."));
        QCOMPARE(nameOf("/a/b.db"), std::string("b.db"));
        QCOMPARE(nameOf("b.db"), std::string("b.db"));
    }
};

QTEST_APPLESS_MAIN(TestPosixFileSystem)
#include "tst_posix_file_system.moc"
