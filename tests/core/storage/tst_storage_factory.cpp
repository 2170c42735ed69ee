#include "core/storage/storage_factory.h"

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "tests/support/leaving_person.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// Must not be asked: nothing is reached when a storage is opened.
class NoNetwork final : public net::HttpTransport {
public:
    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& /*request*/,
                                                 std::stop_token /*stop*/) override
    {
        qFatal("asked");
    }
};

class Known final : public SecretSource {
public:
    [[nodiscard]] Result<Secrets> secretsOf(const StorageAddress& /*address*/) const override
    {
        return secrets;
    }
    Secrets secrets = {};
};

}  // namespace

class TestStorageFactory : public QObject {
    Q_OBJECT

    SystemClock m_clock;
    PosixFileSystem m_files;
    SeededRandom m_random{1};
    NoNetwork m_http;
    Known m_known;
    Nobody m_nobody;
    StorageFactory m_factory{{.files = m_files,
                              .random = m_random,
                              .clock = m_clock,
                              .http = m_http,
                              .secrets = m_known,
                              .person = m_nobody}};

private slots:
    void opensAFolder()
    {
        const QTemporaryDir folder;
        const auto storage = m_factory.open({.path = folder.path().toStdString()});
        QVERIFY(storage.ok());
        QCOMPARE(storage.value()->describe(), folder.path().toStdString());
    }

    void opensAzureWithAKey()
    {
        const StorageAddress address = parseAddress("abs://acc@backups/notes", "/", "/").value();
        m_known.secrets = {.accountKey = Secret("a2V5IQ==")};
        const auto storage = m_factory.open(address);
        QVERIFY(storage.ok());
        QCOMPARE(storage.value()->describe(), std::string("abs://acc@backups/notes"));
        m_known.secrets = {};
        const auto none = m_factory.open(address);
        QVERIFY(!none.ok() && none.error().code == ErrorCode::Credentials);
    }

    void eachKindOpensWithoutBeingReached()
    {
        m_known.secrets = {.accessKeyId = Secret("id"),
                           .secretAccessKey = Secret("key"),
                           .password = Secret("password")};
        for (const char* const text :
             {"s3://b/p", "sftp://me@h/p", "webdavs://me@h/p", "zip:///p.zip"}) {
            const auto storage = m_factory.open(parseAddress(text, "/", "/").value());
            QVERIFY2(storage.ok(), text);
        }
    }

    void anAuthorityMayLieBelowTheHome()
    {
        class Seen final : public net::HttpTransport {
        public:
            std::string caFile = {};

            [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                         std::stop_token /*stop*/) override
            {
                caFile = request.caFile;
                return Error{.code = ErrorCode::Forbidden};
            }
        };
        m_known.secrets = {.accessKeyId = Secret("id"),
                           .secretAccessKey = Secret("key"),
                           .accountKey = Secret("a2V5IQ=="),
                           .password = Secret("password")};
        Seen seen;
        const StorageFactory factory({.files = m_files,
                                      .random = m_random,
                                      .clock = m_clock,
                                      .http = seen,
                                      .secrets = m_known,
                                      .person = m_nobody,
                                      .home = "/home/me"});
        for (const char* const text :
             {"s3://b/p?ca=~/ca.pem", "abs://a@c/p?ca=~/ca.pem", "webdavs://me@h/p?ca=~/ca.pem"}) {
            seen.caFile.clear();
            const auto storage = factory.open(parseAddress(text, "/", "/").value());
            QVERIFY2(storage.ok() && !storage.value()->find("x", {}).ok(), text);
            QCOMPARE(seen.caFile, std::string("/home/me/ca.pem"));
        }
    }

    void whoIsStoppedAtAQuestionIsCancelled()
    {
        m_known.secrets = {};
        const StorageAddress address = parseAddress("webdavs://me@h/p", "/", "/").value();
        QCOMPARE(m_factory.open(address).error().code, ErrorCode::Credentials);
        LeavingPerson person;
        const StorageFactory factory({.files = m_files,
                                      .random = m_random,
                                      .clock = m_clock,
                                      .http = m_http,
                                      .secrets = m_known,
                                      .person = person,
                                      .stop = person.stop.get_token()});
        QCOMPARE(factory.open(address).error().code, ErrorCode::Cancelled);
    }

    void aLimitIsANumber()
    {
        m_known.secrets = {.accessKeyId = Secret("id"), .secretAccessKey = Secret("key")};
        const auto opens = [this](const std::string& option) {
            return m_factory.open(parseAddress("s3://b/p?" + option, "/", "/").value()).ok();
        };
        QVERIFY(opens("upload-limit=500"));
        QVERIFY(opens("download-limit=1&upload-limit=99999"));
        for (const char* const wrong : {"0", "fast", "-1", "1M", "99999999999"}) {
            QVERIFY2(!opens(std::string("upload-limit=") + wrong), wrong);
        }
    }
};

QTEST_APPLESS_MAIN(TestStorageFactory)
#include "tst_storage_factory.moc"
