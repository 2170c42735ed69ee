#include "core/sqlite/page_sample.h"

#include "core/base/posix_file_system.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>

#include <array>

using namespace tidemark::sqlite;
using tidemark::ErrorCode;
using tidemark::PosixFileSystem;

class TestPageSample : public QObject {
    Q_OBJECT

    PosixFileSystem m_files;

    /// Of a file that nobody has open.
    static QByteArray pageOf(const Source& source, int number)
    {
        QFile file(source.path());
        if (!file.open(QFile::ReadOnly)) {
            return {};
        }
        return file.readAll().mid((number - 1) * 4096, 4096);
    }
    static QByteArray bytes(const std::vector<std::byte>& page)
    {
        return {reinterpret_cast<const char*>(page.data()), static_cast<int>(page.size())};
    }

private slots:
    void thePagesAreThoseThatAreCommitted_data()
    {
        QTest::addColumn<bool>("wal");
        QTest::newRow("WAL") << true;
        QTest::newRow("rollback journal") << false;
    }
    void thePagesAreThoseThatAreCommitted()
    {
        QFETCH(bool, wal);
        const Source source(wal);
        std::array<std::uint32_t, 4> numbers{1, 2, 3, 1000};
        std::map<std::uint32_t, std::vector<std::byte>> pages;
        {
            SqliteShell application(source.path());
            application.run("CREATE TABLE more(v); INSERT INTO more VALUES('two')");
            const auto sample = readSample(m_files, source.name(), numbers);
            QVERIFY(sample.ok());
            QCOMPARE(sample.value().pageSizeBytes, 4096U);
            pages = sample.value().pages;
            QCOMPARE(application.run("INSERT INTO more VALUES('three')"), QString());
        }
        QCOMPARE(pages.size(), std::size_t{3});
        QCOMPARE(bytes(pages.at(2)), pageOf(source, 2));
        QVERIFY(bytes(pages.at(3)).contains("two") && !bytes(pages.at(3)).contains("three"));
    }

    void aWriterInRollbackModeStandsInTheWay()
    {
        const Source source(false);
        SqliteShell application(source.path());
        application.run("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t(v) VALUES(1)");
        const std::array<std::uint32_t, 1> numbers{1};
        const auto sample = readSample(m_files, source.name(), numbers);
        QVERIFY(!sample.ok() && sample.error().code == ErrorCode::Busy);
    }
};

QTEST_GUILESS_MAIN(TestPageSample)
#include "tst_page_sample.moc"
