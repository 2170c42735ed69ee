#include "core/storage/zip_names.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

class TestZipNames : public QObject {
    Q_OBJECT

private slots:
    void takesWhatIsCalledLikeAnObject_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("a segment") << QByteArray("ltx/0/0000000000000001-0000000000000001.ltx");
        QTest::newRow("one part") << QByteArray("a");
        QTest::newRow("a folder") << QByteArray("ltx/0/");
        QTest::newRow("dots in a name") << QByteArray("..a/b..c/.d/...");
        QTest::newRow("umlauts") << QByteArray(
            "b\xc3\xbc"
            "cher/\xe2\x82\xac/\xf0\x9f\x8c\x8a");
        QTest::newRow("a colon further on") << QByteArray("abc:d");
        QTest::newRow("as long as may be") << QByteArray(kMaxZipNameBytes, 'n');
    }
    void takesWhatIsCalledLikeAnObject()
    {
        QFETCH(QByteArray, name);
        QVERIFY(checkZipName("a.zip", name.toStdString()).ok());
    }

    void refusesWhatLeadsElsewhere_data()
    {
        QTest::addColumn<QByteArray>("name");
        const auto row = [](const char* title, const QByteArray& name) {
            QTest::newRow(title) << name;
        };
        row("nothing", "");
        row("up", "..");
        row("up first", "../etc/passwd");
        row("up in the middle", "ltx/../../x");
        row("up at the end", "ltx/..");
        row("a folder up", "ltx/../");
        row("here", "./x");
        row("absolute", "/etc/passwd");
        row("empty part", "ltx//0");
        row("two slashes at the end", "ltx//");
        row("a slash alone", "/");
        row("backslashes", "ltx\\0");
        row("up with backslashes", "..\\x");
        row("a drive", "C:x");
        row("a small drive", "c:/x");
        row("a zero byte", QByteArray("a\0b", 3));
        row("a line end", "a\nb");
        row("an escape", "a\x1b[2J");
        row("delete", "a\x7f");
        row("Latin-1",
            "b\xfc"
            "cher");
        row("a sequence that breaks off", "a\xe2\x82");
        row("a long spelling of a slash",
            "a\xc0\xaf"
            "b");
        row("a long spelling of dots", "\xc0\xae\xc0\xae/x");
        row("half a pair", "\xed\xa0\x80");
        row("beyond Unicode", "\xf4\x90\x80\x80");
        row("a byte that starts nothing", "\x80");
        row("too long", QByteArray(kMaxZipNameBytes + 1, 'n'));
    }
    void refusesWhatLeadsElsewhere()
    {
        QFETCH(QByteArray, name);
        const Status checked = checkZipName("a.zip", name.toStdString());
        QVERIFY(!checked.ok());
        QCOMPARE(checked.error().code, ErrorCode::Damaged);
        const std::string said = inEnglish(checked.error().what);
        QVERIFY(said.starts_with("a.zip "));
        QVERIFY(QString::fromStdString(said).toStdString() == said);
    }

    void showsNothingThatDrivesATerminal()
    {
        QCOMPARE(shownZipName("a\x1b[2Jb"), std::string("a?[2Jb"));
        QCOMPARE(shownZipName("b\xfc"), std::string("b?"));
        QCOMPARE(shownZipName("b\xc3\xbc"), std::string("b\xc3\xbc"));
        QVERIFY(shownZipName(std::string(500, 'x')).size() < 200);
    }
};

QTEST_GUILESS_MAIN(TestZipNames)
#include "tst_zip_names.moc"
