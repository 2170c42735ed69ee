#include "app/desktop/real_desktop.h"

#include "app/desktop/plain_icon_provider.h"
#include "app/text/places.h"

#include <QClipboard>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDesktopServices>
#include <QFileDialog>
#include <QGuiApplication>
#include <QUrl>
#include <QWindow>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

PlainIconProvider& icons()
{
    static PlainIconProvider provider;  // Dialogs borrow it.
    return provider;
}

}  // namespace

void RealDesktop::showInFolder(const QString& path)
{
    // https://www.freedesktop.org/wiki/Specifications/file-manager-interface/
    QDBusMessage call = QDBusMessage::createMethodCall(
        u"org.freedesktop.FileManager1"_s, u"/org/freedesktop/FileManager1"_s,
        u"org.freedesktop.FileManager1"_s, u"ShowItems"_s);
    call << QStringList{QUrl::fromLocalFile(path).toString(QUrl::FullyEncoded)} << QString();
    auto* const answer =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [answer, path] {
        answer->deleteLater();
        if (QDBusPendingReply<>(*answer).isError()) {
            QDesktopServices::openUrl(QUrl::fromLocalFile(folderOf(path)));
        }
    });
}

void RealDesktop::copy(const QString& text)
{
    QGuiApplication::clipboard()->setText(text);
}

void RealDesktop::pickFile(const QString& title, const QString& startFolder,
                           std::function<void(QString)> picked)
{
    pick(title, startFolder, false, std::move(picked));
}

void RealDesktop::pickFolder(const QString& title, const QString& startFolder,
                             std::function<void(QString)> picked)
{
    pick(title, startFolder, true, std::move(picked));
}

void RealDesktop::pick(const QString& title, const QString& startFolder, bool folder,
                       std::function<void(QString)> picked)
{
    auto* const dialog = new QFileDialog(nullptr, title, startFolder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setOption(QFileDialog::DontResolveSymlinks);
    dialog->setIconProvider(&icons());
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    dialog->setOption(QFileDialog::ShowDirsOnly, folder);
    if (!folder) {
        dialog->setNameFilters(
            {tr("SQLite databases (*.db *.sqlite *.sqlite3 *.db3 *.s3db)"), tr("All files (*)")});
    }
    connect(dialog, &QFileDialog::fileSelected, this,
            [picked = std::move(picked)](const QString& path) { picked(path); });
    dialog->winId();  // Makes the window that the transient parent is set on.
    dialog->windowHandle()->setTransientParent(m_window);
    dialog->setWindowModality(Qt::ApplicationModal);
    dialog->open();
}

}  // namespace tidemark::app
