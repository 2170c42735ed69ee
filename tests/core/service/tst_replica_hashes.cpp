#include "core/service/replica_hashes.h"

#include "core/ltx/state_digest.h"
#include "tests/support/made_replica.h"

#include <QTest>

#include <initializer_list>
#include <span>

using namespace tidemark;
using namespace tidemark::service;
using replica::MadeReplica;

class TestReplicaHashes : public QObject {
    Q_OBJECT

    std::unique_ptr<MadeReplica> m_made;

    [[nodiscard]] Result<std::optional<state::PageChecksums>> hashesAt(
        std::uint64_t txId, const replica::ObjectNames& missing = {},
        std::uint64_t most = 1'000'000)
    {
        return hashesFrom(m_made->storage, {txId}, missing, most, {});
    }

    [[nodiscard]] state::PageChecksums truth(std::uint64_t txId) const
    {
        const auto bytes = std::as_bytes(std::span(m_made->state(txId)));
        state::PageChecksums checksums(MadeReplica::kPageSize);
        checksums.resize(static_cast<std::uint32_t>(bytes.size() / MadeReplica::kPageSize));
        for (std::uint32_t page = 1; page <= checksums.pageCount(); ++page) {
            checksums.set(page,
                          ltx::pageHash(page, bytes.subspan((page - 1) * MadeReplica::kPageSize,
                                                            MadeReplica::kPageSize)));
        }
        return checksums;
    }

private slots:
    void init()
    {
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2, 3}, 3);
        m_made->commit({2, 4, 5}, 5);
        m_made->commit({1}, 2);
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 3);
    }

    void theyAreThoseOfTheMoment()
    {
        for (const std::uint64_t txId : std::initializer_list<std::uint64_t>{1, 2, 3}) {
            const auto found = hashesAt(txId);
            QVERIFY(found.ok());
            QVERIFY(found.value() == truth(txId));
        }
    }

    void othersFilesSayNoDigest()
    {
        m_made = std::make_unique<MadeReplica>();
        m_made->hasDigests = false;
        m_made->commit({1, 2, 3}, 3);
        m_made->commit({2}, 3);
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const auto found = hashesAt(2);
        QVERIFY(found.ok() && found.value() == truth(2));
    }

    void whatIsDamagedGivesNone()
    {
        std::string& bytes =
            m_made->storage.objects()
                .at(replica::objectName({.level = 0, .range = {.minTxId = {2}, .maxTxId = {2}}}))
                .bytes;
        bytes.pop_back();
        QCOMPARE(hashesAt(3).error().code, ErrorCode::Damaged);
        QVERIFY(hashesAt(1).ok());
    }

    void aWayAroundWhatIsMissingIsTaken()
    {
        m_made->put(1, 2, 3);
        const std::string name =
            replica::objectName({.level = 0, .range = {.minTxId = {2}, .maxTxId = {2}}});
        m_made->storage.objects().at(name).bytes = "?";
        const auto found = hashesAt(3, {name});
        QVERIFY(found.ok() && found.value() == truth(3));
    }

    void whatIsTooMuchIsNotRead()
    {
        const auto before = m_made->storage.readCalls();
        QVERIFY(!hashesAt(3, {}, 100).value());
        QCOMPARE(m_made->storage.readCalls(), before);
    }

    void aMomentThatIsNotThereGivesNone() { QVERIFY(!hashesAt(4).value()); }
};

QTEST_GUILESS_MAIN(TestReplicaHashes)
#include "tst_replica_hashes.moc"
