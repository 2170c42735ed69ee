#include "core/base/error.h"

#include <QTest>

#include <set>

using namespace tidemark;

class TestError : public QObject {
    Q_OBJECT

private slots:
    void eachCodeHasTheExitStatusThatTheManualNames()
    {
        const std::vector<std::pair<ErrorCode, int>> table{
            {ErrorCode::Usage, 2},       {ErrorCode::NotFound, 3},  {ErrorCode::AlreadyExists, 4},
            {ErrorCode::NoSpace, 4},     {ErrorCode::Damaged, 5},   {ErrorCode::TargetRefused, 4},
            {ErrorCode::Credentials, 6}, {ErrorCode::Forbidden, 6}, {ErrorCode::Unavailable, 7},
            {ErrorCode::Cancelled, 130}, {ErrorCode::Busy, 1},      {ErrorCode::Io, 1},
            {ErrorCode::Unsupported, 1}, {ErrorCode::Bug, 1},       {ErrorCode::NotInWalMode, 1},
        };
        for (const auto& [code, status] : table) {
            QCOMPARE(exitCode(code), status);
        }
    }

    void noTwoCodesShareAName()
    {
        std::set<std::string_view> names;
        for (int code = 0; code <= static_cast<int>(ErrorCode::Bug); ++code) {
            const auto name = codeName(static_cast<ErrorCode>(code));
            QVERIFY(!name.empty());
            QVERIFY(names.insert(name).second);
        }
    }

    void aNameIsWhatJsonShows()
    {
        QCOMPARE(codeName(ErrorCode::NotFound), std::string_view("not-found"));
    }
};

QTEST_APPLESS_MAIN(TestError)
#include "tst_error.moc"
