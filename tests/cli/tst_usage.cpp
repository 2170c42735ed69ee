#include "app/cli/commands.h"
#include "tests/cli/program.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::cli;

class TestUsage : public QObject {
    Q_OBJECT

private slots:
    void everyCommandHasHelpWithAnExampleAndEachOption()
    {
        for (const CommandSpec& command : commands()) {
            const QString name = QString::fromUtf8(command.name.data());
            const Ran byOption = m_program.run({name, "--help"});
            const Ran byCommand = m_program.run({"help", name});
            QCOMPARE(byOption.status, 0);
            QCOMPARE(byOption.facts, byCommand.facts);
            QVERIFY(byOption.rest.isEmpty());
            QVERIFY(byOption.facts.startsWith("tidemarkctl " + name));
            QVERIFY(byOption.facts.contains("Example: tidemarkctl " + name));
            for (const auto options : {command.options, commonOptions()}) {
                for (const OptionSpec& option : options) {
                    QVERIFY(byOption.facts.contains(QString::fromUtf8(option.name.data())));
                }
            }
        }
    }

    void theOverviewNamesEveryCommand()
    {
        const Ran ran = m_program.run({"help"});
        QCOMPARE(ran.status, 0);
        for (const CommandSpec& command : commands()) {
            QVERIFY(ran.facts.contains("\n  " + QString::fromUtf8(command.name.data()) + " "));
        }
        QCOMPARE(m_program.run({"--help"}).facts, ran.facts);
        QCOMPARE(m_program.run({"-h"}).facts, ran.facts);
        QCOMPARE(m_program.run({"list", "-h"}).facts, m_program.run({"help", "list"}).facts);
        for (const char* const option : {"--help", "(-h)", "--json", "--version"}) {
            QVERIFY2(ran.facts.contains(option), option);
        }
    }

    void theVersionIsATextOrAnObject()
    {
        QVERIFY(m_program.run({"version"}).facts.startsWith("tidemarkctl "));
        QCOMPARE(m_program.run({"--version"}).facts, m_program.run({"version"}).facts);
        const auto lines = m_program.run({"version", "--json"}).lines();
        QCOMPARE(lines.size(), 1);
        QCOMPARE(lines[0]["program"].toString(), QString("tidemarkctl"));
        QVERIFY(!lines[0]["version"].toString().isEmpty());
    }

    void usageErrorsAreSentencesAndEndWithTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("nothing") << QStringList() << "No command is given.";
        QTest::newRow("unknown command") << QStringList{"ls"} << "There is no command \"ls\".";
        QTest::newRow("unknown help") << QStringList{"help", "ls"} << "There is no command \"ls\".";
        QTest::newRow("unknown option")
            << QStringList{"list", "x", "--all"} << "There is no option --all for list.";
        QTest::newRow("too few") << QStringList{"restore", "x"}
                                 << "Too few arguments: tidemarkctl restore STORAGE OUT [WHEN].";
        QTest::newRow("too many") << QStringList{"list", "x", "y"}
                                  << "\"y\" is one argument too many.";
        QTest::newRow("empty") << QStringList{"list", ""} << "An argument is empty.";
        QTest::newRow("no value") << QStringList{"list", "x", "--limit"}
                                  << "--limit needs a value: --limit N.";
        QTest::newRow("superfluous value")
            << QStringList{"list", "x", "--newest-first=yes"} << "--newest-first takes no value.";
        QTest::newRow("twice") << QStringList{"list", "x", "--limit=1", "--limit=2"}
                               << "--limit is given twice.";
        QTest::newRow("no moment")
            << QStringList{"plan", "x", "soon"} << "\"soon\" is not a moment.";
        QTest::newRow("no number")
            << QStringList{"plan", "x", "--txid", "0"} << "\"0\" is not a transaction number.";
        QTest::newRow("two moments") << QStringList{"plan", "x", "latest", "--txid", "4"}
                                     << "The moment is given more than once.";
        QTest::newRow("a time alone") << QStringList{"plan", "x", "--time", "txid:4"}
                                      << "\"txid:4\" is a moment, but not a time.";
        for (const char* const when : {"-5m", "latest", "txid:5", "mark:x"}) {
            QTest::newRow(when) << QStringList{"restore", "x", when}
                                << QString(
                                       "\"%1\" is a moment, not a file: say where the database "
                                       "goes.")
                                       .arg(when);
        }
        QTest::newRow("the wrong way round")
            << QStringList{"restore", "x", "-5m", "out.db"}
            << "\"-5m\" is a moment, not a file: say where the database goes.";
        QTest::newRow("a mark like a moment")
            << QStringList{"mark", "x", "latest"}
            << "\"latest\" is a moment by itself, so a mark of that name would be taken for it.";
        QTest::newRow("a mark like a time")
            << QStringList{"mark", "x", "2026-11-22 17:00"}
            << "\"2026-11-22 17:00\" is a moment by itself, so a mark of that name would be taken "
               "for it.";
        QTest::newRow("no check") << QStringList{"restore", "x", "y", "--check", "deep"}
                                  << "There is no check \"deep\".";
        QTest::newRow("all and one") << QStringList{"verify", "x", "txid:4", "--all"}
                                     << "--all and \"txid:4\" exclude each other.";
        QTest::newRow("all and a check") << QStringList{"verify", "x", "--all", "--check", "full"}
                                         << "--all and --check exclude each other.";
        QTest::newRow("mark and number")
            << QStringList{"restore", "x", "y", "mark:a", "--txid", "4"}
            << "The moment is given more than once.";
        QTest::newRow("no mark") << QStringList{"plan", "x", "mark:"}
                                 << "The name of a mark has 1 to 200 bytes.";
        QTest::newRow("a mark of two lines")
            << QStringList{"mark", "x", "a\nb"}
            << "The name of a mark is UTF-8 without control characters.";
        QTest::newRow("database alone")
            << QStringList{"replicate", "a.db"}
            << "Nothing to follow: a database and a storage, or --config, is needed.";
        QTest::newRow("no way to keep") << QStringList{"replicate", "a.db", "x", "--keep", "some"}
                                        << "\"some\" does not say what is to be kept.";
        QTest::newRow("to keep, and a file")
            << QStringList{"replicate", "--config", "y", "--keep", "everything"}
            << "--config and --keep exclude each other.";
        QTest::newRow("no way to keep it")
            << QStringList{"retention", "x", "--keep", "time-machine:"}
            << "\"time-machine:\" does not say what is to be kept.";
        QTest::newRow("both") << QStringList{"replicate", "a.db", "x", "--config", "y"}
                              << "--config and \"a.db\" exclude each other.";
    }
    void usageErrorsAreSentencesAndEndWithTwo()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, sentence);
        const Ran asText = m_program.run(arguments);
        QCOMPARE(asText.status, 2);
        QVERIFY(asText.facts.isEmpty());
        QCOMPARE(asText.rest.section('\n', 0, 0), "tidemarkctl: " + sentence);
        QVERIFY(!asText.rest.section('\n', 1, 1).isEmpty());
        if (arguments.isEmpty()) {
            return;
        }
        const Ran asJson =
            m_program.run(arguments.mid(0, 1) + QStringList{"--json"} + arguments.mid(1));
        QCOMPARE(asJson.status, 2);
        QCOMPARE(asJson.error()["error"].toString(), QString("usage"));
        QCOMPARE(asJson.error()["message"].toString(), sentence);
        QVERIFY(!asJson.error()["hint"].toString().isEmpty());
    }

    void anAnswerThatCannotBeWrittenIsAFailure()
    {
        for (const QStringList& arguments :
             {QStringList{"version"}, QStringList{"help"}, QStringList{"list", "--help"}}) {
            QProcess process;
            m_program.prepare(process, arguments);
            process.setStandardOutputFile("/dev/full");
            process.start();
            const Ran ran = Program::finished(process);
            QCOMPARE(ran.status, 1);
            QVERIFY2(ran.rest.startsWith("tidemarkctl: The output could not be written in full: "),
                     qPrintable(ran.rest));
        }
    }

    void whereAKeyIsGivenIsSaidToWhoHasNone()
    {
        const Ran ran = m_program.run({"list", "s3://bucket/path"});
        QCOMPARE(ran.status, 6);
        QVERIFY2(ran.rest.contains("AWS_ACCESS_KEY_ID"), qPrintable(ran.rest));
    }

private:
    Program m_program;
};

QTEST_GUILESS_MAIN(TestUsage)
#include "tst_usage.moc"
