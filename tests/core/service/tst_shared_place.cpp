#include "core/service/shared_place.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

namespace {

std::string placeOf(const char* address)
{
    return sharedPlace(storage::parseAddress(address, "/work", "/home/ada").value());
}

}  // namespace

class TestSharedPlace : public QObject {
    Q_OBJECT

private slots:
    void replicasOfADiskShareIt()
    {
        QCOMPARE(placeOf("/notes"), placeOf("/music"));
        QVERIFY(placeOf("/proc/1/notes") != placeOf("/notes"));
    }

    void theDiskIsTheOneThatIsMountedNearestAbove()
    {
        const std::string_view mounts =
            "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
            "36 22 0:40 / /home/ada/mnt/nas rw - nfs4 nas:/export rw\n"
            "37 22 8:17 / /home/ada/mnt/usb rw - ext4 /dev/sdb1 rw\n"
            "38 22 8:33 / /media/my\\040disk rw - ext4 /dev/sdc1 rw\n"
            "nonsense\n";
        QCOMPARE(mountPointOf("/home/ada/mnt/nas/app/notes", mounts), "/home/ada/mnt/nas");
        QCOMPARE(mountPointOf("/home/ada/mnt/nas", mounts), "/home/ada/mnt/nas");
        QCOMPARE(mountPointOf("/home/ada/mnt/usb/notes", mounts), "/home/ada/mnt/usb");
        QCOMPARE(mountPointOf("/home/ada/mnt/nas2/notes", mounts), "/");
        QCOMPARE(mountPointOf("/media/my disk/notes", mounts), "/media/my disk");
        QCOMPARE(mountPointOf("/notes", ""), "");
    }

    void replicasOnAServerShareIt()
    {
        QCOMPARE(placeOf("sftp://ada@host/a"), placeOf("sftp://ada@host/b"));
        QVERIFY(placeOf("sftp://ada@host/a") != placeOf("sftp://ada@other/a"));
        QCOMPARE(placeOf("s3://bucket/a?endpoint=https://minio:9000"),
                 placeOf("s3://bucket/b?endpoint=https://minio:9000"));
        QVERIFY(placeOf("s3://bucket/a?endpoint=https://minio:9000") !=
                placeOf("s3://bucket/a?endpoint=https://other:9000"));
    }

    void aServerIsTheSameWhicheverOfItsPlacesIsAskedFor()
    {
        const auto serverAt = [](const char* address) {
            return serverOf(storage::parseAddress(address, "/work", "/home/ada").value());
        };
        QCOMPARE(serverAt("sftp://ada@host/a"), placeOf("sftp://ada@host/b"));
        QVERIFY(serverAt("sftp://ada@host:22/a") != serverAt("sftp://ada@host:2222/a"));
    }
};

QTEST_GUILESS_MAIN(TestSharedPlace)
#include "tst_shared_place.moc"
