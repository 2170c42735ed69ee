#include "core/service/patience.h"

#include <QTest>

#include <memory>
#include <semaphore>

using namespace tidemark::service;

class TestPatience : public QObject {
    Q_OBJECT

private slots:
    void whatEndsInTimeIsWaitedFor()
    {
        bool isDone = false;
        QVERIFY(endsWithin(std::chrono::seconds(20), Late::IsLeft,
                           [&isDone](const std::stop_token&) { isDone = true; }));
        QVERIFY(isDone);
    }

    void whatHangsIsLeftAlone()
    {
        struct Shared {
            std::binary_semaphore mayEnd{0};
            std::binary_semaphore hasEnded{0};
        };
        const auto shared = std::make_shared<Shared>();
        QVERIFY(!endsWithin(std::chrono::milliseconds(20), Late::IsLeft,
                            [shared](const std::stop_token&) {
                                shared->mayEnd.acquire();
                                shared->hasEnded.release();
                            }));
        shared->mayEnd.release();
        QVERIFY(shared->hasEnded.try_acquire_for(std::chrono::seconds(20)));
    }

    void whatHearsIsToldToStopAndWaitedFor()
    {
        bool wasTold = false;
        QVERIFY(!endsWithin(std::chrono::milliseconds(20), Late::IsWaitedFor,
                            [&wasTold](const std::stop_token& stop) {
                                std::binary_semaphore told{0};
                                const std::stop_callback onStop(stop, [&told] { told.release(); });
                                told.acquire();
                                wasTold = true;
                            }));
        QVERIFY(wasTold);
    }
};

QTEST_GUILESS_MAIN(TestPatience)
#include "tst_patience.moc"
