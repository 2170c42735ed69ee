#include "core/base/small_file.h"

#include "core/base/posix_file_system.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace tidemark;

class TestSmallFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder.filePath(name).toStdString();
    }

private slots:
    void allOfItIsRead()
    {
        QFile file(m_folder.filePath("small"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("12345") == 5);
        file.close();
        QVERIFY(readSmallFile(m_files, path("small"), 5).value() == "12345");
        QCOMPARE(readSmallFile(m_files, path("small"), 4).error().code, ErrorCode::Damaged);
    }

    void whatIsNotThereIsEmpty() { QVERIFY(!readSmallFile(m_files, path("none"), 5).value()); }

    void whatIsNoFileIsNotWaitedFor()
    {
        QVERIFY(::mkfifo(path("pipe").c_str(), 0600) == 0);
        QCOMPARE(readSmallFile(m_files, path("pipe"), 5).error().code, ErrorCode::Damaged);
        QCOMPARE(readSmallFile(m_files, m_folder.path().toStdString(), 1 << 20).error().code,
                 ErrorCode::Damaged);
    }
};

QTEST_APPLESS_MAIN(TestSmallFile)
#include "tst_small_file.moc"
