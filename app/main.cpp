#include "app/engine/program.h"
#include "app/engine/signals.h"
#include "core/base/process.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QQuickStyle>
#include <QTextStream>
#include <QTranslator>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace tidemark;

namespace {

/// What the command line asks for.
struct Wishes {
    bool background = false;
    app::InstanceRequest request = {};
};

Wishes parse(const QCoreApplication& application)
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
    parser.addPositionalArgument(
        u"file"_s,
        QCoreApplication::translate("main",
                                    "A database to protect: Tidemark, also one that runs already, "
                                    "opens its form. The word add in front of it changes nothing "
                                    "and may be left out."),
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

/// Whether only a text is wanted, which needs no display.
bool asksForText(int argc, char* argv[])
{
    const QStringList texts{u"--help"_s, u"-h"_s, u"--help-all"_s, u"--version"_s, u"-v"_s};
    return std::any_of(argv + 1, argv + argc, [&texts](const char* word) {
        return texts.contains(QString::fromLocal8Bit(word));
    });
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
    QCoreApplication::setApplicationName(u"Tidemark"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(TIDEMARK_VERSION));
    if (asksForText(argc, argv)) {
        const QCoreApplication application(argc, argv);
        parse(application);  // Prints it, and ends.
        return 0;
    }
    const app::Signals signalsToQuit(
        [] { QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection); });
    raiseOpenFileLimit();
#ifndef Q_OS_MACOS
    QQuickStyle::setStyle(u"Fusion"_s);
#endif
    const QApplication application(argc, argv);  // The tray's menu is a widget.
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
