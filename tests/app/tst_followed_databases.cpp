#include "app/followed_databases.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;

namespace {

const std::string kNotes = "/home/ada/dev/notes.db";
const std::string kId = FakeEngine::idOf(kNotes);

/// Nothing is followed yet.
struct Bench {
    FakeEngine engine;
    FakeStore store;
    SettingsObject settings{{}, store};
    FollowedDatabases databases{engine, settings, kHome};

    /// As if its page had been gone through.
    void add()
    {
        databases.remember(
            kId, {.path = kNotes, .replicas = {{.name = "Folder", .address = {.path = "/srv/n"}}}});
    }
    [[nodiscard]] std::vector<config::DatabaseSettings> kept() const
    {
        return settings.value().databases;
    }
};

}  // namespace

class TestFollowedDatabases : public QObject {
    Q_OBJECT

private slots:
    void whatIsAddedIsKnownAndRemembered()
    {
        Bench bench;
        QSignalSpy remembered(&bench.databases, &FollowedDatabases::remembered);
        QVERIFY(bench.databases.find(kId) == nullptr);
        bench.add();
        QCOMPARE(bench.databases.find(kId)->path, kNotes);
        QCOMPARE(bench.kept().front().replicas.front().address, "file:///srv/n");
        QCOMPARE(remembered.size(), 1);
        QVERIFY(bench.engine.followed.empty());  // The page asked for it already.
    }

    void anAddressMayStartAtHome()
    {
        Bench bench;
        bench.databases.follow(
            {.path = kNotes, .replicas = {{.name = "Folder", .address = "~/replica"}}});
        QCOMPARE(bench.engine.followed.front().replicas.front().address.path, "/home/ada/replica");
        QVERIFY(bench.kept().empty());
    }

    void whatIsEndedLeavesWhenTheEngineSaysSo()
    {
        Bench bench;
        bench.add();
        QVERIFY(!bench.databases.leave(kId));
        bench.databases.end(kId);
        QVERIFY(bench.kept().empty());
        QVERIFY(bench.databases.find(kId) != nullptr);
        QVERIFY(bench.databases.leave(kId));
        QVERIFY(bench.databases.find(kId) == nullptr);
    }

    void whatIsTakenUpAgainStays()
    {
        Bench bench;
        bench.add();
        bench.databases.end(kId);
        QCOMPARE(bench.databases.undoable(), u"notes.db"_s);
        bench.databases.undo();
        QVERIFY(bench.databases.undoable().isEmpty());
        QVERIFY(!bench.databases.leave(kId));
        QCOMPARE(bench.kept().size(), 1U);
        QCOMPARE(bench.engine.followed.size(), 1U);
    }

    void whatIsCalledOffWhileItIsAddedIsForgotten()
    {
        Bench bench;
        bench.add();
        bench.databases.forget(kId, kNotes);
        QVERIFY(bench.kept().empty());
        QVERIFY(bench.databases.undoable().isEmpty());
        QVERIFY(bench.databases.leave(kId));
    }

    void whatIsUnknownLeavesAndIsNotActedOn()
    {
        Bench bench;
        bench.databases.pause("nobody");
        bench.databases.resume("nobody");
        bench.databases.end("nobody");
        QVERIFY(bench.databases.leave("nobody"));
        QVERIFY(bench.engine.paused.empty() && bench.engine.resumed.empty());
        QVERIFY(bench.engine.unfollowed.empty() && bench.store.saved.empty());
    }
};

QTEST_GUILESS_MAIN(TestFollowedDatabases)
#include "tst_followed_databases.moc"
