#include "app/cli/commands.h"
#include "core/engine/protection.h"

#include <QFile>
#include <QTest>

using namespace tidemark::cli;
using tidemark::engine::Protection;

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
        const QString text = contents(file);
        QVERIFY(!text.isEmpty());
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

    void theManPageNamesWhatEveryProgramTakes()
    {
        const QString text = contents("man/tidemarkctl.1");
        for (const char* const word : {"\\-\\-version", "\\-h", "XDG_RUNTIME_DIR"}) {
            QVERIFY2(text.contains(word), word);
        }
    }

    void theManPageExplainsEveryState()
    {
        const QString text = contents("man/tidemarkctl.1");
        for (int state = 0; state <= static_cast<int>(Protection::NotSetUp); ++state) {
            QString name = QString::fromUtf8(codeName(static_cast<Protection>(state)).data());
            QVERIFY2(text.contains("\n.B " + name.replace("-", "\\-") + "\n"), qPrintable(name));
        }
    }

    void theSynopsisNamesEveryWayToSayAMoment()
    {
        const QString synopsis =
            contents("man/tidemarkctl.1").section(".SH SYNOPSIS", 1).section(".SH", 0, 0);
        for (const char* const command : {"plan", "restore", "verify", "mark"}) {
            const QString own = synopsis.section(QString(".B tidemarkctl %1\n").arg(command), 1)
                                    .section(".br\n", 0, 0);
            for (const char* const option : {"latest", "txid", "time", "mark"}) {
                QVERIFY2(own.contains(QString("\\-\\-%1").arg(option)), qPrintable(own));
            }
        }
    }

private:
    /// Of a file below installer/.
    static QString contents(const QString& name)
    {
        QFile file(QString(TIDEMARK_ROOT "/installer/") + name);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
};

QTEST_APPLESS_MAIN(TestCompletions)
#include "tst_completions.moc"
