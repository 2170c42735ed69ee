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
        QCOMPARE(placeOf("/mnt/nas/notes"), placeOf("/mnt/nas/music"));
        QCOMPARE(placeOf("/mnt/nas/tenants/1/a.db"), placeOf("/mnt/nas/tenants/2/a.db"));
        QCOMPARE(placeOf("/run/media/ada/disk/a"), placeOf("/run/media/ada/disk/b"));
        QCOMPARE(placeOf("/notes"), placeOf("/music"));
    }

    void twoDisksAreTwoPlaces()
    {
        QVERIFY(placeOf("/mnt/nas/notes") != placeOf("/mnt/usb/notes"));
        QVERIFY(placeOf("/media/ada/one/a") != placeOf("/media/ada/two/a"));
        QVERIFY(placeOf("/run/media/ada/one/a") != placeOf("/run/media/ada/two/a"));
        QVERIFY(placeOf("/notes") != placeOf("/mnt/nas/notes"));
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
