#include "core/storage/azure_account.h"
#include "core/storage/azure_values.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

const Secrets kKey{.accountKey = Secret("a2V5IQ==")};
const Secrets kToken{.sasToken = Secret("sv=2021-12-02&sp=rcwdl&sig=a%2Bb%3D")};

Result<AzureAccount> of(const std::string& address, const Secrets& secrets = kKey)
{
    return azureAccount(parseAddress(address, "/", "/home").value(), secrets);
}

ErrorCode refusal(const Result<AzureAccount>& account)
{
    return account.ok() ? ErrorCode::Bug : account.error().code;
}

}  // namespace

class TestAzureAccount : public QObject {
    Q_OBJECT

private slots:
    void isAtMicrosoftUnlessAnEndpointIsNamed()
    {
        const auto account = of("abs://acc@backups/notes/db");
        QVERIFY(account.ok());
        QCOMPARE(account.value().server, std::string("https://acc.blob.core.windows.net"));
        QCOMPARE(account.value().basePath, std::string());
        QCOMPARE(account.value().root, std::string("notes/db/"));
        QCOMPARE(account.value().key.reveal(), std::string("key!"));
        QVERIFY(!account.value().isOwnServer);
        QCOMPARE(of("abs://acc@backups").value().root, std::string());
    }

    void anEndpointMayHaveAPath()
    {
        const auto account = of("abs://acc@backups?endpoint=http://127.0.0.1:10000/acc/");
        QVERIFY(account.ok());
        QCOMPARE(account.value().server, std::string("http://127.0.0.1:10000"));
        QCOMPARE(account.value().basePath, std::string("/acc"));
        QVERIFY(account.value().isOwnServer);
    }

    void refusesEndpointsThatAreNone()
    {
        for (const char* endpoint :
             {"acc.blob.core.windows.net", "ftp://host", "https://", "https:///acc",
              "https://user@host", "https://host?x", "https://host#x", "https://ho st"}) {
            StorageAddress address = parseAddress("abs://acc@backups", "/", "/").value();
            address.options["endpoint"] = endpoint;
            QVERIFY2(refusal(azureAccount(address, kKey)) == ErrorCode::Usage, endpoint);
        }
    }

    void refusesPathsThatAzureWouldChange()
    {
        for (const char* path : {"a./b", "b.", "a\\b", "a//b", "a\x01"}) {
            StorageAddress address = parseAddress("abs://acc@backups", "/", "/").value();
            address.path = path;
            QVERIFY2(refusal(azureAccount(address, kKey)) == ErrorCode::Usage, path);
        }
    }

    void anAccountIsNoWayToAnotherHost()
    {
        QVERIFY(refusal(of("abs://evil.example%2f@backups")) == ErrorCode::Usage);
        QVERIFY(refusal(of("abs://evil.example@backups")) == ErrorCode::Usage);
    }

    void needsAKeyOrAToken()
    {
        const auto none = of("abs://acc@backups", {});
        QVERIFY(refusal(none) == ErrorCode::Credentials);
        QVERIFY(inEnglish(none.error().next).find("AZURE_STORAGE_KEY") != std::string::npos);
    }

    void refusesAKeyThatIsNoBase64()
    {
        const auto wrong = of("abs://acc@backups", {.accountKey = Secret("not a key")});
        QVERIFY(refusal(wrong) == ErrorCode::Credentials);
        QVERIFY(inEnglish(wrong.error().what).find("not a key") == std::string::npos);
    }

    void aTokenGoesBeforeAKey()
    {
        const auto account =
            of("abs://acc@backups", {.accountKey = kKey.accountKey, .sasToken = kToken.sasToken});
        QVERIFY(account.ok());
        QVERIFY(account.value().sasToken == kToken.sasToken && account.value().key.empty());
    }

    void refusesATokenThatIsNone()
    {
        for (const char* token : {"sv=1&sp=r", "sig=a b", "sig=a\r\nx-ms-date: 1", "sig=a#b"}) {
            QVERIFY2(refusal(of("abs://acc@backups", {.sasToken = Secret(token)})) ==
                         ErrorCode::Credentials,
                     token);
        }
    }

    void aTokenNeverCrossesANetworkUnencrypted()
    {
        QVERIFY(refusal(of("abs://acc@b?endpoint=http://azurite:10000/acc", kToken)) ==
                ErrorCode::Usage);
        QVERIFY(of("abs://acc@b?endpoint=http://azurite:10000/acc", kKey).ok());
        for (const char* own : {"http://127.0.0.1:10000/acc", "http://localhost/acc",
                                "http://%5B::1%5D:10000/acc", "https://azurite:10000/acc"}) {
            QVERIFY2(of("abs://acc@b?endpoint=" + std::string(own), kToken).ok(), own);
        }
        QVERIFY(refusal(of("abs://acc@b?endpoint=http://127.0.0.1.test/acc", kToken)) ==
                ErrorCode::Usage);
    }

    void knowsWhichNamesAzureKeeps()
    {
        const std::string longest(1024, 'a');
        for (const std::string& name :
             {std::string("a"), std::string("a b/+%/\xc3\xa9.ltx"), std::string(".a"), longest}) {
            QVERIFY2(isBlobName(name), name.c_str());
        }
        for (const std::string& name :
             {std::string(), std::string("a."), std::string("a./b"), std::string("."),
              std::string("../a"), std::string("a//b"), std::string("/a"), std::string("a/"),
              std::string("a\\b"), std::string("a\nb"), std::string("a\x7f"), longest + 'a'}) {
            QVERIFY2(!isBlobName(name), name.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestAzureAccount)
#include "tst_azure_account.moc"
