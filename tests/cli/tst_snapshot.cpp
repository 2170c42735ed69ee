#include "app/cli/output.h"
#include "core/base/posix_file_system.h"
#include "core/service/control_socket.h"
#include "core/storage/storage_address.h"
#include "tests/cli/follower.h"
#include "tests/cli/program.h"
#include "tests/cli/sample_database.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

#include <atomic>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tidemark::cli;

namespace {

const char* const kWaiting = R"({"version":1,"ticket":"7","state":"waiting"})";

/// An engine that is said to follow a database into "replica", and answers as it is told to.
class MadeEngine {
public:
    MadeEngine(const Program& program, std::vector<std::string> ordered,
               std::vector<std::string> order)
        : m_ordered(std::move(ordered)),
          m_order(std::move(order)),
          m_status({{"version", 1},
                    {"database", "/a.db"},
                    {"replicas", Json::array({Json::object({{"address", addressIn(program)}})})}})
    {
        auto served = tidemark::service::ControlSocket::serve(
            m_files, program.path("run/tidemark").toStdString(), 1,
            [this](const tidemark::service::ControlRequest& request) { return answer(request); });
        m_socket = std::move(served).value();
    }

    std::atomic<int> asked = 0;  // What became of the order.

private:
    [[nodiscard]] static std::string addressIn(const Program& program)
    {
        return tidemark::storage::formatAddress({.path = program.path("replica").toStdString()});
    }

    [[nodiscard]] std::vector<std::string> answer(const tidemark::service::ControlRequest& request)
    {
        if (request.command == "status") {
            return {m_status.dump()};
        }
        if (request.command == "snapshot") {
            return m_ordered;
        }
        ++asked;
        return m_order;
    }

    const std::vector<std::string> m_ordered;
    const std::vector<std::string> m_order;
    const Json m_status;
    tidemark::PosixFileSystem m_files;
    std::unique_ptr<tidemark::service::ControlSocket> m_socket;
};

}  // namespace

/// `snapshot`, and what `status` says of snapshots.
class TestSnapshot : public QObject {
    Q_OBJECT

private slots:
    void init() { m_program = std::make_unique<Program>(); }

