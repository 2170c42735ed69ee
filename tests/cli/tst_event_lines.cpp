#include "app/cli/event_lines.h"
#include "core/base/rfc3339.h"

#include <QTest>

#include <chrono>
#include <string>

using namespace tidemark;
using namespace tidemark::cli;
using namespace std::chrono_literals;

class TestEventLines : public QObject {
    Q_OBJECT

    [[nodiscard]] static service::Event event(const service::Stuck& stuck)
    {
        return {.path = "/data/notes.db",
                .at = *parseRfc3339("2026-11-22T12:31:06.812Z"),
                .what = stuck};
    }

private slots:
    void whoIsStuckIsATroubleWithItsTime()
    {
        const service::Event begun = event({.waited = 2min});
        QVERIFY(isTrouble(begun));
        const std::string text = eventText(begun, true);
        QVERIFY2(text.ends_with("  notes.db  Tidemark itself seems to be stuck: not looked at for "
                                "2 min"),
                 text.c_str());
        QVERIFY(eventJson(begun) == Json({{"event", "stuck"},
                                          {"minutes", 2},
                                          {"goesOn", false},
                                          {"database", "/data/notes.db"},
                                          {"at", "2026-11-22T12:31:06.812Z"}}));
    }

    void thatItGoesOnIsNone()
    {
        const service::Event over = event({.waited = 90min, .isOver = true});
        QVERIFY(!isTrouble(over));
        const std::string text = eventText(over, false);
        QVERIFY2(text.ends_with("  Tidemark looks at it again, after 90 min"), text.c_str());
        const Json json = eventJson(over);
        QVERIFY(json["minutes"] == 90);
        QVERIFY(json["goesOn"] == true);
    }
};

QTEST_APPLESS_MAIN(TestEventLines)
#include "tst_event_lines.moc"
