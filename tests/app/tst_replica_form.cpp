#include "app/replica_form.h"
#include "tests/app/fakes.h"

#include <QTest>

#include <algorithm>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using storage::StorageKind;

namespace {

FormValues bucket()
{
    return {.kind = StorageKind::S3,
            .texts = {{FormField::Bucket, u"shop-backups"_s},
                      {FormField::BucketFolder, u"/tidemark/shop/"_s},
                      {FormField::AccessKey, u"AKIA3"_s},
                      {FormField::SecretKey, u"shh"_s}}};
}

FormValues server()
{
    return {.kind = StorageKind::Sftp,
            .texts = {{FormField::Host, u"nas.local"_s},
                      {FormField::User, u"ada"_s},
                      {FormField::ServerFolder, u"backups/shop"_s}}};
}

FormValues web(const QString& url)
{
    return {.kind = StorageKind::WebDav, .texts = {{FormField::Url, url}}};
}

std::string written(const FormValues& values)
{
    const auto address = addressOf(values, kHome);
    return address.ok() ? storage::formatAddress(address.value())
                        : "refused: " + inEnglish(address.error().what);
}

const FieldSpec* specOf(const FormValues& values, FormField field)
{
    static std::vector<FieldSpec> fields;
    fields = fieldsOf(values);
    const auto found = std::ranges::find(fields, field, &FieldSpec::field);
    return found == fields.end() ? nullptr : &*found;
}

}  // namespace

class TestReplicaForm : public QObject {
    Q_OBJECT

private slots:
    void aFolderIsAPathFromHome()
    {
        QCOMPARE(written({.texts = {{FormField::Folder, u"~/Tidemark/shop"_s}}}),
                 std::string("file:///home/ada/Tidemark/shop"));
    }

    void aWholeAddressFitsThereToo()
    {
        QCOMPARE(written({.texts = {{FormField::Folder, u"sftp://ada@nas/~/shop"_s}}}),
                 std::string("sftp://ada@nas/~/shop"));
    }

    void aBucketOfAmazonNeedsNoMoreThanItsName()
    {
        QCOMPARE(written(bucket()), std::string("s3://shop-backups/tidemark/shop"));
    }

    void itsRegionMayBeSaid()
    {
        FormValues values = bucket();
        values.texts[FormField::Region] = u" eu-central-1 "_s;
        QCOMPARE(written(values),
                 std::string("s3://shop-backups/tidemark/shop?region=eu-central-1"));
    }

    void anotherServiceHasItsEndpointByItsRegion()
    {
        FormValues values = bucket();
        values.texts[FormField::Service] = u"b2"_s;
        QCOMPARE(missingIn(values), QStringList{u"Region"_s});
        values.texts[FormField::Region] = u"eu-central-003"_s;
        QCOMPARE(written(values),
                 std::string("s3://shop-backups/tidemark/shop?endpoint=https://"
                             "s3.eu-central-003.backblazeb2.com&force-path-style=true&region="
                             "eu-central-003"));
    }

    void aServerOfOnesOwnNeedsItsEndpoint()
    {
        for (const auto& service : {u"minio"_s, u"r2"_s, u"supabase"_s, u"other"_s}) {
            FormValues values = bucket();
            values.texts[FormField::Service] = service;
            QCOMPARE(missingIn(values), QStringList{u"Endpoint"_s});
            QVERIFY(!specOf(values, FormField::S3Endpoint)->isMore);
            values.texts[FormField::S3Endpoint] = u"s3.example.com:9000"_s;
            QVERIFY(missingIn(values).isEmpty());
            QVERIFY(written(values).find("endpoint=https://s3.example.com:9000") !=
                    std::string::npos);
            QVERIFY(written(values).find("force-path-style=true") != std::string::npos);
        }
    }

