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
        QVERIFY(endsWithin(std::chrono::seconds(20), [&isDone] { isDone = true; }));
        QVERIFY(isDone);
    }

    void whatHangsIsLeftAlone()
    {
        struct Shared {
            std::binary_semaphore mayEnd{0};
            std::binary_semaphore hasEnded{0};
        };
        const auto shared = std::make_shared<Shared>();
        QVERIFY(!endsWithin(std::chrono::milliseconds(20), [shared] {
            shared->mayEnd.acquire();
            shared->hasEnded.release();
        }));
        shared->mayEnd.release();
        QVERIFY(shared->hasEnded.try_acquire_for(std::chrono::seconds(20)));
    }
};

QTEST_GUILESS_MAIN(TestPatience)
#include "tst_patience.moc"
