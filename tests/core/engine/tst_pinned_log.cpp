#include "core/engine/pinned_log.h"

#include <QTest>

#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::engine;
using sqlite::LogReader;

class TestPinnedLog : public QObject {
    Q_OBJECT

    static std::string said(const std::vector<LogReader>& readers)
    {
        return inEnglish(pinnedLog("/a.db", readers).what);
    }

private slots:
    void whoReadsIsNamedAsFarAsItIsKnown()
    {
        QVERIFY(said({}).starts_with("A program keeps an old read transaction open in /a.db"));
        QVERIFY(said({{1, "python3"}, {2, ""}}).ends_with(": python3 (process 1), process 2."));
    }

    void ofManyThreeAreNamed()
    {
        const std::string text = said({{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}});
        QVERIFY2(text.ends_with("c (process 3) and others."), text.c_str());
    }

    void anotherTidemarkIsToldAsSuch()
    {
        QVERIFY(said({{1, "python3"}, {2, "tidemarkctl"}})
                    .starts_with("Another Tidemark (process 2) follows /a.db, too"));
    }
};

QTEST_APPLESS_MAIN(TestPinnedLog)
#include "tst_pinned_log.moc"
