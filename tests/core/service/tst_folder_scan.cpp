#include "core/service/folder_scan.h"

#include "core/base/posix_file_system.h"
#include "tests/support/passing_file_system.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPlenty = 1000;

/// A disk of which parts cannot be looked at.
class Disk final : public PassingFileSystem {
public:
    Disk() : PassingFileSystem(m_disk) {}

    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        if (unreadable == path) {
            return refusal();
        }
        auto facts = m_disk.stat(path);
        if (!isAnother || !facts.ok() || !facts.value()) {
            return facts;
        }
        FileFacts elsewhere = *facts.value();
        ++elsewhere.device;
        return std::optional(elsewhere);
    }
    Result<std::vector<NamedEntry>> names(const std::string& directory) const override
    {
        return unreadable == directory ? refusal() : m_disk.names(directory);
    }

private:
    static Error refusal() { return {.code = ErrorCode::Forbidden, .what = {"test", "No.", {}}}; }

    PosixFileSystem m_disk;

public:
    std::string unreadable;
    bool isAnother = false;
};

/// A folder of files, and a scan of it. What a file may be is what is written in it.
class Folder {
public:
    explicit Folder(bool recursive = false, const std::string& pattern = "*.db")
        : m_config{.path = m_root.path().toStdString(),
                   .pattern = pattern,
                   .recursive = recursive,
                   .each = {.replicas = {{.name = "r", .address = {.path = "/r"}}}}},
          scan(disk, m_config, [this](const DatabaseConfig& database) { return may(database); })
    {
    }

    [[nodiscard]] std::string path(const QString& name) const
    {
        return m_root.filePath(name).toStdString();
    }

    void write(const QString& name, const QByteArray& text = "good")
    {
        QDir(m_root.path()).mkpath(QFileInfo(name).path());
        QFile file(m_root.filePath(name));
        if (file.open(QFile::WriteOnly)) {
            file.write(text);
        }
    }
    void remove(const QString& name) { QFile::remove(m_root.filePath(name)); }

    [[nodiscard]] FolderLook look(std::chrono::seconds at = 0s, std::size_t room = kPlenty)
    {
        auto look = scan.look(Clock::Instant(at), room, taken, {});
        return look.ok() ? look.value() : FolderLook{.refused = {look.error()}};
    }

    /// The names of what a look found.
    [[nodiscard]] static QStringList names(const FolderLook& look)
    {
        QStringList names;
        for (const DatabaseConfig& database : look.found) {
            names.append(QString::fromStdString(nameOf(database.path)));
        }
        return names;
    }

private:
    Status may(const DatabaseConfig& database)
    {
        QFile file(QString::fromStdString(database.path));
        const QByteArray text = file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
        ++asked;
        if (text == "good") {
            return {};
        }
        return Error{.code = text == "busy"                ? ErrorCode::Busy
                             : text == "forbidden"         ? ErrorCode::Forbidden
                             : text.startsWith("rollback") ? ErrorCode::NotInWalMode
                                                           : ErrorCode::Damaged,
                     .what = {TIDEMARK_TEXT("test", "%1 is bad."), {database.path}}};
    }

    QTemporaryDir m_root;
    FolderConfig m_config;

public:
    Disk disk;
    int asked = 0;
    std::set<std::string> taken;
    FolderScan scan;
};

}  // namespace

class TestFolderScan : public QObject {
    Q_OBJECT

private slots:
    void eachReplicaLiesBelowThatOfTheFolderAsWithLitestream()
    {
        const FolderConfig folder{.path = "/data",
                                  .each = {.replicas = {{.name = "a", .address = {.path = "/r"}},
                                                        {.name = "b", .address = {.path = "/"}}},
                                           .switchToWal = true}};
        const DatabaseConfig database = databaseIn(folder, "/data/tenants/a.db");
        QCOMPARE(database.path, std::string("/data/tenants/a.db"));
        QCOMPARE(database.replicas[0].address.path, std::string("/r/tenants/a.db"));
        QCOMPARE(database.replicas[1].address.path, std::string("/tenants/a.db"));
        QVERIFY(database.switchToWal);
        QCOMPARE(databaseIn({.path = "/", .each = folder.each}, "/a.db").replicas[0].address.path,
                 std::string("/r/a.db"));
    }

    void namesBesideADatabaseAreNewsAndNoDatabases()
    {
        const FolderConfig all{.pattern = "*"};
        QVERIFY(isMeant(all, "a.db"));
        for (const char* name : {"a.db-wal", "a.db-shm", "a.db-journal"}) {
            QVERIFY(!isMeant(all, name));
        }
        QVERIFY(isNews({.pattern = "*.db"}, "a.db-wal") && isNews({.pattern = "*.db"}, "a.db-shm"));
        QVERIFY(!isNews({.pattern = "*.db"}, "a.db-journal") && !isNews(all, "a.db-journal"));
        QVERIFY(!isNews({.pattern = "*.db"}, "a.txt"));
        QVERIFY(!isNews({.pattern = "*.db"}, "b.txt-wal"));
    }

