#include "core/replica/pins.h"

#include <QTest>
#include <atomic>
#include <thread>

using namespace tidemark::replica;

class TestPins : public QObject {
    Q_OBJECT

private slots:
    void whatIsPinnedStaysPinnedUntilThePinGoes()
    {
        PinBoard board;
        {
            const auto pin = board.pin({"a", "b"});
            QVERIFY(pin.has_value());
            QVERIFY(board.pinned() == (ObjectNames{"a", "b"}));
        }
        QVERIFY(board.pinned().empty());
    }

    void anObjectIsFreeWhenTheLastOfItsPinsGoes()
    {
        PinBoard board;
        std::optional first = board.pin({"a"});
        std::optional second = board.pin({"a", "b"});
        first.reset();
        QVERIFY(board.pinned() == (ObjectNames{"a", "b"}));
        second.reset();
        QVERIFY(board.pinned().empty());
    }

    void aMovedPinHoldsOnce()
    {
        PinBoard board;
        std::optional first = board.pin({"a"});
        std::optional<PinBoard::Pin> moved(std::move(*first));
        first.reset();
        QVERIFY(board.pinned() == ObjectNames{"a"});
        moved.reset();
        QVERIFY(board.pinned().empty());
    }

    void whatIsPinnedCannotBeClaimed()
    {
        PinBoard board;
        const auto pin = board.pin({"b"});
        const auto claim = board.claim({"c", "b", "a"});
        QCOMPARE(claim.names(), (std::vector<std::string>{"c", "a"}));
    }

    void whatIsClaimedCannotBePinnedAndThenNothingIs()
    {
        PinBoard board;
        std::optional claim(board.claim({"a"}));
        QVERIFY(!board.pin({"b", "a"}));
        QVERIFY(board.pinned().empty());
        claim.reset();
        QVERIFY(board.pin({"b", "a"}).has_value());
    }

    void twoClaimsNeverShareAnObject()
    {
        PinBoard board;
        const auto first = board.claim({"a", "b"});
        const auto second = board.claim({"b", "c"});
        QCOMPARE(second.names(), std::vector<std::string>{"c"});
    }

    void noObjectIsEverPinnedAndClaimedAtOnce()
    {
        PinBoard board;
        std::atomic<int> pinned = 0;
        std::atomic<int> claimed = 0;
        std::atomic<bool> both = false;
        const auto inUse = [&](std::atomic<int>& ours, const std::atomic<int>& theirs) {
            ++ours;
            both = both || theirs > 0;
            --ours;
        };
        {
            const std::jthread restore([&] {
                for (int i = 0; i < 20'000; ++i) {
                    if (const auto pin = board.pin({"a"})) {
                        inUse(pinned, claimed);
                    }
                }
            });
            const std::jthread retention([&] {
                for (int i = 0; i < 20'000; ++i) {
                    const auto claim = board.claim({"a"});
                    if (!claim.names().empty()) {
                        inUse(claimed, pinned);
                    }
                }
            });
        }
        QVERIFY(!both);
        QVERIFY(board.pinned().empty());
    }
};

QTEST_GUILESS_MAIN(TestPins)
#include "tst_pins.moc"
