#include "tests/app/english.h"

#include <QApplication>
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

/// An application with widgets, as the product's: the keys of Qt Test ask for it.
int main(int argc, char* argv[])
{
    const QApplication application(argc, argv);
    Setup setup;
    return quick_test_main_with_setup(argc, argv, "ui", nullptr, &setup);
}
#include "main.moc"
