#include "tests/app/english.h"

#include <QQmlEngine>
#include <QtQuickTest>

using namespace Qt::StringLiterals;

/// Gives the tests the product's modules and words.
class Setup : public QObject {
    Q_OBJECT

public slots:
    void applicationAvailable() { tidemark::app::tests::speakEnglish(); }
    void qmlEngineAvailable(QQmlEngine* engine) { engine->addImportPath(u"qrc:/qt/qml"_s); }
};

QUICK_TEST_MAIN_WITH_SETUP(ui, Setup)
#include "main.moc"
