#include "app/cli/event_lines.h"
#include "core/base/rfc3339.h"

#include <QTest>

#include <chrono>
#include <string>
#include <utility>

using namespace tidemark;
using namespace tidemark::cli;
using namespace std::chrono_literals;

class TestEventLines : public QObject {
    Q_OBJECT

    [[nodiscard]] static service::Event event(decltype(service::Event::what) what)
    {
        return {.path = "/data/notes.db",
                .at = *parseRfc3339("2026-11-22T12:31:06.812Z"),
                .what = std::move(what)};
    }

private slots:
    void whoIsStuckIsATroubleWithItsTime()
    {
        const service::Event begun = event(service::Stuck{.waited = 2min});
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

    void aDatabaseThatWentBackIsATroubleWithTheMomentsThatItLost()
    {
        const service::Event found =
            event(state::WentBack{.at = *parseRfc3339("2026-11-22T12:31:06.812Z"),
                                  .to = {8},
                                  .toAt = *parseRfc3339("2026-11-22T12:30:00.000Z"),
                                  .last = {9},
                                  .lastAt = *parseRfc3339("2026-11-22T12:30:40.000Z")});
        QVERIFY(isTrouble(found));
        const std::string text = eventText(found, false);
        QVERIFY2(text.find("  the database went back to how it was at ") != std::string::npos,
                 text.c_str());
        QVERIFY2(
            text.find(" (transaction 8): only the history has the 1 moment after it, up to ") !=
                std::string::npos,
            text.c_str());
        QVERIFY2(text.ends_with("; restore transaction 9 to get them back"), text.c_str());
        QVERIFY(eventJson(found) == Json({{"event", "went-back"},
                                          {"txid", 8},
                                          {"time", "2026-11-22T12:30:00.000Z"},
                                          {"moments", 1},
                                          {"last", 9},
                                          {"lastTime", "2026-11-22T12:30:40.000Z"},
                                          {"database", "/data/notes.db"},
                                          {"at", "2026-11-22T12:31:06.812Z"}}));
    }

    void thatItGoesOnIsNone()
    {
        const service::Event over = event(service::Stuck{.waited = 90min, .isOver = true});
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
