#include "app/cli/commands.h"

#include <QFile>
#include <QTest>

using namespace tidemark::cli;

/// Completions and man page name whatever the table of commands has.
class TestCompletions : public QObject {
    Q_OBJECT

private slots:
    void everyCommandAndOptionIsThere_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("prefix");
        QTest::newRow("bash") << "completions/tidemarkctl.bash"
                              << "--";
        QTest::newRow("zsh") << "completions/_tidemarkctl"
                             << "--";
        QTest::newRow("fish") << "completions/tidemarkctl.fish"
                              << "-l ";
        QTest::newRow("man") << "man/tidemarkctl.1"
                             << "\\-\\-";
    }
    void everyCommandAndOptionIsThere()
    {
        QFETCH(QString, file);
        QFETCH(QString, prefix);
        QFile opened(QString(TIDEMARK_ROOT "/installer/") + file);
        QVERIFY(opened.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(opened.readAll());
        for (const CommandSpec& command : commands()) {
            const QString name = QString::fromUtf8(command.name.data());
            QVERIFY2(text.contains(name), qPrintable(name));
            for (const auto options : {command.options, commonOptions()}) {
                for (const OptionSpec& option : options) {
                    QString bare = QString::fromUtf8(option.name.data()).mid(2);
                    if (prefix.startsWith('\\')) {
                        bare.replace("-", "\\-");
                    }
                    QVERIFY2(text.contains(prefix + bare), qPrintable(bare));
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestCompletions)
#include "tst_completions.moc"