    void whereTheBucketIsNamedCanBeSaidOtherwise()
    {
        FormValues values = bucket();
        values.texts[FormField::PathStyle] = u"yes"_s;
        QVERIFY(written(values).find("force-path-style=true") != std::string::npos);
        values.texts[FormField::Service] = u"minio"_s;
        values.texts[FormField::S3Endpoint] = u"http://127.0.0.1:9000"_s;
        values.texts[FormField::PathStyle] = u"no"_s;
        QVERIFY(written(values).find("force-path-style=false") != std::string::npos);
        values.texts[FormField::Service] = u"aws"_s;
        values.texts.erase(FormField::S3Endpoint);
        QVERIFY(written(values).find("force-path-style") == std::string::npos);
    }

    void theCertificateOfAnAuthorityMayLieAtHome()
    {
        FormValues values = bucket();
        values.texts[FormField::CaFile] = u"~/ca.pem"_s;
        QVERIFY(written(values).find("ca=/home/ada/ca.pem") != std::string::npos);
        FormValues other = web(u"https://cloud.example.com"_s);
        other.texts[FormField::CaFile] = u"~/ca.pem"_s;
        QVERIFY(written(other).find("ca=/home/ada/ca.pem") != std::string::npos);
    }

    void passwordsAreTakenAsTheyAreTyped()
    {
        FormValues values = server();
        values.texts[FormField::Password] = u" two words "_s;
        values.texts[FormField::Passphrase] = u" "_s;
        QCOMPARE(secretsOf(values).password, Secret(" two words "));
        QCOMPARE(secretsOf(values).passphrase, Secret(" "));
        FormValues keys = bucket();
        keys.texts[FormField::SecretKey] = u" shh\n"_s;
        QCOMPARE(secretsOf(keys).secretAccessKey, Secret("shh"));
    }

    void encryptionAsksForTheKeyThatItNeeds()
    {
        FormValues values = bucket();
        QVERIFY(specOf(values, FormField::CustomerKey) == nullptr);
        values.texts[FormField::Encryption] = u"customer"_s;
        QVERIFY(specOf(values, FormField::CustomerKey) != nullptr);
        values.texts[FormField::CustomerKey] = u"S0VZ"_s;
        QVERIFY(written(values).find("sse=customer") != std::string::npos);
        QCOMPARE(secretsOf(values).customerKey, Secret("S0VZ"));
        values.texts[FormField::Encryption] = u"aws:kms"_s;
        QVERIFY(specOf(values, FormField::KmsKey) != nullptr);
        QVERIFY(secretsOf(values).customerKey.empty());
    }

    void noAddressHoldsASecret()
    {
        FormValues values = bucket();
        QCOMPARE(secretsOf(values).accessKeyId, Secret("AKIA3"));
        QCOMPARE(secretsOf(values).secretAccessKey, Secret("shh"));
        QVERIFY(written(values).find("shh") == std::string::npos);
        QVERIFY(written(values).find("AKIA3") == std::string::npos);
    }

    void aContainerOfAzure()
    {
        FormValues values{.kind = StorageKind::Azure,
                          .texts = {{FormField::Account, u"acme"_s},
                                    {FormField::Container, u"backups"_s},
                                    {FormField::ContainerFolder, u"shop"_s},
                                    {FormField::SasToken, u"?sv=2022&sig=x"_s}}};
        QCOMPARE(written(values), std::string("abs://acme@backups/shop"));
        QCOMPARE(secretsOf(values).sasToken, Secret("sv=2022&sig=x"));
        values.texts.erase(FormField::Account);
        QCOMPARE(missingIn(values), QStringList{u"Account"_s});
    }

    void aFolderOfAServerIsFromTheLoginOnOrFromTheRoot()
    {
        FormValues values = server();
        QCOMPARE(written(values), std::string("sftp://ada@nas.local/~/backups/shop"));
        values.texts[FormField::ServerFolder] = u"~/backups/shop"_s;
        QCOMPARE(written(values), std::string("sftp://ada@nas.local/~/backups/shop"));
        values.texts[FormField::ServerFolder] = u"/srv/shop"_s;
        values.texts[FormField::Port] = u"2222"_s;
        values.texts[FormField::KeyFile] = u"~/.ssh/backup"_s;
        QCOMPARE(written(values),
                 std::string("sftp://ada@nas.local:2222/srv/shop?key=/home/ada/.ssh/backup"));
    }

