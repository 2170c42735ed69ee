#include "core/net/content_range.h"

#include <QTest>

using namespace tidemark::net;

class TestContentRange : public QObject {
    Q_OBJECT

private slots:
    void readsAPartAndTheWhole()
    {
        QVERIFY(parseContentRange("bytes 0-9/123") ==
                (ContentRange{.part = ContentRange::Part{0, 9}, .totalBytes = 123}));
        QVERIFY(parseContentRange("bytes 122-122/123") ==
                (ContentRange{.part = ContentRange::Part{122, 122}, .totalBytes = 123}));
        QVERIFY(parseContentRange("bytes */0") == ContentRange{});
        QVERIFY(parseContentRange("bytes */123") == ContentRange{.totalBytes = 123});
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"", "bytes", "bytes ", "bytes /1", "bytes 0-9", "bytes 0-9/", "bytes 0-9/*",
              "bytes 0-9/x", "bytes 0-9/-1", "bytes 0-9/9", "bytes 9-0/10", "bytes -9/10",
              "bytes 0-/10", "bytes 09/10", "items 0-9/10", "bytes 0-9/99999999999999999999",
              "bytes 0-9/10 ", " bytes 0-9/10"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }
    void refusesWhatIsNone()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!parseContentRange(text.toStdString()));
    }
};

QTEST_APPLESS_MAIN(TestContentRange)
#include "tst_content_range.moc"
