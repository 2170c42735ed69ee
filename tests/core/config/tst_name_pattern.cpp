#include "core/config/name_pattern.h"

#include <QTest>

#include <string>

using namespace tidemark::config;

class TestNamePattern : public QObject {
    Q_OBJECT

private slots:
    // The cases of Go's own test of filepath.Match, as far as names of files are concerned.
    void namesMatchAsInGo_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* pattern, const char* name, bool matches) {
            QTest::addRow("%s / %s", pattern, name) << pattern << name << matches;
        };
        row("abc", "abc", true);
        row("*", "abc", true);
        row("*", "", true);
        row("*c", "abc", true);
        row("a*", "a", true);
        row("a*", "abc", true);
        row("a*", "ab/c", false);
        row("a*b*c*d*e*", "axbxcxdxe", true);
        row("a*b*c*d*e*", "axbxcxdxexxx", true);
        row("a*b*c*d*e*f", "axbxcxdxexxx", false);
        row("a*b?c*x", "abxbbxdbxebxczzx", true);
        row("a*b?c*x", "abxbbxdbxebxczzy", false);
        row("ab[c]", "abc", true);
        row("ab[b-d]", "abc", true);
        row("ab[e-g]", "abc", false);
        row("ab[^c]", "abc", false);
        row("ab[^b-d]", "abc", false);
        row("ab[^e-g]", "abc", true);
        row("a\\*b", "a*b", true);
        row("a\\*b", "ab", false);
        row("a?b",
            "a\xe2\x98\xba"
            "b",
            true);
        row("a[^a]b",
            "a\xe2\x98\xba"
            "b",
            true);
        row("a???b",
            "a\xe2\x98\xba"
            "b",
            false);
        row("[a-\xce\xb6]*", "\xce\xb1", true);
        row("*[a-\xce\xb6]", "A", false);
        row("a?b", "a/b", false);
        row("[\\]a]", "]", true);
        row("[\\-]", "-", true);
        row("[x\\-]", "x", true);
        row("[x\\-]", "z", false);
        row("*x", "xxx", true);
        row("*.db", "notes.db", true);
        row("*.db", "notes.db-wal", false);
        row("", "", true);
        row("", "a", false);
    }

    void namesMatchAsInGo()
    {
        QFETCH(const QString, pattern);
        QFETCH(const QString, name);
        QVERIFY(isNamePattern(pattern.toStdString()));
        QTEST(matchesName(pattern.toStdString(), name.toStdString()), "matches");
    }

    void whatIsNoPatternIsFound()
    {
        for (const char* const wrong : {"[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^",
                                        "[^bc", "a[", "[a-\\", "*["}) {
            QVERIFY2(!isNamePattern(wrong), wrong);
        }
    }

    void aHostilePatternEndsSoon()
    {
        std::string pattern;
        for (int i = 0; i < 200; ++i) {
            pattern += "a*";
        }
        QVERIFY(!matchesName(pattern + "b", std::string(4000, 'a')));
        QVERIFY(matchesName(pattern, std::string(4000, 'a')));
    }
};

QTEST_APPLESS_MAIN(TestNamePattern)
#include "tst_name_pattern.moc"
