#include "core/ltx/state_digest.h"
#include "tests/core/engine/uploading.h"

#include <cstring>

using namespace tidemark;
using namespace tidemark::engine;

/// Where an uploader goes on in a replica that holds something.
class TestUploaderPlace : public QObject, private Uploading {
    Q_OBJECT

    /// What another home of the same database counts: the first transaction is the same.
    static std::unique_ptr<MadeReplica> otherHome()
    {
        auto other = std::make_unique<MadeReplica>();
        other->commit({1, 2}, 2);
        for (int i = 0; i < 10; ++i) {
            other->commit({2}, 2);
        }
        return other;
    }

    [[nodiscard]] std::unique_ptr<Uploader> rememberedUpTo(std::uint64_t confirmed)
    {
        const Status noted =
            m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {confirmed}});
        return noted.ok() ? uploader() : nullptr;
    }

private slots:
    void init() { begin(); }
    void cleanup() { end(); }

    void whatIsInTheSpoolDoesNotFollowAnotherHomesHistory()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(3, *otherHome());
        const auto uploader = rememberedUpTo(2);
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::AlreadyExists);
        QVERIFY(uploader->isForeign());
        QVERIFY(!holds(3));
    }

    void aReplicaThatEndsWithAnotherHomesSegmentIsLeftAlone()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(2, *otherHome());
        const Status looked = rememberedUpTo(2)->look({});
        QVERIFY(!looked.ok() && looked.error().code == ErrorCode::AlreadyExists);
    }

    void aHeaderThatRottedIsNoOtherWriter()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(2);
        spool(3);
        std::string& stored = m_made->storage.objects().at(nameOf(2)).bytes;
        const std::string whole = stored;
        for (std::size_t at = 0; at < ltx::kHeaderSize; ++at) {
            stored[at] = static_cast<char>(whole[at] ^ 1);
            const auto uploader = rememberedUpTo(2);
            QVERIFY2(uploader->look({}).ok(), qPrintable(QString::number(at)));
            QVERIFY(!uploader->isForeign() && uploader->hasBase());
        }
    }

    void aDiskThatDoesNotReadTheNewestOneIsNoHindrance()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        spool(3);
        m_made->storage.onRead = [](const std::string& name) {
            return name == nameOf(2) ? Status(Error{.code = ErrorCode::Io, .what = {"sector"}})
                                     : Status();
        };
        const auto uploader = rememberedUpTo(2);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(3));
    }

    void whatFollowsNothingMayFollowAnything()
    {
        m_made->put(9, 1, 1);
        // A change of the page size makes a file with every page.
        auto other = otherHome();
        m_made->put(0, 2, 2);
        const std::string whole = other->fileOf({{3}, {3}}, true);
        std::string alone = whole;
        ltx::Header header = ltx::decodeHeader(std::as_bytes(std::span(whole))).value();
        ltx::setDigests(header, {.before = 0, .after = ltx::digestsOf(header)->after});
        const auto bytes = ltx::encodeHeader(header);
        std::memcpy(alone.data(), bytes.data(), bytes.size());
        QVERIFY(m_spool
                    ->add({3},
                          [&alone](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(alone)));
                          })
                    .ok());
        QVERIFY(rememberedUpTo(2)->look({}).ok());
    }

    void whatWasWrittenBeforeWeHadItGetsABaseOfOurs()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        // Captured while another program had the replica.
        spool(2, *otherHome());
        spool(3, *otherHome());
        const auto uploader = this->uploader();
        QVERIFY(uploader->look({}).ok());
        QVERIFY(!uploader->isForeign() && !uploader->hasBase());
        QCOMPARE(uploader->newest().value, std::uint64_t{2});
        QVERIFY(uploader->baseWritten({4}).ok());
        QVERIFY(uploader->step({4}, {}).ok());
        QVERIFY(uploader->hasBase() && !holds(3));
    }

    void whatWasFoundAfterNumbersWereGivenGetsABaseAboveIt()
    {
        m_made->hasDigests = false;
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->hasDigests = true;
        m_isFirst = false;
        // Nothing is in the spool that could tell, or says nothing against it.
        for (const bool hasNext : {false, true}) {
            if (hasNext) {
                spool(3);
            }
            const auto uploader = this->uploader();
            QVERIFY(uploader->look({}).ok());
            QVERIFY(!uploader->isForeign() && !uploader->hasBase());
            QCOMPARE(uploader->baseAbove().value, std::uint64_t{2});
            QVERIFY(uploader->step({3}, {}).ok());
            QVERIFY(!holds(3));
        }
    }

    void itIsGoneOnWithIfItIsOursAllTheSame()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_isFirst = false;
        for (const std::uint64_t next : {std::uint64_t{2}, std::uint64_t{3}}) {
            spool(next);
            const auto uploader = this->uploader();
            QVERIFY(uploader->look({}).ok());
            QVERIFY(uploader->hasBase());
            QCOMPARE(uploader->baseAbove(), ltx::TxId());
            QCOMPARE(uploader->confirmed().value, std::uint64_t{2});
        }
    }

    void whatWasCapturedForAnotherReplicaNeedsANewBase()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const auto uploader = rememberedUpTo(2);
        QVERIFY(uploader->look({}).ok());
        spool(3, *otherHome());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(!holds(3) && !uploader->hasBase() && !uploader->isForeign());
    }

    void withoutDigestsNothingIsSaidAgainstIt()
    {
        m_made->hasDigests = false;
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->hasDigests = true;
        spool(3);
        const auto uploader = rememberedUpTo(2);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->step({3}, {}).ok());
        QVERIFY(holds(3));
    }

    void whatIsRememberedAndWasMergedAwaySinceIsNoPlaceToGoOnFrom()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(1, 3, 5);  // Of segments that retention deleted.
        spool(4);
        spool(5);
        spool(6);
        const auto uploader = rememberedUpTo(3);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(!uploader->hasBase());
        QVERIFY(uploader->newest() == ltx::TxId{5});
    }

    void onlyWhatWasComparedCountsAsTheSame()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        m_made->put(0, 3, 3);
        {
            // The spool has lost its end: what is left of it nobody compared.
            spool(2);
            const auto uploader = rememberedUpTo(3);
            QVERIFY(uploader->look({}).ok());
            QVERIFY(!uploader->sameInSpool().has({2}) && !uploader->sameInSpool().has({3}));
        }
        spool(3);
        const auto uploader = rememberedUpTo(3);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->sameInSpool().has({2}) && uploader->sameInSpool().has({3}));
        QVERIFY(!uploader->sameInSpool().has({4}));
        spool(4);
        QVERIFY(uploader->step({4}, {}).ok());
        QVERIFY(uploader->sameInSpool().has({4}));
    }

    void aNumberThatNoHistoryReachesIsNamedAndNotGoneOnFrom()
    {
        m_made->put(9, 1, 1);
        m_made->put(0, 2, 2);
        const std::string stray =
            replica::objectName({.range = {{ltx::kMaxTxId}, {ltx::kMaxTxId}}});
        m_made->storage.objects()[stray].bytes = "stray";
        const auto uploader = rememberedUpTo(2);
        const Status looked = uploader->look({});
        QVERIFY(!looked.ok());
        QCOMPARE(looked.error().what.arguments.front(), stray);
        m_made->storage.objects().erase(stray);
        QVERIFY(uploader->look({}).ok());
        QVERIFY(uploader->hasBase());
    }

    void aBaseOfOneselfBeginsAnew()
    {
        const auto uploader = withBase();
        QVERIFY(uploader->baseWritten({7}).ok());
        QVERIFY(!uploader->sameInSpool().has({7}));
        spool(8);
        QVERIFY(uploader->step({8}, {}).ok());
        QVERIFY(uploader->sameInSpool().has({8}) && !uploader->sameInSpool().has({7}));
    }
};

QTEST_GUILESS_MAIN(TestUploaderPlace)
#include "tst_uploader_place.moc"
