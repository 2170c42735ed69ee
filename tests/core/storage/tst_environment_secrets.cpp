#include "core/storage/environment_secrets.h"

#include "core/storage/aws_profile.h"
#include "core/storage/known_secrets.h"
#include "tests/support/memory_file_system.h"

#include <QTest>

#include <map>

using namespace tidemark;
using namespace tidemark::storage;

class TestEnvironmentSecrets : public QObject {
    Q_OBJECT

    MemoryFileSystem m_files;
    std::map<std::string, std::string> m_variables;
    EnvironmentSecrets m_secrets{
        m_files,
        [this](const std::string& name) {
            const auto found = m_variables.find(name);
            return found == m_variables.end() ? std::nullopt : std::optional(found->second);
        },
        "/home/me"};

    static StorageAddress at(const char* text) { return parseAddress(text, "/", "/").value(); }

    void write(const std::string& path, const std::string& text)
    {
        QVERIFY(m_files.makeDirectories(parentOf(path), kPrivateDirectory).ok());
        const auto file = m_files.open(path, OpenFor::Keeping, kPrivateFile);
        QVERIFY(file.ok());
        QVERIFY(file.value()->resize(0).ok());
        QVERIFY(file.value()->writeAt(std::as_bytes(std::span(text.data(), text.size())), 0).ok());
    }

private slots:
    void init() { m_variables.clear(); }

    void eachKindHasItsVariables()
    {
        m_variables = {
            {"AWS_ACCESS_KEY_ID", "id"},        {"AWS_SECRET_ACCESS_KEY", "key"},
            {"AWS_SESSION_TOKEN", "session"},   {"AWS_REGION", "eu-west-1"},
            {"AZURE_STORAGE_KEY", "azure"},     {"AZURE_STORAGE_SAS_TOKEN", "?sv=1&sig=x"},
            {"TIDEMARK_SFTP_PASSWORD", "sftp"}, {"TIDEMARK_SFTP_KEY", "/k"},
            {"TIDEMARK_SFTP_PASSPHRASE", "pp"}, {"TIDEMARK_WEBDAV_PASSWORD", "dav"}};
        const auto of = [this](const char* address) {
            return m_secrets.secretsOf(at(address)).value();
        };
        QVERIFY(of("s3://b") == (Secrets{.accessKeyId = Secret("id"),
                                         .secretAccessKey = Secret("key"),
                                         .sessionToken = Secret("session"),
                                         .region = "eu-west-1"}));
        QVERIFY(of("abs://a@c") ==
                (Secrets{.accountKey = Secret("azure"), .sasToken = Secret("sv=1&sig=x")}));
        QVERIFY(of("sftp://h/x") ==
                (Secrets{.password = Secret("sftp"), .passphrase = Secret("pp"), .keyFile = "/k"}));
        QVERIFY(of("webdavs://h/x") == Secrets{.password = Secret("dav")});
        QVERIFY(of("/folder") == Secrets{});
    }

    void halfAPairIsAMistake()
    {
        m_variables = {{"AWS_ACCESS_KEY_ID", "hidden"}};
        const auto secrets = m_secrets.secretsOf(at("s3://b"));
        QVERIFY(!secrets.ok() && secrets.error().code == ErrorCode::Credentials);
        const std::string text = inEnglish(secrets.error().what);
        QVERIFY(text.find("AWS_SECRET_ACCESS_KEY") != std::string::npos);
        QVERIFY(text.find("hidden") == std::string::npos);
    }

    void theKeysOfAProfileAreOfOneFile()
    {
        write("/home/me/.aws/credentials",
              "[default]\naws_access_key_id = c1\naws_secret_access_key = c2\n");
        write("/home/me/.aws/config",
              "[default]\nregion = eu-north-1\naws_access_key_id = s1\n"
              "aws_secret_access_key = s2\naws_session_token = s3\n");
        QVERIFY(m_secrets.secretsOf(at("s3://b")).value() ==
                (Secrets{.accessKeyId = Secret("c1"),
                         .secretAccessKey = Secret("c2"),
                         .region = "eu-north-1"}));
        write("/home/me/.aws/credentials", "[default]\naws_session_token = c3\n");
        QVERIFY(m_secrets.secretsOf(at("s3://b")).value() ==
                (Secrets{.accessKeyId = Secret("s1"),
                         .secretAccessKey = Secret("s2"),
                         .sessionToken = Secret("s3"),
                         .region = "eu-north-1"}));
    }

