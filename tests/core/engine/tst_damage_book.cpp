#include "core/engine/damage_book.h"

#include "core/base/posix_file_system.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <vector>

using namespace tidemark;
using namespace tidemark::engine;
using replica::MadeReplica;
using replica::ObjectInfo;

/// A replica with a snapshot of transaction 1 and segments up to 4, and what is known of its
/// damage.
class TestDamageBook : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SimulatedClock m_clock;
    SeededRandom m_random{1};
    std::unique_ptr<MadeReplica> m_made;
    std::unique_ptr<Spool> m_spool;
    std::unique_ptr<state::StateDb> m_state;
    std::unique_ptr<DamageBook> m_book;

    static std::string segment(std::uint64_t txId)
    {
        return replica::objectName({.range = {{txId}, {txId}}});
    }

    /// As they are listed now.
    [[nodiscard]] std::vector<ObjectInfo> listed(const replica::ObjectNames& names)
    {
        auto objects = replica::readLtxCatalog(m_made->storage, {}).value().objects;
        std::erase_if(objects, [&](const ObjectInfo& each) { return !names.contains(each.name); });
        return objects;
    }

    /// Or as it was before, the second time.
    void damage(const std::string& name)
    {
        std::string& bytes = m_made->storage.objects().at(name).bytes;
        bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    }

    [[nodiscard]] Inspection inspect(const replica::ObjectNames& names,
                                     Suspecting who = Suspecting::Reader)
    {
        return m_book->inspect(m_made->storage, listed(names), who, {}).value();
    }

    /// Damaged, and found so.
    void find(const std::string& name)
    {
        damage(name);
        QVERIFY(inspect({name}) == Inspection::Suspected);
        m_clock.advance(kSecondRead);
        QVERIFY(inspect({name}) == Inspection::News);
    }

    void restart()
    {
        m_book = std::make_unique<DamageBook>(m_clock, *m_state, *m_spool, "replica");
    }

    [[nodiscard]] bool isMended(const replica::ObjectNames& names, std::uint64_t upTo)
    {
        return m_book->mended(m_made->storage, names, {upTo}, {}).value();
    }

    [[nodiscard]] Damage told() { return m_book->damage().value().value(); }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_made = std::make_unique<MadeReplica>();
        const std::string spool = m_folder->filePath("spool").toStdString();
        QVERIFY(m_files.makeDirectories(spool, kPrivateDirectory).ok());
        m_spool = std::make_unique<Spool>(m_files, m_random, spool);
        QVERIFY(m_spool->open().ok());
        m_state =
            state::StateDb::open(m_files, m_folder->filePath("state.db").toStdString()).value();
        restart();
        m_made->commit({1, 2}, 2);
        m_made->put(9, 1, 1);
        for (std::uint64_t txId = 2; txId <= 4; ++txId) {
            m_made->commit({1}, 2);
            m_made->put(0, txId, txId);
        }
    }

    void oneBadReadCondemnsNothing()
    {
        damage(segment(2));
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Suspected);
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Suspected);
        damage(segment(2));
        m_clock.advance(kSecondRead);
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Nothing);
        // And what was read whole is as good as before.
        damage(segment(2));
        QVERIFY(inspect({segment(2)}) == Inspection::Suspected);
        QVERIFY(m_book->found().value().empty());
        QVERIFY(!m_book->damage().value());
    }

    void whatIsOfAnotherHistoryIsTakenDownAndStaysSo()
    {
        MadeReplica other;
        other.commit({1, 2}, 2);
        for (int i = 0; i < 3; ++i) {
            other.commit({2}, 2);
        }
        m_made->storage.objects()[segment(3)] = other.storage.objects().at(other.put(0, 3, 3));
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Suspected);
        m_clock.advance(kSecondRead);
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::News);
        QVERIFY(m_book->found().value() == replica::ObjectNames{segment(3)});
        // It is as whole as before.
        QVERIFY(!m_book->readAgain(m_made->storage, true, {}).value());
        QVERIFY(m_book->found().value() == replica::ObjectNames{segment(3)});
        // The right one is put back.
        m_made->storage.objects().erase(segment(3));
        m_made->put(0, 3, 3);
        QVERIFY(m_book->readAgain(m_made->storage, true, {}).value());
        QVERIFY(m_book->found().value().empty());
    }

    void whatIsSuspectedIsStillSoBehindARestart()
    {
        damage(segment(2));
        damage(segment(3));
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Suspected);
        m_clock.advance(std::chrono::hours(1));
        restart();
        QCOMPARE(m_book->suspected().size(), 2U);
        QCOMPARE(m_book->suspected().front().name, segment(2));
        // Whatever was wrong then may be so at the start.
        QVERIFY(inspect({segment(2)}) == Inspection::Suspected);
        m_clock.advance(kSecondRead);
        damage(segment(3));
        const auto suspects = m_book->suspected();
        QVERIFY(m_book->inspect(m_made->storage, suspects, Suspecting::Reader, {}).value() ==
                Inspection::News);
        QCOMPARE(m_book->found().value(), replica::ObjectNames{segment(2)});
        restart();
        QVERIFY(m_book->suspected().empty());
    }

    void whatIsReadAsDamagedTwiceIsTakenDown()
    {
        find(segment(3));
        QVERIFY(m_book->found().value() == replica::ObjectNames{segment(3)});
        QVERIFY(m_book->missing().value() == replica::ObjectNames{segment(3)});
        QCOMPARE(told().objects, std::uint64_t{1});
        QCOMPARE(told().moments, std::uint64_t{2});
        QCOMPARE(told().first, ltx::TxId{3});
        QCOMPARE(told().last, ltx::TxId{4});
        QVERIFY(!told().mendedAt);
    }

    void whatHasAnotherSizeThanItWasListedWithIsNotCalledDamaged()
    {
        const auto before = listed({segment(2)});
        m_made->storage.objects().at(segment(2)).bytes.resize(40);
        const auto read = m_book->inspect(m_made->storage, before, Suspecting::Reader, {});
        QVERIFY(!read.ok() && read.error().code == ErrorCode::Unavailable);
        QVERIFY(inspect({segment(2)}) == Inspection::Suspected);
    }

    void whatIsOfANewerKindIsNotCalledDamaged()
    {
        m_made->storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unsupported});
        };
        QVERIFY(inspect({segment(2)}) == Inspection::Nothing);
        m_clock.advance(kSecondRead);
        QVERIFY(inspect({segment(2)}) == Inspection::Nothing);
    }

    void itIsMendedWhenTheNewestMomentCanBeReachedWithoutIt()
    {
        find(segment(2));
        QVERIFY(!isMended({segment(2)}, 4));
        QVERIFY(!told().mendedAt);
        m_made->put(9, 1, 4);
        QVERIFY(isMended({segment(2)}, 4));
        QVERIFY(told().mendedAt == m_clock.now());
        // The new snapshot is moment 4.
        QCOMPARE(told().moments, std::uint64_t{2});
        QCOMPARE(told().last, ltx::TxId{3});
        QVERIFY(!isMended({segment(2)}, 4));
    }

    void whatWasFoundAfterTheLookIsNotMendedByIt()
    {
        find(segment(2));
        find(segment(3));
        QVERIFY(!isMended({segment(2)}, 4));
        m_made->put(9, 1, 4);
        QVERIFY(isMended({segment(2)}, 4));
        QVERIFY(!told().mendedAt);
        QVERIFY(isMended({segment(2), segment(3)}, 4));
        QVERIFY(told().mendedAt.has_value());
    }

    void damageOfWhatMendedItUndoesNothingThatIsTold()
    {
        find(segment(2));
        m_made->put(9, 1, 4);
        const std::string base = replica::objectName({.level = 9, .range = {{1}, {4}}});
        find(base);
        QVERIFY(!isMended({segment(2)}, 4));
        QVERIFY(!told().mendedAt);
    }

    void theSpoolStandsForADamagedSegmentUnlessAMergeCouldNotUseItsCopy()
    {
        const std::string bytes = m_made->fileOf({{3}, {3}});
        QVERIFY(m_spool
                    ->add({3},
                          [&bytes](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(bytes)));
                          })
                    .ok());
        find(segment(3));
        QVERIFY(m_book->missing().value().empty());
        QVERIFY(inspect({segment(2), segment(3)}) == Inspection::Nothing);
        QVERIFY(m_book->missing().value().empty());
        QVERIFY(inspect({segment(2), segment(3)}, Suspecting::Merge) == Inspection::Suspected);
        QVERIFY(m_book->missing().value().empty());
        m_clock.advance(kSecondRead);
        QVERIFY(inspect({segment(2), segment(3)}, Suspecting::Merge) == Inspection::Known);
        QVERIFY(m_book->missing().value() == replica::ObjectNames{segment(3)});
    }

    void whatIsMissedAgainIsNotMendedAnyMore()
    {
        find(segment(2));
        m_made->put(9, 1, 4);
        QVERIFY(isMended({segment(2)}, 4));
        QVERIFY(inspect({segment(2)}) == Inspection::Known);
        QVERIFY(!told().mendedAt);
        QVERIFY(isMended({segment(2)}, 4));
    }

    void basesThatMendAreRemembered()
    {
        find(segment(2));
        const Timestamp first = m_clock.now();
        QVERIFY(m_book->noteBase().ok());
        QVERIFY(told().bases == std::vector{first});
        m_made->put(9, 1, 4);
        QVERIFY(isMended({segment(2)}, 4));
        find(replica::objectName({.level = 9, .range = {{1}, {4}}}));
        const Timestamp second = m_clock.now();
        QVERIFY(m_book->noteBase().ok());
        QVERIFY(told().bases == (std::vector{first, second}));
        // Also one after which nothing else was found.
        m_clock.advance(std::chrono::minutes(1));
        QVERIFY(m_book->noteBase().ok());
        QVERIFY(told().bases == (std::vector{first, m_clock.now()}));
        // By whoever follows it next, too.
        const DamageBook again(m_clock, *m_state, *m_spool, "replica");
        QVERIFY(again.damage().value()->bases == told().bases);
    }

    void aBaseOfAReplicaThatIsWholeMendsNothing()
    {
        QVERIFY(m_book->noteBase().ok());
        QVERIFY(!m_book->damage().value());
    }

    void whatTurnsOutToBeWholeIsDropped()
    {
        find(segment(2));
        QVERIFY(!m_book->readAgain(m_made->storage, true, {}).value());
        damage(segment(2));
        // Nothing says that it is worth while.
        QVERIFY(!m_book->readAgain(m_made->storage, false, {}).value());
        QVERIFY(m_book->readAgain(m_made->storage, true, {}).value());
        QVERIFY(m_book->found().value().empty());
    }

    void whatWasPutBackIsReadAgain()
    {
        find(segment(2));
        damage(segment(2));
        m_made->storage.objects().at(segment(2)).time = m_clock.now();
        QVERIFY(m_book->readAgain(m_made->storage, false, {}).value());
        QVERIFY(m_book->found().value().empty());
    }
};

QTEST_GUILESS_MAIN(TestDamageBook)
#include "tst_damage_book.moc"
