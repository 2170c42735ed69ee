#include "app/desktop/tray.h"

#include <QApplication>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>

using namespace tidemark::app;
using namespace Qt::StringLiterals;

namespace {

/// The menu that the desktop would show.
QMenu* menu()
{
    for (QWidget* const widget : QApplication::topLevelWidgets()) {
        if (auto* const found = qobject_cast<QMenu*>(widget)) {
            return found;
        }
    }
    return nullptr;
}

QStringList lines()
{
    QStringList lines;
    for (const QAction* const action : menu()->actions()) {
        lines << (action->isSeparator() ? u"-"_s : action->text());
    }
    return lines;
}

TrayText twoDatabases()
{
    return {.worst = Protection::State::AtRisk,
            .sentence = u"shop.db is at risk."_s,
            .databases = {u"notes.db: Protected"_s, u"shop.db: At risk"_s}};
}

}  // namespace

class TestTray : public QObject {
    Q_OBJECT

public:
    /// No bus, hence no tray, whatever desktop the tests are run on.
    static void initMain() { qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"); }

private slots:
    void theSentenceStandsAboveALineADatabase()
    {
        Tray tray;
        tray.show(twoDatabases());
        QCOMPARE(lines(),
                 (QStringList{u"shop.db is at risk."_s, u"-"_s, u"notes.db: Protected"_s,
                              u"shop.db: At risk"_s, u"-"_s, u"Open Tidemark"_s, u"Quit…"_s}));
        QVERIFY(!menu()->actions().constFirst()->isEnabled());
    }

    void withoutDatabasesThereIsStillAWayInAndOut()
    {
        Tray tray;
        tray.show({.sentence = u"No database is protected yet."_s});
        QCOMPARE(lines(), (QStringList{u"No database is protected yet."_s, u"-"_s,
                                       u"Open Tidemark"_s, u"Quit…"_s}));
    }

    void eachLineLeadsToItsDatabase()
    {
        Tray tray;
        QSignalSpy wanted(&tray, &Tray::databaseRequested);
        tray.show(twoDatabases());
        menu()->actions()[3]->trigger();
        QCOMPARE(wanted.takeFirst().constFirst().toInt(), 1);
    }

    void openAndQuitAreAskedFor()
    {
        Tray tray;
        QSignalSpy open(&tray, &Tray::openRequested);
        QSignalSpy quit(&tray, &Tray::quitRequested);
        tray.show(twoDatabases());
        menu()->actions()[5]->trigger();
        menu()->actions()[6]->trigger();
        QCOMPARE(open.size(), 1);
        QCOMPARE(quit.size(), 1);
    }

    void theAgesAreThoseOfTheMomentAtWhichItOpens()
    {
        Tray tray;
        QSignalSpy opens(&tray, &Tray::aboutToShow);
        menu()->popup({});
        QCOMPARE(opens.size(), 1);
        menu()->close();
    }

    void withoutAHostThereIsNoIconToComeBackBy()
    {
        const Tray tray;
        QVERIFY(!tray.available());
    }
};

QTEST_MAIN(TestTray)
#include "tst_tray.moc"
