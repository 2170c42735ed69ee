#include "core/sqlite/connection.h"
#include "tests/support/sqlite_shell.h"

#include <QFile>
#include <QProcess>

#include <optional>

using namespace tidemark;
using namespace tidemark::sqlite;

/// The application is another process; what is told of are two connections of this one.
class TestOpenDatabase : public QObject {
    Q_OBJECT

private slots:
    void manyConnectionsToTheSameFilesAreOpen()
    {
        const Source source;
        const auto first = reading(source.name());
        const auto second = reading(source.name());
        QVERIFY(first && second);
    }

    void anIndexThatWasReplacedIsNotMixedWithTheOldOne()
    {
        const Source source;
        std::optional<SqliteShell> application(source.path());
        application->run("SELECT * FROM t");
        auto old = reading(source.name());
        QVERIFY(old);
        application->kill();
        QVERIFY(QFile::remove(source.path() + "-shm"));
        QCOMPARE(whyNot(source.name()), ErrorCode::Busy);
        application.emplace(source.path());
        application->run("INSERT INTO t(v) VALUES ('after')");
        QVERIFY(QFile::exists(source.path() + "-shm"));
        QCOMPARE(whyNot(source.name()), ErrorCode::Busy);
        old.reset();
        QVERIFY(reading(source.name()));
    }

    void aDatabaseThatWasPutBesideAnotherOnesIndexWaitsForThat()
    {
        const Source source;
        const Source other;
        auto old = reading(source.name());
        QVERIFY(old);
        QCOMPARE(QProcess::execute("mv", {"-f", other.path(), source.path()}), 0);
        QCOMPARE(whyNot(source.name()), ErrorCode::Busy);
        old.reset();
        QVERIFY(reading(source.name()));
    }

    void allThreeFilesReplacedAreOfNoConcern()
    {
        const Source source;
        const Source other;
        const auto old = reading(source.name());
        QVERIFY(old);
        QVERIFY(QFile::remove(source.path() + "-wal") && QFile::remove(source.path() + "-shm"));
        QCOMPARE(QProcess::execute("mv", {"-f", other.path(), source.path()}), 0);
        QVERIFY(reading(source.name()));
    }

    void whatIsReplacedBetweenTheOpeningAndTheFirstReadIsNoticed()
    {
        const Source source;
        const Source other;
        auto connection = Connection::open(source.name());
        QVERIFY(connection.ok());
        QCOMPARE(QProcess::execute("mv", {"-f", other.path(), source.path()}), 0);
        QVERIFY(!connection.value()->beginRead().ok());
        QVERIFY(!connection.value()->inTransaction());
    }

    void anotherNameOfADatabaseThatIsReadIsRefused()
    {
        const Source source;
        const auto old = reading(source.name());
        QVERIFY(old);
        const QString link = source.folder() + "/link.db";
        QCOMPARE(QProcess::execute("ln", {source.path(), link}), 0);
        QCOMPARE(whyNot(link.toStdString()), ErrorCode::Busy);
    }

    void aDatabaseThatIsNotInWalModeIsOpenTwice()
    {
        const Source source(false);
        const auto first = reading(source.name());
        const auto second = reading(source.name());
        QVERIFY(first && second);
    }

private:
    static std::unique_ptr<Connection> reading(const std::string& path)
    {
        auto opened = Connection::open(path);
        const bool reads = opened.ok() && opened.value()->beginRead().ok();
        return reads ? std::move(opened).value() : nullptr;
    }
    static std::optional<ErrorCode> whyNot(const std::string& path)
    {
        const auto opened = Connection::open(path);
        return opened.ok() ? std::nullopt : std::optional(opened.error().code);
    }
};

QTEST_GUILESS_MAIN(TestOpenDatabase)
#include "tst_open_database.moc"
