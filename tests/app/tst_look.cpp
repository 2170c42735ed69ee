#include "app/desktop/look.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark::app;
using namespace Qt::StringLiterals;
using Mode = Look::Mode;

namespace {

/// A look on a desktop whose palette is the test's.
struct Desktop {
    QPalette palette;
    Look look{[this] { return palette; }};

    void turn(Qt::GlobalColor window) { palette.setColor(QPalette::Window, window); }
    /// As the portal says it: 0 is no preference.
    void prefers(const char* key, uint number)
    {
        QMetaObject::invokeMethod(
            &look, "onPortalSetting", Q_ARG(QString, u"org.freedesktop.appearance"_s),
            Q_ARG(QString, QString::fromLatin1(key)), Q_ARG(QDBusVariant, QDBusVariant(number)));
    }
};

}  // namespace

class TestLook : public QObject {
    Q_OBJECT

private slots:
    void whatTheDesktopPrefersIsShown()
    {
        Desktop desktop;
        desktop.turn(Qt::white);
        desktop.prefers("color-scheme", 1);
        QCOMPARE(desktop.look.mode(), Mode::Dark);
        desktop.prefers("color-scheme", 2);
        QCOMPARE(desktop.look.mode(), Mode::Light);
    }

    void noPreferenceLeavesItToThePalette()
    {
        Desktop desktop;
        desktop.turn(Qt::black);
        desktop.prefers("color-scheme", 0);
        QCOMPARE(desktop.look.mode(), Mode::Dark);
        desktop.turn(Qt::white);
        desktop.prefers("color-scheme", 0);
        QCOMPARE(desktop.look.mode(), Mode::Light);
    }

    void highContrastIsTheDesktopsOwnPaletteAsItIsNow()
    {
        Desktop desktop;
        QVERIFY(QGuiApplication::palette().resolveMask() != 0);
        desktop.prefers("contrast", 1);
        QCOMPARE(desktop.look.mode(), Mode::HighContrast);
        // Nothing of it is set by us, so Qt goes on following the desktop.
        QCOMPARE(QGuiApplication::palette().resolveMask(), 0U);
        desktop.prefers("contrast", 0);
        QVERIFY(QGuiApplication::palette().resolveMask() != 0);
    }

    void whatThePersonChoseWins()
    {
        Desktop desktop;
        desktop.look.setChoice(Look::Choice::Light);
        QSignalSpy changes(&desktop.look, &Look::modeChanged);
        desktop.prefers("color-scheme", 1);
        desktop.prefers("contrast", 1);
        QCOMPARE(desktop.look.mode(), Mode::Light);
        QVERIFY(changes.empty());
    }
};

QTEST_MAIN(TestLook)
#include "tst_look.moc"
