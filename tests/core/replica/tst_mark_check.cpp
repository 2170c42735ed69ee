#include "core/replica/mark_check.h"

#include "core/replica/marks.h"
#include "core/replica/writer_claims.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

/// A replica in which a moment was marked while somebody may be deleting.
class TestMarkCheck : public QObject {
    Q_OBJECT

    const Mark m_mark{.name = "before", .txId = {2}};
    std::unique_ptr<MadeReplica> m_made;
    SimulatedClock m_clock;

    void deleteTheMoment() { m_made->storage.objects().erase(m_segment); }
    void claim()
    {
        const WriterClaim claim{.program = "tidemarkd", .user = "anna"};
        QVERIFY(writeClaim(m_made->storage,
                           claimObjectName(claimNamePrefix(7, "0123456789abcdef"), claim), claim,
                           {})
                    .ok());
    }
    [[nodiscard]] Status check(bool isUndisturbed)
    {
        return checkMarked(m_clock, m_made->storage, m_mark, isUndisturbed, {});
    }
    [[nodiscard]] bool isMarked() const { return findMark(m_made->storage, m_mark.name, {}).ok(); }

    std::string m_segment;

private slots:
    void init()
    {
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2}, 2);
        m_made->commit({1}, 2);
        m_made->put(9, 1, 1);
        m_segment = m_made->put(0, 2, 2);
        m_clock.onWait([] {});
        QVERIFY(writeMark(m_made->storage, m_mark, {}).ok());
    }

    void aMomentThatIsThereIsMarkedAtOnceWhereNobodyWrites()
    {
        const auto begin = m_clock.monotonic();
        QVERIFY(check(false).ok());
        QCOMPARE(m_clock.monotonic(), begin);
        QVERIFY(isMarked());
    }

    void aMomentThatHasGoneIsNotMarked()
    {
        deleteTheMoment();
        const Status checked = check(false);
        QVERIFY(!checked.ok() && checked.error().code == ErrorCode::NotFound);
        QVERIFY(!isMarked());
    }

    void aWriterWhoWasAboutToDeleteItIsWaitedFor()
    {
        claim();
        m_clock.onWait([this] { deleteTheMoment(); });
        const Status checked = check(false);
        QVERIFY(!checked.ok() && checked.error().code == ErrorCode::NotFound);
        QVERIFY(!isMarked());
    }

    void aWriterWhoSawTheMarkLeavesTheMoment()
    {
        claim();
        const auto begin = m_clock.monotonic();
        QVERIFY(check(false).ok());
        QVERIFY(m_clock.monotonic() >= begin + kMarkIsSeen);
        QVERIFY(isMarked());
    }

    void aWriterWhoWaitsForUsIsNotWaitedFor()
    {
        claim();
        const auto begin = m_clock.monotonic();
        QVERIFY(check(true).ok());
        QCOMPARE(m_clock.monotonic(), begin);
    }
};

QTEST_APPLESS_MAIN(TestMarkCheck)
#include "tst_mark_check.moc"
