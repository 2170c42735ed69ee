#include "core/config/keep_text.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::config;
using namespace std::chrono_literals;
using engine::RetentionPolicy;

class TestKeepText : public QObject {
    Q_OBJECT

private slots:
    void theWordsAloneAreTheDefaults()
    {
        QCOMPARE(parseKeep("everything").value(), engine::kKeepEverything);
        QCOMPARE(parseKeep("time-machine").value(), RetentionPolicy());
    }

    void eachNumberIsTakenAndTheOthersStay()
    {
        const auto policy = parseKeep("time-machine:every=2h,at-most=5,five-minutes=3d,months=0h");
        QVERIFY(policy.ok());
        RetentionPolicy expected{.everyMomentFor = 2h, .everyMomentAtMost = 5};
        expected.thinnings[1].age = 72h;
        expected.thinnings[4].age = 0h;
        QCOMPARE(policy.value(), expected);
    }

    void foreverIsForEver()
    {
        QCOMPARE(parseKeep("time-machine:every=forever").value().everyMomentFor, engine::kForEver);
    }

    void whatIsWrittenIsReadAgain_data()
    {
        QTest::addColumn<std::string>("text");
        for (const char* const text :
             {"everything", "time-machine", "time-machine:every=0h,at-most=0",
              "time-machine:half-minutes=1h,hours=2d,days=36h,months=400d",
              "time-machine:every=forever"}) {
            QTest::newRow(text) << std::string(text);
        }
    }
    void whatIsWrittenIsReadAgain()
    {
        QFETCH(std::string, text);
        QCOMPARE(keepText(parseKeep(text).value()), text);
    }

    void anythingElseIsRefused_data()
    {
        QTest::addColumn<std::string>("text");
        for (const char* const text :
             {"", "all", "Everything", "everything:every=1h", "time-machine:", "time-machine:every",
              "time-machine:every=", "time-machine:every=1", "time-machine:every=1w",
              "time-machine:every=-1h", "time-machine:every=1.5h", "time-machine:weeks=1d",
              "time-machine:every=1h,", "time-machine:,every=1h", "time-machine:at-most=3h",
              "time-machine:at-most=99999999999999999999", "time-machine:every=99999999999h",
              "time-machine every=1h", "time-machine:every=1h every=2h"}) {
            QTest::newRow(text) << std::string(text);
        }
    }
    void anythingElseIsRefused()
    {
        QFETCH(std::string, text);
        const auto policy = parseKeep(text);
        QVERIFY(!policy.ok());
        QCOMPARE(policy.error().code, ErrorCode::Usage);
    }
};

QTEST_APPLESS_MAIN(TestKeepText)
#include "tst_keep_text.moc"
