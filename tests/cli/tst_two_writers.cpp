#include "tests/cli/follower.h"
#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QFile>
#include <QJsonArray>
#include <QSysInfo>
#include <QTest>

using namespace tidemark::cli;

/// Two users of this computer, or two computers, with one replica.
class TestTwoWriters : public QObject {
    Q_OBJECT

    std::unique_ptr<Program> m_anna;
    std::unique_ptr<Program> m_ben;
    std::unique_ptr<SampleDatabase> m_database;
    QString m_path;
    QString m_replica;

    [[nodiscard]] QDir claims() const { return QDir(m_replica + "/tidemark/writers"); }
    [[nodiscard]] QStringList claimNames() const { return claims().entryList(QDir::Files); }

    /// As if the one who wrote the claim had been on another computer.
    void moveClaimElsewhere() const
    {
        const QString name = claims().filePath(claimNames().value(0));
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QJsonObject claim = QJsonDocument::fromJson(file.readAll()).object();
        file.close();
        claim["host"] = "old-laptop";
        claim["bootId"] = "another";
        claim["machineIdHash"] = "another";
        QVERIFY(QFile::remove(name));
        QFile moved(claims().filePath("00000000000000aa-00000000-00000000.json"));
        QVERIFY(moved.open(QIODevice::WriteOnly));
        moved.write(QJsonDocument(claim).toJson());
    }

    [[nodiscard]] Ran once(const Program& user) const
    {
        return user.run({"replicate", "--once", "--json", m_path, m_replica});
    }

private slots:
    void init()
    {
        m_anna = std::make_unique<Program>();
        m_ben = std::make_unique<Program>();
        m_path = m_anna->path("app.db");
        m_replica = m_anna->path("replica");
        m_database = std::make_unique<SampleDatabase>(m_path);
        QVERIFY(m_database->addNote());
    }
    void cleanup() { m_database.reset(); }

    void theSecondOneSaysWhoTheFirstIs()
    {
        Follower first(*m_anna, {m_path, m_replica});
        QVERIFY(first.said("snapshot"));
        QCOMPARE(claimNames().size(), 1);

        const Ran refused = once(*m_ben);
        QCOMPARE(refused.status, 4);
        const QString message = refused.error()["message"].toString();
        QVERIFY2(
            message.contains("tidemarkctl of ") && message.contains(QSysInfo::machineHostName()),
            qPrintable(refused.rest));
        QVERIFY(refused.error()["hint"].toString().contains("tidemarkctl release"));

        const Ran kept = m_ben->run({"release", "--json", m_replica});
        QCOMPARE(kept.status, 1);
        QVERIFY(kept.error()["message"].toString().contains("still runs"));

        QVERIFY(m_database->addNote());
        QVERIFY(first.said("segment", 1));
        QCOMPARE(first.stop().status, 0);
        QVERIFY(claimNames().isEmpty());
        QCOMPARE(once(*m_ben).status, 0);
        QVERIFY(claimNames().isEmpty());
        QCOMPARE(m_anna->run({"verify", m_replica, "--all"}).status, 0);
    }

    void oneThatWasKilledHereIsFollowedAtOnce()
    {
        {
            Follower killed(*m_anna, {m_path, m_replica});
            QVERIFY(killed.said("snapshot"));
        }
        QCOMPARE(claimNames().size(), 1);
        QVERIFY(m_database->addNote());
        const Ran ran = once(*m_ben);
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(claimNames().isEmpty());
    }

    void whoWaitsGoesOnFromWhatTheOtherOneWrote()
    {
        auto first = std::make_unique<Follower>(*m_anna, QStringList{m_path, m_replica});
        QVERIFY(first->said("snapshot"));
        Follower second(*m_ben, {m_path, m_replica});
        QVERIFY(second.said("state"));
        QVERIFY(m_database->addNote());
        QVERIFY(first->said("segment", 1));
        first.reset();  // Killed.
        QVERIFY(m_database->addNote());
        // It would try again by itself in half a minute; an order does so now.
        static_cast<void>(m_ben->run({"snapshot", m_replica}));
        QVERIFY(second.said("segment", 1));
        QCOMPARE(second.stop().status, 0);
        QCOMPARE(m_anna->run({"verify", m_replica, "--all"}).status, 0);
        QCOMPARE(m_anna->run({"restore", m_replica, "newest.db"}).status, 0);
        QCOMPARE(valueIn(m_anna->path("newest.db"), "SELECT count(*) FROM notes"), 3);
    }

    void oneThatIsNowhereToBeSeenIsReleasedByHand()
    {
        {
            Follower killed(*m_anna, {m_path, m_replica});
            QVERIFY(killed.said("snapshot"));
        }
        moveClaimElsewhere();
        const Ran refused = once(*m_ben);
        QCOMPARE(refused.status, 4);
        QVERIFY2(refused.error()["message"].toString().contains("old-laptop"),
                 qPrintable(refused.rest));

        const Ran released = m_ben->run({"release", "--json", m_replica});
        QCOMPARE(released.status, 0);
        QVERIFY(released.lines().value(0)["host"].toString() == "old-laptop");
        QCOMPARE(m_ben->run({"release", m_replica}).status, 0);
        QCOMPARE(once(*m_ben).status, 0);
        QCOMPARE(m_anna->run({"verify", m_replica, "--all"}).status, 0);
    }
};

QTEST_GUILESS_MAIN(TestTwoWriters)
#include "tst_two_writers.moc"
