#include "core/base/volume_kind.h"

#include "core/base/posix_file_system.h"

#include <QTest>

using namespace tidemark;

namespace {

constexpr std::uint32_t kFuse = 0x65735546;
constexpr std::uint32_t kPlan9 = 0x01021997;
constexpr std::uint32_t kExt4 = 0xef53;

const std::string kTable =
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
    "23 22 0:21 / /proc rw shared:2 master:3 - proc proc rw\n"
    "30 22 0:40 / /home/me/far\\040away rw - fuse.sshfs me@far:/srv rw,user_id=1000\n"
    "31 22 0:41 / /mnt/c rw - 9p C:\\134 rw,aname=drvfs;path=C:\\134;uid=1000\n"
    "32 22 0:42 / /mnt/c/inner rw - ext4 /dev/loop0 rw\n"
    "a line that is none\n"
    "33 22 0:43 / /over rw - tmpfs first rw\n"
    "34 33 0:44 / /over rw - tmpfs second rw,size=1k\n";

Mount mounted(const std::string& type, const std::string& options = "rw")
{
    return {.point = "/x", .type = type, .options = options};
}

}  // namespace

class TestVolumeKind : public QObject {
    Q_OBJECT

private slots:
    void theMountNearestToAPathIsItsOwn()
    {
        QCOMPARE(mountOf(kTable, "/home/me/notes.db")->type, std::string("ext4"));
        QCOMPARE(mountOf(kTable, "/mnt/c/a.db")->type, std::string("9p"));
        QCOMPARE(mountOf(kTable, "/mnt/c/inner/a.db")->type, std::string("ext4"));
        QCOMPARE(mountOf(kTable, "/mnt/c/innermost/a.db")->type, std::string("9p"));
        QCOMPARE(mountOf(kTable, "/mnt/c")->type, std::string("9p"));
    }

    void aBlankInAMountPointIsReadBack()
    {
        const auto mount = mountOf(kTable, "/home/me/far away/a.db");
        QCOMPARE(mount->point, std::string("/home/me/far away"));
        QCOMPARE(mount->type, std::string("fuse.sshfs"));
    }

    void ofTwoMountsAtOnePlaceTheLaterCounts()
    {
        QCOMPARE(mountOf(kTable, "/over/a.db")->options, std::string("rw,size=1k"));
    }

    void anEmptyTableKnowsNoMount() { QVERIFY(!mountOf("", "/a.db")); }

    void everyShorterTableIsReadWithoutHarm()
    {
        for (std::size_t length = 0; length < kTable.size(); ++length) {
            static_cast<void>(mountOf(kTable.substr(0, length), "/mnt/c/inner/a.db"));
        }
    }

    void networkDisksHaveTheNamesThatPeopleUse()
    {
        QCOMPARE(foreignKindOf(0x6969, {}), std::string("NFS"));
        QCOMPARE(foreignKindOf(0xff534d42, {}), std::string("SMB"));
        QCOMPARE(foreignKindOf(0xfe534d42, {}), std::string("SMB"));
        QCOMPARE(foreignKindOf(0x00c36400, {}), std::string("Ceph"));
        QCOMPARE(foreignKindOf(0x5346414f, {}), std::string("AFS"));
        QCOMPARE(foreignKindOf(kPlan9, mounted("9p")), std::string("9p"));
    }

    void fuseIsCalledByTheProgramBehindIt()
    {
        QCOMPARE(foreignKindOf(kFuse, mounted("fuse.sshfs")), std::string("sshfs (FUSE)"));
        QCOMPARE(foreignKindOf(kFuse, mounted("fuse.rclone")), std::string("rclone (FUSE)"));
        QCOMPARE(foreignKindOf(kFuse, mounted("virtiofs")), std::string("virtiofs"));
        QCOMPARE(foreignKindOf(kFuse, mounted("fuseblk")), std::string("FUSE"));
        QCOMPARE(foreignKindOf(kFuse, mounted("fuse.")), std::string("FUSE"));
        QCOMPARE(foreignKindOf(kFuse, {}), std::string("FUSE"));
    }

    void theOtherSideOfWslIsNamed()
    {
        const auto drive = mountOf(kTable, "/mnt/c/a.db");
        QCOMPARE(foreignKindOf(kPlan9, drive), std::string("a Windows drive under WSL"));
        QCOMPARE(foreignKindOf(0x53464846, mounted("drvfs")),
                 std::string("a Windows drive under WSL"));
        QCOMPARE(foreignKindOf(0x53464846, mounted("wslfs")), std::string());
    }

    void disksOfThisComputerAreNotForeign()
    {
        for (const std::uint32_t magic : {kExt4, 0x58465342U, 0x9123683eU, 0x01021994U, 0x794c7630U,
                                          0x2fc12fc1U, 0xf2f52010U}) {
            QCOMPARE(foreignKindOf(magic, mounted("fuse.sshfs")), std::string());
        }
    }

    void theDisksOfThisComputerAreAskedForReal()
    {
        const PosixFileSystem disk;
        for (const char* path : {"/tmp", "/dev/shm", "/proc"}) {
            const auto volume = disk.volume(path);
            QVERIFY(volume.ok());
            QCOMPARE(volume.value().foreignKind, std::string());
        }
        QVERIFY(disk.volume("/no/such/path").error().code == ErrorCode::NotFound);
    }
};

QTEST_APPLESS_MAIN(TestVolumeKind)
#include "tst_volume_kind.moc"
