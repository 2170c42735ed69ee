#include "core/storage/azure_failure.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

using namespace std::chrono_literals;

const Timestamp kNow{std::chrono::milliseconds(1'795'717'250'000)};  // 2026-11-26 18:20:50

AzureAccount account(const std::string& token = {})
{
    return {.name = "acc",
            .container = "backups",
            .sasToken = Secret(token),
            .place = "abs://acc@backups"};
}

net::HttpResponse answer(int status, const std::string& code)
{
    return {.status = status,
            .headers = {{"x-ms-request-id", "1"},
                        {"x-ms-error-code", code},
                        {"date", "Thu, 26 Nov 2026 18:20:50 GMT"}}};
}

std::string said(const Error& error)
{
    return inEnglish(error.what) + ' ' + inEnglish(error.next);
}

Error failure(int status, const std::string& code, const std::string& token = {},
              AzureRight right = AzureRight::Read, Timestamp now = kNow)
{
    return azureFailure(answer(status, code), account(token), right, now);
}

bool holds(const Error& error, const char* words)
{
    return said(error).find(words) != std::string::npos;
}

}  // namespace

class TestAzureFailure : public QObject {
    Q_OBJECT

private slots:
    void whatHappenedHasItsCode_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, int status, ErrorCode code) {
            QTest::newRow(name) << status << static_cast<int>(code);
        };
        row("ContainerNotFound", 404, ErrorCode::NotFound);
        row("ContainerBeingDeleted", 409, ErrorCode::Unavailable);
        row("AuthenticationFailed", 403, ErrorCode::Credentials);
        row("NoAuthenticationInformation", 401, ErrorCode::Credentials);
        row("InvalidAuthenticationInfo", 400, ErrorCode::Credentials);
        row("AuthorizationPermissionMismatch", 403, ErrorCode::Forbidden);
        row("AuthorizationFailure", 403, ErrorCode::Forbidden);
        row("InsufficientAccountPermissions", 403, ErrorCode::Forbidden);
        row("AuthorizationResourceTypeMismatch", 403, ErrorCode::Forbidden);
        row("KeyBasedAuthenticationNotPermitted", 403, ErrorCode::Forbidden);
        row("AccountIsDisabled", 403, ErrorCode::Forbidden);
        row("BlobImmutableDueToPolicy", 409, ErrorCode::Forbidden);
        row("BlobArchived", 409, ErrorCode::Unavailable);
        row("ConditionNotMet", 412, ErrorCode::Unavailable);
        row("InvalidBlockList", 400, ErrorCode::Unavailable);
        row("ServerBusy", 503, ErrorCode::Unavailable);
        row("TooManyRequests", 429, ErrorCode::Unavailable);
        row("InternalError", 500, ErrorCode::Unavailable);
    }

    void whatHappenedHasItsCode()
    {
        QFETCH(int, status);
        QFETCH(int, code);
        const Error error = failure(status, QTest::currentDataTag());
        QCOMPARE(static_cast<int>(error.code), code);
        QVERIFY(!error.next.source.empty());
    }

    void namesWhatIsMissing_data()
    {
        QTest::addColumn<int>("right");
        QTest::addColumn<QString>("permission");
        QTest::addColumn<QString>("role");
        const auto row = [](const char* name, AzureRight right, const char* permission,
                            const char* role) {
            QTest::newRow(name) << static_cast<int>(right) << permission << role;
        };
        row("list", AzureRight::List, "sp=l ", "Storage Blob Data Reader");
        row("read", AzureRight::Read, "sp=r ", "Storage Blob Data Reader");
        row("write", AzureRight::Write, "sp=cw ", "Storage Blob Data Contributor");
        row("delete", AzureRight::Delete, "sp=d ", "Storage Blob Data Contributor");
    }

    void namesWhatIsMissing()
    {
        QFETCH(int, right);
        QFETCH(QString, permission);
        QFETCH(QString, role);
        const auto which = static_cast<AzureRight>(right);
        const Error token =
            failure(403, "AuthorizationPermissionMismatch", "sp=x&sig=s3cret", which);
        QVERIFY(holds(token, qPrintable(permission)));
        QVERIFY(holds(token, qPrintable(role)));
        QVERIFY(!holds(token, "s3cret"));
        const Error key = failure(403, "AuthorizationFailure", "", which);
        QVERIFY(holds(key, qPrintable(role)));
        QVERIFY(!holds(key, "sp="));
    }

    void aWrongClockIsToldWithHowMuch()
    {
        const Error ahead =
            failure(403, "AuthenticationFailed", "", AzureRight::Read, kNow + 17min);
        QVERIFY(ahead.code == ErrorCode::Credentials);
        QVERIFY(holds(ahead, "17 minutes ahead"));
        QVERIFY(holds(failure(403, "AuthenticationFailed", "", AzureRight::Read, kNow - 3h),
                      "3 hours behind"));
        QVERIFY(!holds(failure(403, "AuthenticationFailed", "", AzureRight::Read, kNow + 4min),
                       "clock"));
    }

    void aTokenThatEndedIsToldWithWhen()
    {
        const Error ended =
            failure(403, "AuthenticationFailed", "sp=r&se=2026-11-26T18%3A00%3A00Z&sig=s3cret");
        QVERIFY(ended.code == ErrorCode::Credentials);
        QVERIFY(holds(ended, "2026-11-26T18:00:00"));
        QVERIFY(!holds(ended, "s3cret"));
        QVERIFY(holds(failure(403, "AuthenticationFailed", "sp=r&se=2027-11-26&sig=s"), "refuses"));
    }

    void takesTheCodeOfABodyWhereNoHeaderHasIt()
    {
        net::HttpResponse response{.status = 404, .headers = {{"x-ms-request-id", "1"}}};
        const std::string body = "<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>";
        const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
        response.body.assign(bytes.begin(), bytes.end());
        QCOMPARE(azureCode(response), std::string("BlobNotFound"));
    }

    void showsNoCodeThatIsNone()
    {
        QCOMPARE(azureCode(answer(400, "sig=abc")), std::string());
        QCOMPARE(azureCode(answer(400, std::string(65, 'A'))), std::string());
        QVERIFY(!holds(failure(400, "sig=abc"), "sig"));
    }

    void repeatsNothingOfTheAnswer()
    {
        net::HttpResponse response = answer(403, "AuthenticationFailed");
        const std::string body =
            "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>"
            "s3cret</AuthenticationErrorDetail></Error>";
        const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
        response.body.assign(bytes.begin(), bytes.end());
        QVERIFY(!holds(azureFailure(response, account(), AzureRight::Read, kNow), "s3cret"));
    }
};

QTEST_APPLESS_MAIN(TestAzureFailure)
#include "tst_azure_failure.moc"
