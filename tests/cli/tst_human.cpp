#include "app/cli/human.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/base/rfc3339.h"

#include <QTest>

#include <memory>

using namespace tidemark;
using namespace tidemark::cli;
using namespace std::chrono_literals;

class TestHuman : public QObject {
    Q_OBJECT

private slots:
    void sizesHaveOneDecimal()
    {
        QCOMPARE(humanBytes(0), std::string("0 bytes"));
        QCOMPARE(humanBytes(1), std::string("1 byte"));
        QCOMPARE(humanBytes(999), std::string("999 bytes"));
        QCOMPARE(humanBytes(1000), std::string("1.0 KB"));
        QCOMPARE(humanBytes(999'949), std::string("999.9 KB"));
        QCOMPARE(humanBytes(999'950), std::string("1.0 MB"));
        QCOMPARE(humanBytes(1'073'741'824), std::string("1.1 GB"));
        QCOMPARE(humanBytes(UINT64_MAX), std::string("18.4 EB"));
    }

    void durationsAndAgesAreShort()
    {
        QCOMPARE(humanDuration(812ms), std::string("812 ms"));
        QCOMPARE(humanDuration(4230ms), std::string("4.2 s"));
        QCOMPARE(humanDuration(200s), std::string("3 min 20 s"));
        QCOMPARE(humanDuration(125min), std::string("2 h 5 min"));
        const Timestamp now = *parseRfc3339("2026-11-22T12:00:00Z");
        QCOMPARE(humanAge(now, now), std::string("just now"));
        QCOMPARE(humanAge(now - 59s, now), std::string("59 s ago"));
        QCOMPARE(humanAge(now - 22min, now), std::string("22 min ago"));
        QCOMPARE(humanAge(now - 47h, now), std::string("47 h ago"));
        QCOMPARE(humanAge(now - 72h, now), std::string("3 days ago"));
        QCOMPARE(humanAge(now + 1h, now), std::string("in the future"));
    }

    void timesAreLocalAndNameTheirZone()
    {
        qputenv("TZ", "Europe/Berlin");
        QCOMPARE(humanTime(*parseRfc3339("2026-11-22T12:31:06.812Z")),
                 std::string("2026-11-22 13:31:06.812 CET"));
    }

    void timesInSentencesAreWrittenAsListDoes()
    {
        qputenv("TZ", "Europe/Berlin");
        QCOMPARE(withLocalTimes("The first is 1 (2026-11-22T12:31:06.812Z)."),
                 std::string("The first is 1 (2026-11-22 13:31:06.812 CET)."));
        QCOMPARE(withLocalTimes("2026-11-22T12:31:06.812Z"),
                 std::string("2026-11-22 13:31:06.812 CET"));
        for (const char* other : {"a/2026-11-22T12:31:06.812Z", "2026-11-22T12:31:06Z",
                                  "2026-13-22T12:31:06.812Z", ""}) {
            QCOMPARE(withLocalTimes(other), std::string(other));
        }
    }

    void progressSaysHowFarHowFastAndHowLong()
    {
        QCOMPARE(progressText("Restoring", 0, 0, 0ms), std::string("Restoring ..."));
        QCOMPARE(progressText("Restoring", 0, 1000, 0ms),
                 std::string("Restoring  0 %  0 bytes of 1.0 KB"));
        QCOMPARE(progressText("Restoring", 100'000'000, 400'000'000, 2000ms),
                 std::string("Restoring  25 %  100.0 MB of 400.0 MB  50.0 MB/s  6.0 s left"));
        QCOMPARE(progressText("Checking", 1000, 1000, 1000ms),
                 std::string("Checking  100 %  1.0 KB of 1.0 KB  1.0 KB/s  0 ms left"));
    }

    void columnsAreAlignedByCharacters()
    {
        const auto lines = aligned({{"1", "ä", "x"}, {"22", "bcd", ""}}, {true, false, false});
        QCOMPARE(lines[0], std::string(" 1  ä    x"));
        QCOMPARE(lines[1], std::string("22  bcd"));
    }

    void controlCharactersDoNotReachTheTerminal()
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
        Output output(file.get(), file.get(), false);
        output.text("a\x1b[2Jb\nc");
        QCOMPARE(contents(file.get()), std::string("a?[2Jb?c\n"));
    }

    void aShellTakesAQuotedWordForOneWord()
    {
        QCOMPARE(quotedForShell("zip:///home/ada/a-1.zip"), std::string("zip:///home/ada/a-1.zip"));
        QCOMPARE(quotedForShell("s3://b?region=x&a=1"), std::string("'s3://b?region=x&a=1'"));
        QCOMPARE(quotedForShell("Ada's"), std::string("'Ada'\\''s'"));
        QCOMPARE(quotedForShell(""), std::string("''"));
    }

    void jsonErrorsAreOneLine()
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
        Output output(file.get(), file.get(), true);
        output.error({.code = ErrorCode::NotFound,
                      .what = {TIDEMARK_TEXT("test", "No \"%1\"."), {"\xff"}},
                      .next = {TIDEMARK_TEXT("test", "Look.")}});
        QCOMPARE(contents(file.get()),
                 std::string("{\"error\":\"not-found\",\"message\":\"No \\\"\xef\xbf\xbd\\\".\","
                             "\"hint\":\"Look.\"}\n"));
    }

private:
    static std::string contents(std::FILE* file)
    {
        std::string text(1000, '\0');
        std::rewind(file);
        text.resize(std::fread(text.data(), 1, text.size(), file));
        return text;
    }
};

QTEST_APPLESS_MAIN(TestHuman)
#include "tst_human.moc"
