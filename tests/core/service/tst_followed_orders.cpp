#include "core/base/system_clock.h"
#include "core/service/control_socket.h"
#include "tests/core/service/followed_place.h"

#include <sqlite3.h>

#include <QDir>
#include <QTest>

#include <atomic>
#include <string>
#include <thread>

using namespace tidemark;
using namespace tidemark::service;

namespace {

using State = SnapshotOrder::State;

}  // namespace

/// Snapshots on demand.
class TestFollowedOrders : public QObject, private FollowedPlace {
    Q_OBJECT

    SystemClock m_clock;
    DatabaseId m_id;

    /// Everything is in each replica when it returns.
    void follow(const std::vector<ReplicaConfig>& replicas)
    {
        m_service = makeService(m_clock);
        m_id = m_service->follow(
            {.path = path("a.db"), .replicas = replicas, .proveFirstSnapshot = false});
        const Status upToDate = m_service->bringUpToDate({});
        QVERIFY2(upToDate.ok(), upToDate.ok() ? "" : inEnglish(upToDate.error().what).c_str());
    }
    void follow() { follow({{.address = address()}}); }

    [[nodiscard]] std::vector<replica::ObjectInfo> snapshots(const char* name = "replica")
    {
        return level(replica::kSnapshotLevel, name);
    }

    [[nodiscard]] ltx::TxId captured() const { return m_service->statuses().front().captured; }