    void whatMatchesIsFoundOnceInOrder()
    {
        Folder folder;
        for (const char* name : {"b.db", "a.db", "a.db-wal", "a.txt", "below/c.db"}) {
            folder.write(name);
        }
        QCOMPARE(Folder::names(folder.look()), (QStringList{"a.db", "b.db"}));
        QCOMPARE(folder.scan.followed(), 2U);
        QVERIFY(folder.look().found.empty());
        QCOMPARE(folder.asked, 2);
        folder.write("c.db");
        QCOMPARE(Folder::names(folder.look()), QStringList{"c.db"});
    }

    void subfoldersAreLookedIntoWhenAskedButNotThroughLinks()
    {
        Folder folder(true);
        folder.write("a/b/c.db");
        folder.write("a/.c.db-litestream/ltx/d.db");
        QVERIFY(QFile::link(".", QString::fromStdString(folder.path("loop"))));
        QVERIFY(QFile::link("a/b/c.db", QString::fromStdString(folder.path("linked.db"))));
        const FolderLook look = folder.look();
        QCOMPARE(Folder::names(look), QStringList{"c.db"});  // The link leads to the same file.
        const std::set<std::string> folders{parentOf(folder.path("a")), folder.path("a"),
                                            folder.path("a/b")};
        QVERIFY(look.folders == folders);
    }

    void aReplicaInTheFolderIsNotLookedThrough()
    {
        const PosixFileSystem disk;
        const QTemporaryDir root;
        QVERIFY(QDir(root.path()).mkpath("kept/ltx/0") && QDir(root.path()).mkpath("other") &&
                QDir(root.path()).mkpath("ofAnother/ltx/0"));
        const FolderConfig folder{
            .path = root.path().toStdString(),
            .pattern = "*",
            .recursive = true,
            .each = {.replicas = {{.address = {.path = root.filePath("kept").toStdString()}}}},
            .otherReplicas = {root.filePath("ofAnother").toStdString()}};
        const auto listing = listFolder(disk, folder, {});
        QCOMPARE(listing.value().folders.size(), 2U);
    }

    void aDatabaseOnItsWayIsFoundWhenItIsOne()
    {
        Folder folder;
        folder.write("a.db", "");
        QVERIFY(folder.look().found.empty());
        QCOMPARE(folder.asked, 0);
        folder.write("a.db");
        QCOMPARE(Folder::names(folder.look()), QStringList{"a.db"});
    }

    void aRefusalIsToldOnceAndTriedAgainWhenTheFileChanged()
    {
        Folder folder;
        folder.write("a.db", "bad");
        QCOMPARE(folder.look().refused.size(), 1U);
        QVERIFY(folder.look().refused.empty());
        QCOMPARE(folder.asked, 1);
        folder.write("a.db", "worse");
        QVERIFY(folder.look().refused.empty());
        QCOMPARE(folder.asked, 2);
        folder.write("a.db");
        QCOMPARE(Folder::names(folder.look()), QStringList{"a.db"});
    }

    void whatIsBusyIsTriedAgainWithoutNews()
    {
        Folder folder;
        folder.write("a.db", "busy");
        const FolderLook look = folder.look();
        QVERIFY(look.again && look.refused.size() == 1);
        QVERIFY(folder.look().refused.empty());
        QCOMPARE(folder.asked, 2);
    }

    void whatMayNotBeReadIsTriedAgainNowAndThenWithoutAWord()
    {
        Folder folder;
        folder.write("a.db", "forbidden");
        QCOMPARE(folder.look(0s).refused.size(), 1U);
        for (const auto at : {1s, 59s}) {
            QVERIFY(!folder.look(at).again);
        }
        QCOMPARE(folder.asked, 1);
        QVERIFY(folder.look(60s).refused.empty() && folder.look(120s).refused.empty());
        QCOMPARE(folder.asked, 3);
    }

    void whatIsNotInWalModeIsNotAskedAboutWithEachWrite()
    {
        Folder folder;
        folder.write("a.db", "rollback");
        QCOMPARE(folder.look(0s).refused.size(), 1U);
        for (int second = 1; second < 60; ++second) {
            folder.write("a.db", "rollback" + QByteArray(second, '.'));
            QVERIFY(!folder.look(std::chrono::seconds(second)).again);
        }
        QCOMPARE(folder.asked, 1);
        QVERIFY(folder.look(60s).refused.empty());
        QVERIFY(folder.look(200s).refused.empty());
        QCOMPARE(folder.asked, 2);
        folder.write("a.db");
        QCOMPARE(folder.look(201s).found.size(), 1U);
    }

