#include "core/replica/strays.h"

#include "tests/support/made_replica.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::replica;

/// A replica into which objects of another history of the same database were put, each under the
/// name that it has there.
class TestStrays : public QObject {
    Q_OBJECT

    std::unique_ptr<MadeReplica> m_replica;
    std::unique_ptr<MadeReplica> m_other;

    /// Five transactions from one start, which is shared; the second parts the two.
    static void commitAll(MadeReplica& replica, std::uint32_t page)
    {
        replica.commit({1, 2, 3}, 3);
        for (int i = 0; i < 4; ++i) {
            replica.commit({page}, 3);
        }
    }

    /// As rsync of a copy does: in place of what has its name.
    std::string putOther(int level, std::uint64_t minTxId, std::uint64_t maxTxId)
    {
        std::string name = objectInfo(level, minTxId, maxTxId).name;
        m_replica->storage.objects().erase(name);
        m_replica->storage.objects()[name] =
            m_other->storage.objects().at(m_other->put(level, minTxId, maxTxId));
        return name;
    }

    /// Names of the strays, of all objects that are not ignored.
    std::vector<std::string> strays(const ObjectNames& ignored = {})
    {
        auto objects = readLtxCatalog(m_replica->storage, {}).value().objects;
        std::erase_if(objects, [&](const auto& each) { return ignored.contains(each.name); });
        std::vector<std::string> names;
        for (const ObjectInfo& each : straysOf(m_replica->storage, objects, ignored, {}).value()) {
            names.push_back(each.name);
        }
        std::ranges::sort(names);
        return names;
    }

private slots:
    void init()
    {
        m_replica = std::make_unique<MadeReplica>();
        m_other = std::make_unique<MadeReplica>();
        commitAll(*m_replica, 2);
        commitAll(*m_other, 3);
        m_replica->put(9, 1, 1);
    }

    void aHistoryOfItsOwnHasNone()
    {
        for (std::uint64_t txId = 2; txId <= 5; ++txId) {
            m_replica->put(0, txId, txId);
        }
        m_replica->put(1, 2, 3);
        m_replica->put(9, 1, 4);
        QVERIFY(strays().empty());
    }

    void whatFoundAnotherStateThanWasLeftIsOne()
    {
        m_replica->put(0, 2, 2);
        m_replica->put(0, 3, 3);
        const std::string stray = putOther(0, 4, 4);
        QVERIFY(strays() == std::vector{stray});
        // What follows it is none: without it, nothing leads there.
        putOther(0, 5, 5);
        QVERIFY(strays() == std::vector{stray});
        QVERIFY(strays({stray}).empty());
    }

    void whatIsOnlyInTheWayOfAnotherIsOne()
    {
        m_replica->put(0, 2, 2);
        m_replica->put(0, 3, 3);
        m_replica->put(0, 4, 4);
        // It begins where both histories are one.
        const std::string stray = putOther(1, 2, 3);
        QVERIFY(strays() == std::vector{stray});
    }

    void whoLeadsToOneAloneIsOneToo()
    {
        for (std::uint64_t txId = 2; txId <= 5; ++txId) {
            m_replica->put(0, txId, txId);
        }
        const std::string first = putOther(1, 2, 2);
        const std::string second = putOther(1, 3, 3);
        const std::string last = putOther(1, 4, 4);
        QVERIFY(strays() == (std::vector{first, second, last}));
        const auto one = straysOf(m_replica->storage, std::vector{objectInfo(1, 4, 4)}, {}, {});
        QCOMPARE(one.value().size(), std::size_t{3});
    }

    void ofTwoThatAreFollowedNeitherIsOne()
    {
        m_replica->put(0, 2, 2);
        m_replica->put(0, 3, 3);
        putOther(1, 2, 2);
        putOther(1, 3, 3);
        QVERIFY(strays().empty());
    }

    void whatHasEveryPageFollowsWhateverIsThere()
    {
        m_replica->put(0, 2, 2);
        putOther(9, 1, 3);
        QVERIFY(strays().empty());
    }

    void ofWhatIsWrittenWithoutDigestsNothingIsKnown()
    {
        m_other->hasDigests = false;
        m_replica->put(0, 2, 2);
        putOther(0, 3, 3);
        m_replica->put(0, 4, 4);
        QVERIFY(strays().empty());
    }

    void whatCannotBeReadSaysNothingOfOthers()
    {
        const std::string damaged = m_replica->put(0, 2, 2);
        m_replica->storage.objects().at(damaged).bytes.resize(10);
        putOther(0, 3, 3);
        QVERIFY(strays().empty());
    }
};

QTEST_APPLESS_MAIN(TestStrays)
#include "tst_strays.moc"
