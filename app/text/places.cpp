#include "app/text/places.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

qsizetype dotOf(const QString& fileName)
{
    const qsizetype dot = fileName.lastIndexOf(u'.');
    return dot > 0 ? dot : fileName.size();
}

bool isPlain(QChar c)
{
    return (c.unicode() < 128 && c.isLetterOrNumber()) || u"/._-+,:@%="_s.contains(c);
}

}  // namespace

QString shortPath(const QString& path, const QString& home)
{
    if (path == home) {
        return u"~"_s;
    }
    return path.startsWith(home + u'/') ? u'~' + path.sliced(home.size()) : path;
}

QString fromHome(const QString& path, const QString& home)
{
    return path.startsWith(u"~/"_s) ? home + path.sliced(1) : path;
}

QString placeOf(const storage::StorageAddress& address, const QString& home)
{
    return shortPath(QString::fromStdString(storage::describeAddress(address)), home);
}

QString placeInCommand(const storage::StorageAddress& address)
{
    const bool isFolder = address.kind == storage::StorageKind::Folder;
    return QString::fromStdString(isFolder ? address.path : storage::formatAddress(address));
}

QString nameOfPlace(const storage::StorageAddress& address)
{
    const QString path = QString::fromStdString(address.path);
    if (address.kind == storage::StorageKind::Zip) {
        return stemOf(fileNameOf(path));
    }
    const QString last = fileNameOf(path);
    return last.isEmpty() && !address.host.empty() ? QString::fromStdString(address.host) : last;
}

QString folderOf(const QString& path)
{
    const qsizetype slash = path.lastIndexOf(u'/');
    return slash > 0 ? path.first(slash) : u"/"_s;
}

QString fileNameOf(const QString& path)
{
    return path.sliced(path.lastIndexOf(u'/') + 1);
}

QString stemOf(const QString& fileName)
{
    return fileName.first(dotOf(fileName));
}

QString suffixOf(const QString& fileName)
{
    return fileName.sliced(dotOf(fileName));
}

QString shellWord(const QString& argument)
{
    if (!argument.isEmpty() && std::ranges::all_of(argument, isPlain)) {
        return argument;
    }
    return u'\'' + QString(argument).replace(u'\'', u"'\\''"_s) + u'\'';
}

}  // namespace tidemark::app
