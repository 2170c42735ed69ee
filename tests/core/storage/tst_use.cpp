#include "core/base/system_clock.h"
#include "core/storage/use.h"
#include "tests/support/hurried_clock.h"
#include "tests/support/simulated_clock.h"

#include <QTemporaryDir>
#include <QTest>

#include <future>
#include <optional>
#include <stop_token>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

class TestUse : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    SystemClock m_clock;

    [[nodiscard]] StorageAddress address() const { return {.path = m_folder.path().toStdString()}; }

private slots:
    void manyShareIt()
    {
        const auto one = shareUse(m_clock, address(), {});
        const auto another = shareUse(m_clock, address(), {});
        QVERIFY(one.ok() && another.ok());
    }

    void whoDeletesIsRefusedWhileSomebodyReads()
    {
        {
            const auto reader = shareUse(m_clock, address(), {});
            QCOMPARE(takeUse(address()).error().code, ErrorCode::Busy);
        }
        QVERIFY(takeUse(address()).ok());
    }

    void onlyOneDeletes()
    {
        const auto one = takeUse(address());
        QVERIFY(one.ok());
        QCOMPARE(takeUse(address()).error().code, ErrorCode::Busy);
    }

    void whoReadsWaitsUntilTheDeletionsAreOver()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        std::optional deleting(takeUse(address()));
        auto reader =
            std::async(std::launch::async, [&] { return shareUse(clock, address(), {}).ok(); });
        clock.untilWaiting(1);
        deleting.reset();
        clock.advance(1s);
        QVERIFY(reader.get());
    }

    void whoHoldsTheFolderForGoodIsNotWaitedFor()
    {
        HurriedClock clock(1000);
        const auto held = takeUse(address());
        QVERIFY(shareUse(clock, address(), {}).ok());
    }

    void aWaitingReaderCanBeStopped()
    {
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        const auto deleting = takeUse(address());
        std::stop_source stop;
        auto reader = std::async(std::launch::async, [&, token = stop.get_token()] {
            return shareUse(clock, address(), token).error().code;
        });
        clock.untilWaiting(1);
        stop.request_stop();
        QCOMPARE(reader.get(), ErrorCode::Cancelled);
    }

    void aFolderThatIsNotThereIsInNobodysUse()
    {
        const StorageAddress none{.path = address().path + "/none"};
        QVERIFY(shareUse(m_clock, none, {}).ok());
        QVERIFY(takeUse(none).ok());
    }
};

QTEST_APPLESS_MAIN(TestUse)
#include "tst_use.moc"
