#include "app/engine/program.h"
#include "app/engine/signals.h"
#include "core/base/process.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QQuickStyle>
#include <QTextStream>
#include <QTranslator>

using namespace Qt::StringLiterals;
using namespace tidemark;

namespace {

/// What the command line asks for.
struct Wishes {
    bool background = false;
    app::InstanceRequest request = {};
};

Wishes parse(const QApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "Keeps every moment of your SQLite databases."));
    const QCommandLineOption background(
        u"background"_s,
        QCoreApplication::translate("main", "Start in the tray, without a window."));
    parser.addOption(background);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(u"file"_s,
                                 QCoreApplication::translate("main", "A database to protect."),
                                 u"[add] [file]"_s);
    parser.process(application);

    Wishes wishes{.background = parser.isSet(background)};
    QStringList files = parser.positionalArguments();
    if (files.size() > 1 && files.constFirst() == u"add"_s) {
        files.removeFirst();
    }
    if (!files.isEmpty()) {
        wishes.request.addFile = QDir::current().absoluteFilePath(files.constFirst());
    }
    wishes.request.activationToken = qEnvironmentVariable("XDG_ACTIVATION_TOKEN");
    return wishes;
}

int complain(const Error& error)
{
    QTextStream(stderr) << QString::fromStdString(inEnglish(error.what)) << '\n'
                        << QString::fromStdString(inEnglish(error.next)) << '\n';
    return exitCode(error.code);
}

}  // namespace

int main(int argc, char* argv[])
{
    const app::Signals signalsToQuit(
        [] { QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection); });
    raiseOpenFileLimit();
#ifndef Q_OS_MACOS
    QQuickStyle::setStyle(u"Fusion"_s);
#endif
    const QApplication application(argc, argv);  // The tray's menu is a widget.
    QApplication::setApplicationName(u"Tidemark"_s);
    QApplication::setApplicationVersion(QStringLiteral(TIDEMARK_VERSION));
    QApplication::setDesktopFileName(u"dev.tidemark.Tidemark"_s);
    QApplication::setQuitOnLastWindowClosed(false);
#ifndef Q_OS_MACOS
    QApplication::setStyle(u"Fusion"_s);
#endif

    QTranslator words;
    if (words.load(QLocale(), u"tidemark"_s, u"_"_s, u":/i18n"_s) ||
        words.load(u":/i18n/tidemark_en"_s)) {
        QCoreApplication::installTranslator(&words);
    }

    const Wishes wishes = parse(application);
    app::Program program(app::placesOfUser());
    if (const Status taken = program.becomeInstance(); !taken.ok()) {
        if (taken.error().code != ErrorCode::Busy) {
            return complain(taken.error());
        }
        const Status passed = program.passOn(wishes.request);
        return passed.ok() ? 0 : complain(passed.error());
    }
    program.start(wishes.background);
    if (!wishes.request.addFile.isEmpty()) {
        program.answer(wishes.request);
    }
    return QApplication::exec();
}
