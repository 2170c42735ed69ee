#include "core/base/posix_file_system.h"
#include "core/storage/temporary_file.h"
#include "tests/support/passing_file_system.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

/// A disk on which somebody else's removeLeftovers() has the fresh names locked.
class ContendedFileSystem final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override
    {
        if (m_busy > 0) {
            --m_busy;
            return Error{.code = ErrorCode::Busy};
        }
        return PassingFileSystem::lock(path);
    }

    void keepBusy(int times) { m_busy = times; }

private:
    int m_busy = 0;
};

}  // namespace

class TestTemporaryFile : public QObject {
    Q_OBJECT

    PosixFileSystem m_real;
    SeededRandom m_random{1};

private slots:
    void aNameThatSomebodyTidiesAwayIsFollowedByAnother()
    {
        const QTemporaryDir folder;
        const std::string stem = folder.path().toStdString() + "/";
        ContendedFileSystem files(m_real);
        files.keepBusy(2);
        const auto made = TemporaryFile::make(files, m_random, stem);
        QVERIFY(made.ok());
        QVERIFY(m_real.stat(made.value().path()).value().has_value());
    }

    void itIsNotTriedForEver()
    {
        const QTemporaryDir folder;
        ContendedFileSystem files(m_real);
        files.keepBusy(1000);
        const auto made = TemporaryFile::make(files, m_random, folder.path().toStdString() + "/");
        QVERIFY(!made.ok() && made.error().code == ErrorCode::Busy);
    }

    void itGoesWithItsHandle()
    {
        const QTemporaryDir folder;
        const std::string stem = folder.path().toStdString() + "/";
        QVERIFY(TemporaryFile::make(m_real, m_random, stem).ok());
        QVERIFY(m_real.list(folder.path().toStdString()).value().empty());
    }
};

QTEST_APPLESS_MAIN(TestTemporaryFile)
#include "tst_temporary_file.moc"