    void aPortIsANumber()
    {
        for (const auto& port : {u"0"_s, u"ssh"_s, u"70000"_s, u"-1"_s}) {
            FormValues values = server();
            values.texts[FormField::Port] = port;
            QVERIFY(!addressOf(values, kHome).ok());
        }
    }

    void aPassphraseIsOfItsOwnKindAlone()
    {
        FormValues values = server();
        values.texts[FormField::Passphrase] = u"p"_s;
        values.texts[FormField::SecretKey] = u"of the bucket"_s;
        QCOMPARE(secretsOf(values), storage::Secrets{.passphrase = Secret("p")});
    }

    void aWebAddressIsAsTheBrowserShowsIt()
    {
        FormValues values = web(u"https://cloud.example.com/remote.php/dav/files/ada/"_s);
        values.texts[FormField::UrlFolder] = u"tidemark"_s;
        values.texts[FormField::User] = u"ada"_s;
        QCOMPARE(written(values),
                 std::string("webdavs://ada@cloud.example.com/remote.php/dav/files/ada/tidemark"));
        QCOMPARE(written(web(u"http://nas:8080"_s)), std::string("webdav://nas:8080"));
        QCOMPARE(written(web(u"webdavs://nas/x"_s)), std::string("webdavs://nas/x"));
        QCOMPARE(written(web(u"nas/x"_s)), std::string("webdavs://nas/x"));
    }

    void aPasswordInItIsRefusedAndNotRepeated()
    {
        const auto address = addressOf(web(u"https://ada:hunter2@nas/x"_s), kHome);
        QVERIFY(!address.ok());
        QVERIFY(inEnglish(address.error().what).find("hunter2") == std::string::npos);
    }

    void whatIsMissingIsSaid()
    {
        QCOMPARE(written({}), std::string("refused: Folder: nothing is written there yet."));
        QCOMPARE(written({.kind = StorageKind::Zip}),
                 std::string("refused: Zip file: nothing is written there yet."));
    }

    void howOftenIsUploadedIsAskedWhereUploadsCost()
    {
        FormValues values = bucket();
        QVERIFY(specOf(values, FormField::UploadEvery) == nullptr);
        QVERIFY(syncIntervalOf(values) == 0s);
        values.isForUpload = true;
        const FieldSpec* const spec = specOf(values, FormField::UploadEvery);
        QVERIFY(spec != nullptr && spec->isMore);
        QVERIFY(syncIntervalOf(values) == 0s);
        for (const FormChoice& each : spec->choices) {
            values.texts[FormField::UploadEvery] = each.value;
            QCOMPARE(syncIntervalOf(values) > 0s, !each.value.isEmpty());
        }
        values.kind = StorageKind::Folder;
        QVERIFY(specOf(values, FormField::UploadEvery) == nullptr);
        QVERIFY(syncIntervalOf(values) == 0s);
    }

    void eachKindHasFieldsThatComeOnce()
    {
        for (const StorageKind kind : {StorageKind::Folder, StorageKind::S3, StorageKind::Azure,
                                       StorageKind::Sftp, StorageKind::WebDav, StorageKind::Zip}) {
            std::vector<FormField> seen;
            for (const FieldSpec& each : fieldsOf({.kind = kind})) {
                QVERIFY(std::ranges::find(seen, each.field) == seen.end());
                QVERIFY(!each.label.isEmpty());
                QCOMPARE(each.control == FieldSpec::Control::Choice, !each.choices.empty());
                seen.push_back(each.field);
            }
            QVERIFY(!seen.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestReplicaForm)
#include "tst_replica_form.moc"
