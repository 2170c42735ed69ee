#include "app/desktop/plain_icon_provider.h"

#include <QApplication>
#include <QFileInfo>
#include <QStyle>

namespace tidemark::app {
namespace {

QIcon standard(QStyle::StandardPixmap which)
{
    return QApplication::style()->standardIcon(which);
}

}  // namespace

QIcon PlainIconProvider::icon(IconType type) const
{
    switch (type) {
    case Computer: return standard(QStyle::SP_ComputerIcon);
    case Desktop: return standard(QStyle::SP_DesktopIcon);
    case Trashcan: return standard(QStyle::SP_TrashIcon);
    case Network: return standard(QStyle::SP_DriveNetIcon);
    case Drive: return standard(QStyle::SP_DriveHDIcon);
    case Folder: return standard(QStyle::SP_DirIcon);
    case File: return standard(QStyle::SP_FileIcon);
    }
    return {};
}

QIcon PlainIconProvider::icon(const QFileInfo& file) const
{
    return icon(file.isDir() ? Folder : File);
}

QString PlainIconProvider::type(const QFileInfo& file) const
{
    return file.isDir() ? QApplication::translate("FileDialog", "Folder")
                        : QApplication::translate("FileDialog", "File");
}

}  // namespace tidemark::app