    /// The first line of the order once it waits no more.
    [[nodiscard]] SnapshotOrder settled(std::uint64_t ticket)
    {
        const auto isSettled = [&] {
            const auto orders = m_service->snapshotOrders(ticket);
            return !orders.empty() && orders.front().state != State::Waiting;
        };
        [&] { QTRY_VERIFY_WITH_TIMEOUT(isSettled(), 60'000); }();
        return m_service->snapshotOrders(ticket).front();
    }

    /// What happens ends the order that waits, unless it was carried out before, and every next
    /// one.
    template <typename Happens>
    void ordersEndWith(ErrorCode code, Happens happens)
    {
        follow();
        write();
        const auto ticket = m_service->snapshotNow(m_id).value();
        happens();
        const SnapshotOrder order = settled(ticket);
        QVERIFY(order.state == State::Done || order.failure->code == code);
        const auto refused = m_service->snapshotNow(m_id);
        QVERIFY(!refused.ok() && refused.error().code == code);
    }

    [[nodiscard]] std::string socket() const
    {
        return path("run") + "/" +
               QDir(QString::fromStdString(path("run")))
                   .entryList({"*.sock"}, QDir::System)
                   .value(0)
                   .toStdString();
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void anOrderedSnapshotHoldsAllThatWasCommittedThen()
    {
        follow();
        for (int i = 0; i < 20; ++i) {
            write();
        }
        const SnapshotOrder order = settled(m_service->snapshotNow(m_id).value());
        QVERIFY2(order.state == State::Done,
                 order.failure ? inEnglish(order.failure->what).c_str() : "");
        QVERIFY(order.wasMade);
        QCOMPARE(snapshots().size(), 2U);
        QCOMPARE(order.snapshot->txId, snapshots().back().maxTxId);
        QCOMPARE(order.snapshot->bytes, snapshots().back().sizeBytes);
        QCOMPARE(order.snapshot->name, snapshots().back().name);
        QCOMPARE(order.snapshot->txId, captured());
        QCOMPARE(rowsAt(order.snapshot->txId), m_rows);
        const auto isShown = [&] {
            return m_service->statuses().front().replicas.front().snapshot == order.snapshot;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isShown(), 60'000);
    }

    void nothingIsMadeWhereTheNewestIsASnapshotAlready()
    {
        follow();
        write();
        const SnapshotOrder first = settled(m_service->snapshotNow(m_id).value());
        const SnapshotOrder again = settled(m_service->snapshotNow(m_id).value());
        QVERIFY(again.state == State::Done && !again.wasMade);
        QVERIFY(again.snapshot == first.snapshot);
        QCOMPARE(snapshots().size(), 2U);
    }

    void anOrderIsCarriedOutWhileTheApplicationWritesOn()
    {
        follow();
        std::atomic<bool> allWritten = true;
        std::atomic<int> rows = 0;
        std::jthread writer([&](const std::stop_token& stop) {
            for (; allWritten && !stop.stop_requested(); std::this_thread::yield()) {
                allWritten = insert();
                rows += allWritten ? 1 : 0;
            }
        });
        const auto wrote = [&](int more) {
            const int before = rows;
            [&] { QTRY_VERIFY_WITH_TIMEOUT(rows > before + more, 60'000); }();
        };
        wrote(10);
        const int atLeast = rows;
        const SnapshotOrder order = settled(m_service->snapshotNow(m_id).value());
        wrote(10);
        writer.request_stop();
        writer.join();
        QVERIFY2(allWritten, sqlite3_errmsg(m_application));
        m_rows = rows;
        QVERIFY(order.state == State::Done && order.wasMade);
        QVERIFY(m_service->bringUpToDate({}).ok());
        QVERIFY(captured() > order.snapshot->txId);
        const int held = rowsAt(order.snapshot->txId);
        QVERIFY2(held >= atLeast && held < m_rows, std::to_string(held).c_str());
    }

    void ordersAtOnceAreAllAnswered()
    {
        follow();
        write();
        const auto first = m_service->snapshotNow(m_id).value();
        const auto second = m_service->snapshotNow(m_id).value();
        write();
        const auto third = m_service->snapshotNow(m_id).value();
        for (const auto ticket : {first, second, third}) {
            QVERIFY(settled(ticket).state == State::Done);
        }
        QCOMPARE(settled(third).snapshot->txId, captured());
    }

    void eachReplicaGetsItsSnapshotOrTheOneThatIsNamed()
    {
        follow({{.address = address("one")}, {.address = address("two")}});
        write();
        const auto two = storage::replicaId(address("two"));
        QVERIFY(settled(m_service->snapshotNow(m_id, two).value()).state == State::Done);
        QCOMPARE(snapshots("one").size(), 1U);
        QCOMPARE(snapshots("two").size(), 2U);
        const auto both = m_service->snapshotNow(m_id).value();
        QCOMPARE(m_service->snapshotOrders(both).size(), 2U);
        QVERIFY(settled(both).state == State::Done);
        QTRY_VERIFY_WITH_TIMEOUT(m_service->snapshotOrders(both).back().state == State::Done,
                                 60'000);
        QVERIFY(!m_service->snapshotOrders(both).back().wasMade);
        QCOMPARE(snapshots("one").size(), 2U);
        QCOMPARE(snapshots("two").size(), 2U);
    }

    void aReplicaThatCannotBeReachedEndsTheOrderAndNoOther()
    {
        follow({{.address = address("one")}, {.address = address("two")}});
        QVERIFY(QDir().rename(m_directory->filePath("one"), m_directory->filePath("away")));
        write();
        const auto ticket = m_service->snapshotNow(m_id).value();
        const SnapshotOrder order = settled(ticket);
        QVERIFY(order.state == State::Failed);
        QVERIFY(order.failure->code == ErrorCode::Unavailable);
        QTRY_VERIFY_WITH_TIMEOUT(m_service->snapshotOrders(ticket).back().state == State::Done,
                                 60'000);
        // Once it is back, an order need not wait for the next try.
        QVERIFY(QDir().rename(m_directory->filePath("away"), m_directory->filePath("one")));
        const auto again =
            settled(m_service->snapshotNow(m_id, storage::replicaId(address("one"))).value());
        QVERIFY2(again.state == State::Done,
                 again.failure ? inEnglish(again.failure->what).c_str() : "");
        QCOMPARE(again.snapshot->txId, captured());
    }

    void anOrderBeforeTheFirstSnapshotIsAnsweredByIt()
    {
        m_service = makeService(m_clock);
        write();
        m_id = m_service->follow({.path = path("a.db"), .replicas = {{.address = address()}}});
        const SnapshotOrder order = settled(m_service->snapshotNow(m_id).value());
        QVERIFY(order.state == State::Done);
        QCOMPARE(order.snapshot->txId, captured());
        QCOMPARE(rowsAt(order.snapshot->txId), m_rows);
    }

    void aPauseEndsAnOrderAndRefusesTheNext()
    {
        ordersEndWith(ErrorCode::Busy, [&] { m_service->pause(m_id); });
        m_service->resume(m_id);
        QVERIFY(settled(m_service->snapshotNow(m_id).value()).state == State::Done);
    }

    void theEndOfFollowingEndsAnOrder()
    {
        ordersEndWith(ErrorCode::NotFound, [&] {
            m_service->unfollow(m_id);
            QTRY_VERIFY_WITH_TIMEOUT(m_service->statuses().empty(), 60'000);
        });
    }

    void aReplicaThatIsTakenAwayEndsItsOrder()
    {
        follow({{.address = address("one")}, {.address = address("two")}});
        write();
        const auto ticket =
            m_service->snapshotNow(m_id, storage::replicaId(address("two"))).value();
        m_service->follow({.path = path("a.db"), .replicas = {{.address = address("one")}}});
        const SnapshotOrder order = settled(ticket);
        QVERIFY(order.state == State::Done || order.failure->code == ErrorCode::NotFound);
        QVERIFY(!m_service->snapshotNow(m_id, storage::replicaId(address("two"))).ok());
    }

    void aDatabaseThatCannotBeOpenedEndsAnOrder()
    {
        QVERIFY(QDir().mkpath(m_directory->filePath("other")));
        follow();
        m_service->follow({.path = path("missing.db"), .replicas = {{.address = address("x")}}});
        const auto id = m_service->statuses().back().id;
        const SnapshotOrder order = settled(m_service->snapshotNow(id).value());
        QVERIFY(order.state == State::Failed && order.failure->code == ErrorCode::NotFound);
    }

    void otherProgramsOrderOverTheSocket()
    {
        follow();
        write();
        const std::string engine = socket();
        const ControlRequest request{.command = "snapshot",
                                     .arguments = {{"database", path("a.db")},
                                                   {"replica", storage::formatAddress(address())}}};
        const auto ordered = askEngine(engine, request);
        QVERIFY(ordered.ok());
        QCOMPARE(ordered.value(), std::vector<std::string>{R"({"version":1,"ticket":"1"})"});
        static_cast<void>(settled(1));
        const auto lines = askEngine(engine, {.command = "order", .arguments = {{"ticket", "1"}}});
        QVERIFY(lines.ok());
        QCOMPARE(lines.value().size(), 1U);
        const QByteArray line = QByteArray::fromStdString(lines.value().front());
        QVERIFY2(line.contains(R"("state":"done","made":true,"snapshot":{"txid":)"),
                 line.constData());
    }

    void whatAnEngineDoesNotKnowIsAnsweredWithAnError_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("code");
        const auto row = [](const char* request, ErrorCode code) {
            QTest::addRow("%s", request) << QByteArray(request) << static_cast<int>(code);
        };
        row(R"({"version":1,"command":"fly"})", ErrorCode::Usage);
        row(R"({"version":1,"command":"status","arguments":{"of":"a"}})", ErrorCode::Usage);
        row(R"({"version":1,"command":"snapshot"})", ErrorCode::Usage);
        row(R"({"version":1,"command":"snapshot","arguments":{"database":"/no.db"}})",
            ErrorCode::NotFound);
        row(R"({"version":1,"command":"order","arguments":{"ticket":"99"}})", ErrorCode::NotFound);
        row(R"({"version":1,"command":"order","arguments":{"ticket":"-1"}})", ErrorCode::NotFound);
        row(R"({"version":1,"command":"order","arguments":{"ticket":"1x"}})", ErrorCode::NotFound);
    }
    void whatAnEngineDoesNotKnowIsAnsweredWithAnError()
    {
        QFETCH(QByteArray, request);
        QFETCH(int, code);
        follow();
        const auto answer = askEngine(socket(), parseRequest(request.toStdString()).value());
        QVERIFY(!answer.ok());
        QCOMPARE(static_cast<int>(answer.error().code), code);
    }
};

QTEST_GUILESS_MAIN(TestFollowedOrders)
#include "tst_followed_orders.moc"