    void anEngineThatRunsIsAskedForIt()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("proven"));
        for (int i = 0; i < 5; ++i) {
            QVERIFY(database.addNote());
        }
        const Ran ran = m_program->run({"snapshot", "replica", "--json"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        const QJsonObject snapshot = ran.lines().value(0);
        QCOMPARE(snapshot["kind"].toString(), QString("snapshot"));
        QCOMPARE(snapshot["made"], QJsonValue(true));
        QVERIFY(QDateTime::fromString(snapshot["time"].toString(), Qt::ISODate).isValid());
        const QFileInfo object(m_program->path("replica/" + snapshot["name"].toString()));
        QCOMPARE(object.size(), snapshot["bytes"].toInteger());
        QCOMPARE(snapshotsIn("replica").last()["maxTxid"], snapshot["txid"]);

        const QString txId = QString::number(snapshot["txid"].toInt());
        QCOMPARE(m_program->run({"restore", "replica", "out.db", "txid:" + txId}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 5);

        // Another name of the same folder.
        QVERIFY(QFile::link(m_program->path("replica"), m_program->path("link")));
        const Ran again = m_program->run({"snapshot", "link"});
        QCOMPARE(again.status, 0);
        QCOMPARE(again.facts,
                 QString("Transaction %1 is a snapshot already; nothing was made.\n").arg(txId));
        QCOMPARE(snapshotsIn("replica").size(), 2);
        QCOMPARE(follower.stop().status, 0);
    }

    void theStatusTellsOfEachReplicasSnapshot()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("proven"));
        QVERIFY(database.addNote());
        QCOMPARE(m_program->run({"snapshot", "replica"}).status, 0);
        const QJsonObject status = m_program->run({"status", "--json"}).lines().value(0);
        const QJsonObject replica = status["replicas"].toArray().at(0).toObject();
        for (const char* const fact : {"state", "reason", "next", "since", "confirmed", "pending",
                                       "confirmedAt", "snapshot"}) {
            QVERIFY2(replica.contains(fact), fact);
        }
        const QJsonObject newest = snapshotsIn("replica").last();
        const QJsonObject snapshot = replica["snapshot"].toObject();
        QCOMPARE(snapshot["txid"], newest["maxTxid"]);
        QCOMPARE(snapshot["name"], newest["name"]);
        QCOMPARE(snapshot["bytes"], newest["bytes"]);
        QCOMPARE(snapshot["time"], newest["time"]);
        const Ran text = m_program->run({"status"});
        QVERIFY2(text.facts.contains("snapshot of transaction " +
                                     QString::number(newest["maxTxid"].toInt()) + " ("),
                 qPrintable(text.facts));
        QCOMPARE(follower.stop().status, 0);
    }

    void withoutAnEngineADatabaseHasToBeNamed()
    {
        SampleDatabase database(m_program->path("notes.db"));
        QVERIFY(database.addNote());
        const Ran nobody = m_program->run({"snapshot", "replica", "--json"});
        QCOMPARE(nobody.status, 3);
        QCOMPARE(nobody.error()["message"].toString(),
                 QString("No engine of yours follows a database into replica."));
        QVERIFY(!QFile::exists(m_program->path("replica")));

        const Ran first = m_program->run({"snapshot", "replica", "--db", "notes.db", "--json"});
        QVERIFY2(first.status == 0, qPrintable(first.rest));
        QCOMPARE(first.lines().value(0)["made"], QJsonValue(true));
        QCOMPARE(snapshotsIn("replica").last()["maxTxid"], first.lines().value(0)["txid"]);
        const auto before = snapshotsIn("replica").size();
        QVERIFY(database.addNote());
        const Ran second = m_program->run({"snapshot", "replica", "--db", "notes.db", "--json"});
        QVERIFY2(second.status == 0, qPrintable(second.rest));
        QVERIFY(second.lines().value(0)["txid"].toInt() > first.lines().value(0)["txid"].toInt());
        QCOMPARE(snapshotsIn("replica").size(), before + 1);
        const Ran third = m_program->run({"snapshot", "replica", "--db", "notes.db", "--json"});
        QCOMPARE(third.lines().value(0)["made"], QJsonValue(false));
        QCOMPARE(snapshotsIn("replica").size(), before + 1);
        QCOMPARE(m_program->run({"restore", "replica", "out.db"}).status, 0);
        QCOMPARE(notesIn(m_program->path("out.db")), 2);
        QVERIFY(m_program->run({"status"}).rest.contains("No engine"));
    }

    void aNamedDatabaseThatAnEngineFollowsIsLeftToIt()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("proven"));
        QVERIFY(database.addNote());
        const Ran ran = m_program->run({"snapshot", "replica", "--db", "notes.db", "--json"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QCOMPARE(ran.lines().value(0)["made"], QJsonValue(true));
        // One that goes elsewhere is the engine's all the same.
        const Ran elsewhere = m_program->run({"snapshot", "other", "--db", "notes.db", "--json"});
        QCOMPARE(elsewhere.status, 1);
        QCOMPARE(elsewhere.error()["error"].toString(), QString("busy"));
        QVERIFY(!QFile::exists(m_program->path("other")));
        QCOMPARE(follower.stop().status, 0);
    }

    void aReplicaThatCannotBeReachedEndsWithSeven()
    {
        SampleDatabase database(m_program->path("notes.db"));
        Follower follower(*m_program, {"notes.db", "replica"});
        QVERIFY(follower.said("proven"));
        QVERIFY(QDir().rename(m_program->path("replica"), m_program->path("away")));
        QVERIFY(database.addNote());
        const Ran ran = m_program->run({"snapshot", "replica", "--json"});
        QCOMPARE(ran.status, 7);
        QCOMPARE(ran.error()["error"].toString(), QString("unavailable"));
        QVERIFY(QDir().rename(m_program->path("away"), m_program->path("replica")));
        const Ran back = m_program->run({"snapshot", "replica", "--json"});
        QVERIFY2(back.status == 0, qPrintable(back.rest));
        QCOMPARE(follower.stop().status, 0);
    }

    void whatIsMissingIsNotMade()
    {
        QCOMPARE(m_program->run({"snapshot", "replica", "--db", "missing.db"}).status, 3);
        QCOMPARE(m_program->run({"snapshot"}).status, 2);
        QCOMPARE(m_program->run({"snapshot", "s3://bucket/path"}).status, 3);
        QVERIFY(!QFile::exists(m_program->path("replica")));
    }

    void aDatabaseIsSwitchedToWalModeWhereItIsAllowed()
    {
        SampleDatabase database(m_program->path("notes.db"), "DELETE");
        const QStringList words{"snapshot", "replica", "--db", "notes.db"};
        QCOMPARE(m_program->run(words).status, 1);
        QVERIFY(!QFile::exists(m_program->path("replica")));
        const Ran ran = m_program->run(words + QStringList{"--switch-to-wal"});
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY2(ran.rest.contains("notes.db was put into WAL mode"), qPrintable(ran.rest));
        QVERIFY(!snapshotsIn("replica").isEmpty());
    }

    void orItIsLeftAsItIsAndWatched()
    {
        {
            SampleDatabase database(m_program->path("notes.db"), "DELETE");
        }
        const QStringList words{"snapshot", "replica", "--db", "notes.db", "--watch"};
        QCOMPARE(m_program->run(words + QStringList{"--switch-to-wal"}).status, 2);
        const Ran ran = m_program->run(words);
        QVERIFY2(ran.status == 0, qPrintable(ran.rest));
        QVERIFY(!snapshotsIn("replica").isEmpty());
        QVERIFY(!QFile::exists(m_program->path("notes.db-wal")));
    }

    void sigintEndsTheWaitAndNotTheOrder()
    {
        MadeEngine engine(*m_program, {R"({"version":1,"ticket":"7"})"}, {kWaiting});
        QProcess asking;
        m_program->prepare(asking, {"snapshot", "replica"});
        asking.start();
        QTRY_VERIFY_WITH_TIMEOUT(engine.asked > 0, 20'000);
        ::kill(static_cast<pid_t>(asking.processId()), SIGINT);
        const Ran ran = Program::finished(asking);
        QCOMPARE(ran.status, 130);
        QVERIFY2(ran.rest.contains("The engine makes the snapshot all the same."),
                 qPrintable(ran.rest));
    }

    void anEngineThatEndsMeanwhileIsSaid()
    {
        auto engine = std::make_unique<MadeEngine>(
            *m_program, std::vector<std::string>{R"({"version":1,"ticket":"7"})"},
            std::vector<std::string>{kWaiting});
        QProcess asking;
        m_program->prepare(asking, {"snapshot", "replica", "--json"});
        asking.start();
        QTRY_VERIFY_WITH_TIMEOUT(engine->asked > 0, 20'000);
        engine.reset();
        const Ran ran = Program::finished(asking);
        QCOMPARE(ran.status, 1);
        QVERIFY2(ran.error()["message"].toString().contains("has ended"), qPrintable(ran.rest));
    }

    void whatAnEngineAnswersIsHowItEnds_data()
    {
        QTest::addColumn<QString>("ordered");
        QTest::addColumn<QString>("order");
        QTest::addColumn<int>("status");
        QTest::newRow("an engine that knows no snapshots") << ""
                                                           << "" << 1;
        QTest::newRow("an engine that refuses")
            << R"({"version":1,"error":"busy","message":"It is paused.","hint":""})"
            << "" << 1;
        QTest::newRow("garbage") << "x"
                                 << "" << 1;
        QTest::newRow("no order") << R"({"version":1,"ticket":"7"})"
                                  << "[]" << 1;
        QTest::newRow("an order in no known state") << R"({"version":1,"ticket":"7"})"
                                                    << R"({"version":1,"ticket":"7"})" << 1;
        QTest::newRow("a replica that is gone")
            << R"({"version":1,"ticket":"7"})"
            << R"({"version":1,"ticket":"7","state":"failed",)"
               R"("failure":{"error":"unavailable","message":"It is gone.","hint":""}})"
            << 7;
        QTest::newRow("a snapshot that is damaged")
            << R"({"version":1,"ticket":"7"})"
            << R"({"version":1,"ticket":"7","state":"failed",)"
               R"("failure":{"error":"damaged","message":"It is damaged.","hint":""}})"
            << 5;
    }
    void whatAnEngineAnswersIsHowItEnds()
    {
        QFETCH(QString, ordered);
        QFETCH(QString, order);
        QFETCH(int, status);
        const auto lines = [](const QString& line) {
            return line.isEmpty() ? std::vector<std::string>()
                                  : std::vector<std::string>{line.toStdString()};
        };
        const MadeEngine engine(*m_program, lines(ordered), lines(order));
        const Ran ran = m_program->run({"snapshot", "replica", "--json"});
        QVERIFY2(ran.status == status, qPrintable(ran.rest));
        QVERIFY(!ran.error()["message"].toString().isEmpty());
    }

private:
    [[nodiscard]] QList<QJsonObject> snapshotsIn(const QString& replica) const
    {
        QList<QJsonObject> found;
        for (const QJsonObject& each : m_program->run({"objects", replica, "--json"}).lines()) {
            if (each["level"].toInt() == 9) {
                found.append(each);
            }
        }
        return found;
    }

    std::unique_ptr<Program> m_program;
};

QTEST_GUILESS_MAIN(TestSnapshot)
#include "tst_snapshot.moc"
