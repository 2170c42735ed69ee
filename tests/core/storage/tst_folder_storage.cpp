#include "core/base/posix_file_system.h"
#include "core/storage/folder_root.h"
#include "core/storage/folder_storage.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/storage_contract.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <ranges>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// Calls `onSync` before a folder is synced.
class SyncHook final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    std::function<void(const std::string&)> onSync;

    Status syncDirectory(const std::string& directory) override
    {
        onSync(directory);
        return PassingFileSystem::syncDirectory(directory);
    }
};

}  // namespace

class TestFolderStorage : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SeededRandom m_random{1};

    [[nodiscard]] std::string root() const { return m_folder->path().toStdString() + "/replica"; }
    [[nodiscard]] QString path(const char* name) const
    {
        return m_folder->path() + "/replica/" + name;
    }
    [[nodiscard]] QStringList temporaries() const
    {
        return QDir(path(".tidemark-tmp")).entryList(QDir::Files | QDir::Hidden);
    }
    static ErrorCode listingOf(const Storage& storage)
    {
        const Status listed =
            storage.list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
        return listed.ok() ? ErrorCode::Bug : listed.error().code;
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup() { m_folder.reset(); }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        FolderStorage storage(m_files, m_random, root());
        contract::check(clause, storage);
        QCOMPARE(temporaries(), QStringList());
    }

    void whatItMakesIsPrivate()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "ltx/0/x", "1"));
        QCOMPARE(m_files.stat(path("ltx/0/x").toStdString()).value()->permissions, 0600U);
        QCOMPARE(m_files.stat(path("ltx/0").toStdString()).value()->permissions, 0700U);
        QCOMPARE(m_files.stat(root()).value()->permissions, 0700U);
    }

    void aFileWhereItsFoldersBelongIsNoOtherWriter_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("its temporary folder") << ".tidemark-tmp";
        QTest::newRow("a folder") << "ltx";
        QTest::newRow("a folder in it") << "ltx/0";
    }
    void aFileWhereItsFoldersBelongIsNoOtherWriter()
    {
        QFETCH(QString, file);
        const QString inTheWay = path(qPrintable(file));
        QVERIFY(QDir().mkpath(QFileInfo(inTheWay).path()));
        QVERIFY(QFile(inTheWay).open(QIODevice::WriteOnly));
        FolderStorage storage(m_files, m_random, root());
        const auto written = storage.write("ltx/0/x", MemorySource("1"), {}, {});
        QVERIFY(!written.ok());
        QCOMPARE(written.error().code, ErrorCode::TargetRefused);
        QVERIFY(inEnglish(written.error().what).find(inTheWay.toStdString()) != std::string::npos);
    }

    void whereverAWriteFailedTheNextOneIsDurable()
    {
        bool hasFailed = true;
        for (int call = 1; hasFailed; ++call) {
            init();
            FaultyFileSystem disk(m_files);
            const std::string deep = root() + "/a/b";
            disk.failAt(call, ErrorCode::Io);
            {
                FolderStorage storage(disk, m_random, deep);
                hasFailed = !storage.write("ltx/0/x", MemorySource("1"), {}, {}).ok();
                QVERIFY(storage.write("ltx/0/x", MemorySource("1"), {}, {}).ok());
            }
            disk.losePower();
            FolderStorage after(m_files, m_random, deep);
            QCOMPARE(contract::textOf(after, "ltx/0/x"), std::string("1"));
            QVERIFY(call < 50);
        }
    }

    void aWriteIntoAFolderThatAnotherOneMakesIsDurableByItself()
    {
        FaultyFileSystem disk(m_files);
        SyncHook hooked(disk);
        FolderStorage other(disk, m_random, root());
        int writes = 0;
        // It has made the folder, and has not synced its name yet.
        hooked.onSync = [&](const std::string& directory) {
            if (directory == root() + "/ltx" && writes++ == 0) {
                QVERIFY(contract::put(other, "ltx/0/theirs", "2"));
                disk.losePower();
            }
        };
        FolderStorage storage(hooked, m_random, root());
        static_cast<void>(storage.write("ltx/0/ours", MemorySource("1"), {}, {}));
        QVERIFY(writes > 0);
        FolderStorage after(m_files, m_random, root());
        QCOMPARE(contract::textOf(after, "ltx/0/theirs"), std::string("2"));
    }

    /// Killed at any call, and then the power fails, too.
    void whereverPublishingStopsNothingIsThereWithoutThoseBeforeIt()
    {
        const std::vector<std::string> all = {"l/0", "l/1", "l/2", "l/3"};
        int call = 0;
        for (bool isDone = false; !isDone;) {
            init();
            FaultyFileSystem disk(m_files);
            FolderStorage storage(disk, m_random, root());
            QVERIFY(contract::put(storage, "l/0", "before"));
            const auto staged = contract::stageAll(storage, {"l/1", "l/2", "l/3"});
            disk.stopAt(disk.calls() + ++call);
            isDone = contract::publishAll(storage, staged).ok();
            disk.mend();
            const auto killed = contract::namesOf(storage, "");
            QVERIFY(!killed.empty() &&
                    std::ranges::equal(killed, all | std::views::take(killed.size())));
            disk.losePower();
            const auto left = contract::namesOf(storage, "");
            QVERIFY(!left.empty() && std::ranges::equal(left, all | std::views::take(left.size())));
            QVERIFY(!isDone || left == all);
        }
        // Three renames and a sync at least.
        QVERIFY(call > 4);
    }

    void aMissingFolderIsNotAnEmptyOne()
    {
        const FolderStorage storage(m_files, m_random, root());
        QVERIFY(listingOf(storage) == ErrorCode::NotFound);
        QVERIFY(storage.find("x", {}).error().code == ErrorCode::NotFound);
        QVERIFY(storage.read("x", 0, 1, {}).error().code == ErrorCode::NotFound);
    }

    void aPipeInThePlaceOfAnObjectIsNotWaitedFor()
    {
        QVERIFY(QDir().mkpath(m_folder->path() + "/replica"));
        QCOMPARE(::mkfifo((root() + "/x").c_str(), 0600), 0);
        const FolderStorage storage(m_files, m_random, root());
        QVERIFY(storage.read("x", 0, 1, {}).error().code == ErrorCode::Damaged);
    }

    void aFileIsNotAFolder()
    {
        QFile file(m_folder->path() + "/replica");
        QVERIFY(file.open(QIODevice::WriteOnly));
        const FolderStorage storage(m_files, m_random, root());
        QVERIFY(listingOf(storage) == ErrorCode::NotFound);
    }

    void aFolderThatVanishedIsNeverMadeAnew()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        QVERIFY(QDir(m_folder->path()).rename("replica", "elsewhere"));
        QVERIFY(listingOf(storage) == ErrorCode::Unavailable);
        const auto written = storage.write("y", MemorySource("2"), {}, {});
        QVERIFY(!written.ok() && written.error().code == ErrorCode::Unavailable);
        QVERIFY(storage.find("x", {}).error().code == ErrorCode::Unavailable);
        QVERIFY(storage.read("x", 0, 1, {}).error().code == ErrorCode::Unavailable);
        QVERIFY(!QDir(m_folder->path()).exists("replica"));
        QVERIFY(QDir(m_folder->path()).rename("elsewhere", "replica"));
        QVERIFY(contract::put(storage, "y", "2"));
    }

    void norByTheFirstWriteOfAStartThatSawItJustBefore()
    {
        {
            FolderStorage before(m_files, m_random, root());
            QVERIFY(contract::put(before, "x", "1"));
        }
        FolderRoot seen(m_files, root());
        QVERIFY(seen.check().ok());
        const QDir folder(m_folder->path());
        QVERIFY(QDir(folder).rename("replica", "elsewhere"));
        const auto prepared = seen.prepare();
        QVERIFY(!prepared.ok() && prepared.error().code == ErrorCode::Unavailable);
        QVERIFY(!folder.exists("replica"));
        QVERIFY(QDir(folder).rename("elsewhere", "replica"));
        QVERIFY(seen.prepare().ok());
    }

    void aFolderInItsPlaceThatNothingWasWrittenToIsNotTakenForIt()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        const QDir folder(m_folder->path());
        QVERIFY(QDir(folder).rename("replica", "elsewhere"));
        QVERIFY(folder.mkdir("replica"));
        const auto written = storage.write("y", MemorySource("2"), {}, {});
        QVERIFY(!written.ok() && written.error().code == ErrorCode::Unavailable);
        QVERIFY(listingOf(storage) == ErrorCode::Unavailable);
        QVERIFY(folder.rmdir("replica"));
        QVERIFY(QDir(folder).rename("elsewhere", "replica"));
        QVERIFY(contract::put(storage, "y", "2"));
    }

    void aFolderOfObjectsThatVanishedIsSaidOnceBeforeItIsMadeAnew_data()
    {
        QTest::addColumn<bool>("listed");
        QTest::newRow("written before") << false;
        QTest::newRow("listed before") << true;
    }
    void aFolderOfObjectsThatVanishedIsSaidOnceBeforeItIsMadeAnew()
    {
        QFETCH(const bool, listed);
        FolderStorage first(m_files, m_random, root());
        QVERIFY(contract::put(first, "a/b/x", "1"));
        FolderStorage second(m_files, m_random, root());
        QVERIFY(listingOf(second) == ErrorCode::Bug);  // None.
        FolderStorage& storage = listed ? second : first;
        QVERIFY(QDir(m_folder->filePath("replica/a")).removeRecursively());
        const auto written = storage.write("a/b/y", MemorySource("2"), {}, {});
        QVERIFY(!written.ok() && written.error().code == ErrorCode::Unavailable);
        QVERIFY(!QDir(m_folder->filePath("replica/a")).exists());
        QVERIFY(contract::put(storage, "a/b/y", "2"));
    }

    void aShareThatWasMountedAgainIsTheSamePlace()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        const QDir folder(m_folder->path());
        QVERIFY(QDir(folder).rename("replica", "elsewhere"));
        QVERIFY(folder.mkpath(QString("replica/") + kTemporaryFolder.data()));
        // It may be another disk of ours as well, so whoever writes is to look at it before.
        QVERIFY(!contract::put(storage, "y", "2"));
        QVERIFY(!QFile::exists(folder.filePath("replica/y")));
        QVERIFY(contract::put(storage, "y", "2"));
        QVERIFY(QFile::exists(folder.filePath("replica/y")));
    }

    void nothingIsDeletedFromAnotherDiskOfOurs()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        QVERIFY(QDir(m_folder->path()).rename("replica", "elsewhere"));
        FolderStorage another(m_files, m_random, root());
        QVERIFY(contract::put(another, "x", "2"));
        const std::vector<std::string> names{"x"};
        QCOMPARE(storage.remove(names, {}).error().code, ErrorCode::Unavailable);
        QVERIFY(QFile::exists(path("x")));
        // Whoever comes to know it may.
        QVERIFY(!contract::put(storage, "y", "3"));
        QVERIFY(storage.remove(names, {}).ok());
        QVERIFY(!QFile::exists(path("x")));
    }

    void clearsWhatADeadWriterLeft()
    {
        QVERIFY(QDir().mkpath(path(".tidemark-tmp")));
        QFile left(path(".tidemark-tmp/0123456789abcdef"));
        QVERIFY(left.open(QIODevice::WriteOnly) && left.write("half") == 4);
        left.close();
        FolderStorage storage(m_files, m_random, root());
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>());
        QVERIFY(contract::put(storage, "x", "1"));
        QCOMPARE(temporaries(), QStringList());
    }

    void leavesWhatAnotherWriterIsWriting()
    {
        FolderStorage one(m_files, m_random, root());
        QVERIFY(contract::put(one, "x", "1"));
        auto busy = TemporaryFile::make(m_files, m_random, root() + "/.tidemark-tmp/");
        QVERIFY(busy.ok());
        FolderStorage other(m_files, m_random, root());
        QVERIFY(contract::put(other, "y", "2"));
        QCOMPARE(temporaries().size(), 1);
    }

    void goesOnWhenSomebodyTidiesItsTemporaryFolderAway()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        QVERIFY(QDir(path("")).rmdir(".tidemark-tmp"));
        QVERIFY(contract::put(storage, "y", "2"));
    }

    void linksInCirclesEnd()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "a/x", "1"));
        QVERIFY(QFile::link(path("a"), path("a/again")));
        QVERIFY(contract::namesOf(storage, "").size() < 20);
    }

    void namesThatLeadElsewhereAreRefused()
    {
        FolderStorage storage(m_files, m_random, root());
        for (const char* name : {"", "/etc/x", "../x", "a/../../x", "a//b", "a/.", "a/"}) {
            const auto written = storage.write(name, MemorySource("2"), {}, {});
            QVERIFY(!written.ok() && written.error().code == ErrorCode::Usage);
        }
    }

    void aFullDiskIsNamedAndLeavesNothing()
    {
        FolderStorage storage(m_files, m_random, root());
        QVERIFY(contract::put(storage, "x", "1"));
        // The largest file that this process may write stands for the end of the disk.
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
        const rlimit small{.rlim_cur = 100'000, .rlim_max = old.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto written = storage.write("y", MemorySource(std::string(200'000, 'y')), {}, {});
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &old), 0);
        std::signal(SIGXFSZ, before);
        QVERIFY(!written.ok());
        QVERIFY(written.error().code == ErrorCode::NoSpace);
        QCOMPARE(temporaries(), QStringList());
        QCOMPARE(contract::namesOf(storage, ""), std::vector<std::string>{"x"});
    }

    void anotherWriteIntoAFolderSyncsNoOtherFolder()
    {
        SyncHook hooked(m_files);
        std::vector<std::string> synced;
        hooked.onSync = [&](const std::string& directory) { synced.push_back(directory); };
        FolderStorage storage(hooked, m_random, root());
        QVERIFY(contract::put(storage, "ltx/0/first", "1"));
        synced.clear();
        QVERIFY(contract::put(storage, "ltx/0/second", "2"));
        QCOMPARE(synced, std::vector<std::string>{root() + "/ltx/0"});
    }
};

QTEST_APPLESS_MAIN(TestFolderStorage)
#include "tst_folder_storage.moc"