    void whatVanishesIsLetGoAfterAWhile()
    {
        Folder folder;
        folder.write("a.db");
        QCOMPARE(folder.look().found.size(), 1U);
        folder.remove("a.db");
        QVERIFY(folder.look(10s).gone.empty() && folder.look(14s).again);
        const FolderLook look = folder.look(15s);
        QVERIFY(look.gone == std::vector<std::string>{folder.path("a.db")});
        QVERIFY(!look.again && folder.taken.empty());
        QCOMPARE(folder.scan.followed(), 0U);
        folder.write("a.db");
        QCOMPARE(folder.look(16s).found.size(), 1U);
    }

    void aFileThatIsReplacedIsNotLetGo()
    {
        Folder folder;
        folder.write("a.db");
        QCOMPARE(folder.look().found.size(), 1U);
        folder.remove("a.db");
        QVERIFY(folder.look(10s).gone.empty());
        folder.write("a.db");
        QVERIFY(folder.look(14s).gone.empty() && folder.look(20s).found.empty());
        folder.remove("a.db");
        QVERIFY(folder.look(21s).gone.empty());
    }

    void aFolderThatIsAwayTakesNoDatabaseWithIt()
    {
        Folder folder;
        folder.write("a.db");
        QCOMPARE(folder.look().found.size(), 1U);
        const QString root = QString::fromStdString(parentOf(folder.path("a.db")));
        QVERIFY(QDir().rename(root, root + "-away"));
        for (const auto at : {10s, 60s}) {
            const FolderLook look = folder.look(at);
            QVERIFY(look.gone.empty());
            QVERIFY(look.refused.at(0).code == ErrorCode::NotFound);
        }
        QVERIFY(QDir().rename(root + "-away", root));
        const FolderLook look = folder.look(61s);
        QVERIFY(look.gone.empty() && look.found.empty() && look.refused.empty());
    }

    void whatCannotBeLookedAtIsNotGone()
    {
        Folder folder(true);
        folder.write("a/b/c.db");
        folder.write("a/d.db");
        QCOMPARE(folder.look().found.size(), 2U);
        for (const char* const name : {"a/b", "a", "a/d.db"}) {
            folder.disk.unreadable = folder.path(name);
            for (const auto at : {10s, 60s}) {
                const FolderLook look = folder.look(at);
                QVERIFY(look.gone.empty() && look.refused.empty() && look.again);
            }
        }
        folder.disk.unreadable.clear();
        QVERIFY(!folder.look(61s).again);
        folder.remove("a/d.db");
        folder.disk.unreadable = folder.path("a/b");
        QVERIFY(folder.look(62s).gone.empty());
        QVERIFY(folder.look(67s).gone == std::vector<std::string>{folder.path("a/d.db")});
    }

    void anEmptyMountPointTakesNoDatabaseWithIt()
    {
        Folder folder;
        folder.write("a.db");
        QCOMPARE(folder.look().found.size(), 1U);
        folder.remove("a.db");
        folder.disk.isAnother = true;
        for (const auto at : {10s, 60s}) {
            const FolderLook look = folder.look(at);
            QVERIFY(look.gone.empty());
            QVERIFY(look.refused.at(0).code == ErrorCode::Unavailable);
        }
        folder.write("a.db");
        const FolderLook look = folder.look(61s);
        QVERIFY(look.gone.empty() && look.found.empty() && look.refused.empty());
    }

    void whatAnotherFolderFollowsIsLeftToIt()
    {
        Folder folder;
        folder.write("a.db");
        folder.taken.insert(folder.path("a.db"));
        const FolderLook look = folder.look();
        QVERIFY(look.found.empty() && look.refused.empty() && !look.again);
        folder.taken.clear();
        QCOMPARE(folder.look().found.size(), 1U);
    }

    void tenThousandFilesAreFollowedAsFarAsThereIsRoom()
    {
        Folder folder;
        for (int i = 0; i < 10'000; ++i) {
            folder.write(QString("%1.db").arg(i, 5, 10, QChar('0')));
        }
        std::size_t found = 0;
        FolderLook look{.more = true};
        while (look.more) {
            look = folder.look(0s, 700 - found);
            found += look.found.size();
            QVERIFY(look.found.size() <= FolderScan::kAtOnce);
        }
        QCOMPARE(found, 700U);
        QCOMPARE(nameOf(look.found.back().path), std::string("00699.db"));
        QCOMPARE(look.refused.size(), 1U);
        QVERIFY(inEnglish(look.refused[0].what).find("700 are followed") != std::string::npos);
        look = folder.look(1s, 0);
        QVERIFY(look.found.empty() && look.refused.empty());
        QCOMPARE(folder.asked, 700);
        look = folder.look(2s, 100'000);
        QVERIFY(look.more);
        QCOMPARE(nameOf(look.found.front().path), std::string("00700.db"));
    }
};

QTEST_GUILESS_MAIN(TestFolderScan)
#include "tst_folder_scan.moc"
