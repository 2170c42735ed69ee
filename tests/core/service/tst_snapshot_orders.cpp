#include "core/service/snapshot_orders.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

namespace {

const storage::StorageAddress kHere{.path = "/here"};
const storage::StorageAddress kThere{.path = "/there"};
const Error kGone{.code = ErrorCode::Unavailable, .what = {.source = "It is gone."}};

}  // namespace

class TestSnapshotOrders : public QObject {
    Q_OBJECT

private slots:
    void anOrderWaitsForEachOfItsReplicas()
    {
        SnapshotOrders orders;
        const auto ticket = orders.add("/a.db", {kHere, kThere}).value();
        orders.done(ticket, kThere, {.txId = {7}}, true);
        const auto found = orders.of(ticket);
        QCOMPARE(found.size(), 2U);
        QVERIFY(found[0].state == SnapshotOrder::State::Waiting);
        QVERIFY(found[1].state == SnapshotOrder::State::Done && found[1].wasMade);
        QCOMPARE(found[1].snapshot->txId.value, 7U);
        orders.failed(ticket, kHere, kGone);
        QVERIFY(orders.of(ticket)[0].failure == kGone);
    }

    void eachOrderHasATicketOfItsOwn()
    {
        SnapshotOrders orders;
        const auto first = orders.add("/a.db", {kHere}).value();
        const auto second = orders.add("/a.db", {kHere}).value();
        QVERIFY(first != second);
        orders.failed(second, kHere, kGone);
        QVERIFY(orders.of(first)[0].state == SnapshotOrder::State::Waiting);
        QVERIFY(orders.of(second + 1).empty());
        QVERIFY(orders.of(0).empty());
    }

    void theOldestThatEndedIsForgottenFirst()
    {
        SnapshotOrders orders;
        const auto waiting = orders.add("/a.db", {kHere}).value();
        const auto ended = orders.add("/a.db", {kHere}).value();
        orders.done(ended, kHere, {}, false);
        for (std::size_t i = 2; i < SnapshotOrders::kMost; ++i) {
            QVERIFY(orders.add("/a.db", {kHere}).ok());
        }
        QVERIFY(!orders.of(ended).empty());
        QVERIFY(orders.add("/a.db", {kHere}).ok());
        QVERIFY(orders.of(ended).empty());
        QVERIFY(!orders.of(waiting).empty());
        const auto refused = orders.add("/a.db", {kHere});
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::Busy);
    }
};

QTEST_APPLESS_MAIN(TestSnapshotOrders)
#include "tst_snapshot_orders.moc"
