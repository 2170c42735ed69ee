#include "core/engine/log_fit.h"

#include "core/base/byte_order.h"
#include "core/base/posix_file_system.h"
#include "core/ltx/state_digest.h"
#include "core/sqlite/page_snapshot.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>
#include <QTest>

#include <memory>
#include <optional>
#include <span>
#include <vector>

using namespace tidemark;
using namespace tidemark::engine;

namespace {

sqlite::Salts saltsOf(std::uint32_t first)
{
    sqlite::Salts salts;
    storeBigEndian<std::uint32_t>(std::span(salts.bytes).first<4>(), first);
    return salts;
}

}  // namespace

/// A database whose log holds its third page, all of which is captured.
class TestLogFit : public QObject {
    Q_OBJECT

    std::unique_ptr<sqlite::Source> m_source;
    std::unique_ptr<sqlite::SqliteShell> m_application;
    mutable PosixFileSystem m_files;
    FollowedLog m_followed;
    state::PageChecksums m_known;

    [[nodiscard]] sqlite::WalRange log() const
    {
        const auto wal = m_files.open(m_source->name() + "-wal", OpenFor::Reading, kPrivateFile);
        return sqlite::WalReader(*wal.value()).recover().value();
    }

    /// Of the file as it lies there.
    [[nodiscard]] std::uint64_t hashInFile(std::uint32_t page) const
    {
        const auto file = sqlite::Connection::openToRead(m_source->name());
        std::vector<std::byte> bytes(4096);
        const bool isRead = file.value()->readFile(bytes, std::uint64_t{page - 1} * 4096).ok();
        return isRead ? ltx::pageHash(page, bytes) : 0;
    }

    /// The database with `page` changed, in its place.
    void putOther(std::uint32_t page) const
    {
        QFile file(m_source->path());
        QVERIFY(file.open(QFile::ReadWrite) && file.seek(qint64{page} * 4096 - 5));
        QCOMPARE(file.write("other"), qint64{5});
    }

    [[nodiscard]] Fit fit() const
    {
        const auto file = sqlite::Connection::openToRead(m_source->name());
        return fitOf(*file.value(), log(), m_followed, m_known, {}).value();
    }

private slots:
    void init()
    {
        m_source = std::make_unique<sqlite::Source>();
        m_application = std::make_unique<sqlite::SqliteShell>(m_source->path());
        m_application->run(
            "PRAGMA wal_autocheckpoint=0; CREATE TABLE u(x); INSERT INTO u VALUES (zeroblob(9));"
            "PRAGMA wal_checkpoint(TRUNCATE)");
        m_application->run("UPDATE u SET x = 'new'");
        const auto pages = sqlite::PageSnapshot::begin(m_files, m_source->name()).value();
        m_known = state::PageChecksums(pages->pageSizeBytes());
        m_known.resize(pages->pageCount());
        std::vector<std::byte> bytes(pages->pageSizeBytes());
        for (std::uint32_t page = 1; page <= pages->pageCount(); ++page) {
            QVERIFY(pages->read(page, 1, bytes).ok());
            m_known.set(page, ltx::pageHash(page, bytes));
        }
        const sqlite::WalRange all = log();
        QCOMPARE(all.pages.size(), std::size_t{1});
        QCOMPARE(all.pages.front().pageNumber, 3U);
        m_followed = {.salts = all.to.salts, .frame = all.to.frame};
        // Whoever kills it leaves the log.
        m_application->kill();
    }

    void theFileItselfFits() { QCOMPARE(fit(), Fit::Yes); }

    void aPageOutsideTheLogIsNotWhatItWas()
    {
        putOther(2);
        QCOMPARE(fit(), Fit::No);
    }

    void aPageUnderneathTheLogIsAskedForWhereItIsKnown()
    {
        putOther(3);
        QCOMPARE(fit(), Fit::Yes);
        m_followed.pageSizeBytes = m_known.pageSizeBytes();
        m_followed.underneath = {{3, hashInFile(3)}};
        QCOMPARE(fit(), Fit::Yes);
        m_followed.underneath = {{3, hashInFile(3) + 1}};
        QCOMPARE(fit(), Fit::No);
    }

    void ofALogThatWasNotCapturedItIsOnlyKnownThatItIsNotOfThisFile()
    {
        m_followed.isCaptured = false;
        QCOMPARE(fit(), Fit::Unknown);
        m_followed.pageSizeBytes = m_known.pageSizeBytes();
        m_followed.underneath = {{3, hashInFile(3)}};
        QCOMPARE(fit(), Fit::Unknown);
        m_followed.underneath = {{3, hashInFile(3) + 1}};
        QCOMPARE(fit(), Fit::No);
    }

    void ofAWholeLogEachPageIsInTheFile()
    {
        m_followed.isWhole = true;
        QCOMPARE(fit(), Fit::No);
        sqlite::SqliteShell application(m_source->path());
        application.run("PRAGMA wal_checkpoint");
        application.kill();
        QCOMPARE(fit(), Fit::Yes);
    }

    void anotherPageSizeOrModeIsAnotherFile()
    {
        for (const char* const pragma : {"PRAGMA page_size=512", "PRAGMA journal_mode=DELETE"}) {
            init();
            const QString other = m_source->folder() + "/other.db";
            sqlite::SqliteShell(other).run(QString(pragma) + "; CREATE TABLE t(x)");
            QVERIFY(QFile::remove(m_source->path()) && QFile::rename(other, m_source->path()));
            QCOMPARE(fit(), Fit::No);
        }
    }

    void aLogThatGoesOnIsNotJudged()
    {
        putOther(2);
        m_followed.frame += 1;
        QVERIFY(goesOn(log(), m_followed));
        QCOMPARE(fit(), Fit::Unknown);
        m_followed.frame -= 1;
        m_followed.salts = saltsOf(1);
        QCOMPARE(fit(), Fit::Unknown);
    }

    void anEmptyLogFitsAnyFile()
    {
        putOther(2);
        QFile wal(m_source->path() + "-wal");
        QVERIFY(wal.resize(0));
        QVERIFY(!goesOn(log(), m_followed));
        QCOMPARE(fit(), Fit::Yes);
    }

    void aLogThatWasBegunAnewIsLater()
    {
        QVERIFY(isSameOrLater(saltsOf(7), saltsOf(7)));
        QVERIFY(isSameOrLater(saltsOf(7), saltsOf(9)));
        QVERIFY(!isSameOrLater(saltsOf(7), saltsOf(6)));
        QVERIFY(isSameOrLater(saltsOf(0xffffffff), saltsOf(1)));
        QVERIFY(!isSameOrLater(saltsOf(7), saltsOf(0x80000000)));
    }
};

QTEST_GUILESS_MAIN(TestLogFit)
#include "tst_log_fit.moc"