    void profilesAreThoseOfTheAwsTools()
    {
        write("/home/me/.aws/credentials",
              "# comment\n[default]\naws_access_key_id = d1\naws_secret_access_key=d2\n"
              "[work]\r\naws_access_key_id=w1\r\naws_secret_access_key = w/2+3=\r\n"
              "aws_session_token = w4\n");
        write("/home/me/.aws/config",
              "[profile work]\nregion = eu-north-1\ns3 =\n  region = wrong\n[default]\n");
        QVERIFY(m_secrets.secretsOf(at("s3://b")).value().accessKeyId == Secret("d1"));
        const auto work = m_secrets.secretsOf(at("s3://b?profile=work")).value();
        QVERIFY(work == (Secrets{.accessKeyId = Secret("w1"),
                                 .secretAccessKey = Secret("w/2+3="),
                                 .sessionToken = Secret("w4"),
                                 .region = "eu-north-1"}));
        m_variables = {{"AWS_PROFILE", "work"}};
        QVERIFY(m_secrets.secretsOf(at("s3://b")).value() == work);
        // Whoever names a profile means that one, whatever the environment says.
        m_variables = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "key"}};
        QVERIFY(m_secrets.secretsOf(at("s3://b?profile=work")).value() == work);
        const auto missing = m_secrets.secretsOf(at("s3://b?profile=nobody"));
        QVERIFY(!missing.ok() && missing.error().code == ErrorCode::Credentials);
    }

    void whatWasGivenForAPlaceIsForAllBelowIt()
    {
        KnownSecrets known(m_secrets);
        m_variables = {{"TIDEMARK_SFTP_PASSWORD", "usual"}};
        known.add(at("sftp://h/srv"), {.password = Secret("given")});
        known.add(at("sftp://h/srv/inner"), {.password = Secret("inner")});
        const auto of = [&](const char* address) {
            return known.secretsOf(at(address)).value().password.reveal();
        };
        QCOMPARE(of("sftp://h/srv"), std::string("given"));
        QCOMPARE(of("sftp://h/srv/a/b"), std::string("given"));
        QCOMPARE(of("sftp://h/srv/inner/x"), std::string("inner"));
        QCOMPARE(of("sftp://h/srv2"), std::string("usual"));
        QCOMPARE(of("sftp://other/srv"), std::string("usual"));
        known.add(at("s3://b?provider=wasabi"), {.accessKeyId = Secret("of wasabi")});
        QVERIFY(known.secretsOf(at("s3://b")).value().accessKeyId != Secret("of wasabi"));
        QCOMPARE(known.secretsOf(at("s3://b/x?provider=wasabi")).value().accessKeyId.reveal(),
                 std::string("of wasabi"));
        known.add(at("sftp://h/srv"), {.password = Secret("anew")});
        QCOMPARE(of("sftp://h/srv"), std::string("anew"));
    }

    void aCustomerKeyThatWasGivenAloneGoesWithTheUsualKeys()
    {
        KnownSecrets known(m_secrets);
        m_variables = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "key"}};
        known.add(at("s3://b"), {.customerKey = Secret("given")});
        const Secrets secrets = known.secretsOf(at("s3://b/p")).value();
        QCOMPARE(secrets.accessKeyId.reveal(), std::string("id"));
        QCOMPARE(secrets.customerKey.reveal(), std::string("given"));
    }
};

QTEST_APPLESS_MAIN(TestEnvironmentSecrets)
#include "tst_environment_secrets.moc"
