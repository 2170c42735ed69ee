#include "core/base/folder_watcher.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <mutex>
#include <set>

using namespace tidemark;

namespace {

/// What a watcher told.
class News {
public:
    [[nodiscard]] FolderWatcher::Changed take()
    {
        return [this](std::string_view name, bool isFolder) {
            const std::scoped_lock lock(m_mutex);
            m_names.insert(std::string(name) + (isFolder ? "/" : ""));
        };
    }

    [[nodiscard]] bool has(const std::string& name)
    {
        const std::scoped_lock lock(m_mutex);
        return m_names.contains(name);
    }

private:
    std::mutex m_mutex;
    std::set<std::string> m_names;
};

void write(const QString& path)
{
    QFile file(path);
    if (file.open(QFile::WriteOnly | QFile::Append)) {
        file.write("x");
    }
}

}  // namespace

class TestFolderWatcher : public QObject {
    Q_OBJECT

private slots:
    void filesAndFoldersThatComeAndGoAreTold()
    {
        const QTemporaryDir folder;
        News news;
        FolderWatcher watcher(news.take());
        QVERIFY(watcher.watch(folder.path().toStdString()).ok());
        write(folder.filePath("new.db"));
        QVERIFY(QDir(folder.path()).mkdir("below"));
        QTRY_VERIFY(news.has("new.db") && news.has("below/"));
        QVERIFY(QFile::rename(folder.filePath("new.db"), folder.filePath("moved.db")));
        QTRY_VERIFY(news.has("moved.db"));
        write(folder.filePath("below/inner.db"));
        write(folder.filePath("last.db"));
        QTRY_VERIFY(news.has("last.db"));
        QVERIFY(!news.has("inner.db"));
    }

    void aFolderIsToldOfUntilItIsNotWatchedAnyMore()
    {
        const QTemporaryDir first;
        const QTemporaryDir second;
        News news;
        FolderWatcher watcher(news.take());
        for (int i = 0; i < 2; ++i) {
            QVERIFY(watcher.watch(first.path().toStdString()).ok());
        }
        QVERIFY(watcher.watch(second.path().toStdString()).ok());
        watcher.unwatch(first.path().toStdString());
        watcher.unwatch("/never/watched");
        write(first.filePath("unheard"));
        write(second.filePath("heard"));
        QTRY_VERIFY(news.has("heard"));
        QVERIFY(!news.has("unheard"));
    }

    void theEndOfTheFolderItselfIsTold()
    {
        News news;
        FolderWatcher watcher(news.take());
        QTemporaryDir folder;
        QVERIFY(watcher.watch(folder.path().toStdString()).ok());
        QVERIFY(folder.remove());
        QTRY_VERIFY(news.has(""));
    }

    void whatIsNoFolderIsAFailure()
    {
        const QTemporaryDir folder;
        write(folder.filePath("file"));
        FolderWatcher watcher([](std::string_view, bool) {});
        QVERIFY(watcher.watch(folder.filePath("none").toStdString()).error().code ==
                ErrorCode::NotFound);
        QVERIFY(watcher.watch(folder.filePath("file").toStdString()).error().code ==
                ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestFolderWatcher)
#include "tst_folder_watcher.moc"
