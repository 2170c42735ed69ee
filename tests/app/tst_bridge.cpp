#include "app/bridge.h"
#include "tests/app/fakes.h"

#include <QElapsedTimer>
#include <QTest>
#include <QThread>

#include <thread>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace std::chrono_literals;
using Engine = engine::Protection;

namespace {

/// Writes down what it is told, and on which thread.
class Notes final : public EngineListener {
public:
    std::vector<std::string> lines;
    QThread* thread = nullptr;
    std::size_t events = 0;
    int missed = 0;

    void statusChanged(const service::DatabaseStatus& status) override
    {
        note("status " + status.id + ' ' + std::string(codeName(status.standing.state)));
    }
    void happened(const service::Event& event) override
    {
        ++events;
        note("event " + event.database);
    }
    void removed(const service::DatabaseId& id) override { note("removed " + id); }
    void eventsMissed() override { ++missed; }

private:
    void note(std::string line)
    {
        thread = QThread::currentThread();
        lines.push_back(std::move(line));
    }
};

service::DatabaseStatus status(const std::string& id, Engine state)
{
    return {.id = id, .standing = {.state = state}};
}

}  // namespace

class TestBridge : public QObject {
    Q_OBJECT

private slots:
    void whatEngineThreadsSayArrivesOnTheGuiThread()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        std::jthread([&] { bridge.statusChanged(status("a", Engine::Protected)); }).join();
        QVERIFY(notes.lines.empty());
        QTRY_COMPARE(notes.lines.size(), 1U);
        QCOMPARE(notes.thread, QThread::currentThread());
    }

    void whatCameBeforeTheListenerWaitsForIt()
    {
        Bridge bridge;
        bridge.statusChanged(status("a", Engine::Protected));
        bridge.happened({.database = "a"});
        QCoreApplication::processEvents();
        Notes notes;
        bridge.tell(notes);
        QCOMPARE(notes.lines, (std::vector<std::string>{"status a protected", "event a"}));
    }

    void ofManyStatusesTheNewestIsTold()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        bridge.statusChanged(status("a", Engine::CatchingUp));
        bridge.statusChanged(status("a", Engine::AtRisk));
        bridge.statusChanged(status("a", Engine::Protected));
        QTRY_COMPARE(notes.lines, (std::vector<std::string>{"status a protected"}));
    }

    void noEventIsLeftOut()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) {
                threads.emplace_back([&] {
                    for (int each = 0; each < 500; ++each) {
                        bridge.happened({.database = "a"});
                    }
                });
            }
        }
        QTRY_COMPARE(notes.events, 2000U);
        QCOMPARE(notes.missed, 0);
    }

    void moreThanIsKeptIsAdmitted()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        for (std::size_t i = 0; i < Bridge::kMaxEvents + 5; ++i) {
            bridge.happened({.database = "a"});
        }
        QTRY_COMPARE(notes.missed, 1);
        QCOMPARE(notes.events, Bridge::kMaxEvents);
    }

    void aBurstIsDeliveredAFewTimesASecond()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 350) {
            bridge.statusChanged(status("a", Engine::Protected));
            QCoreApplication::processEvents();
        }
        QVERIFY(!notes.lines.empty());
        QVERIFY(notes.lines.size() <=
                1U + static_cast<std::size_t>(timer.elapsed() / Bridge::kPauseMs));
    }

    void aDatabaseThatIsFollowedAgainIsNotRemoved()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        bridge.removed("a");
        bridge.statusChanged(status("a", Engine::CatchingUp));
        QTRY_COMPARE(notes.lines, (std::vector<std::string>{"status a catching-up"}));
    }

    void aRemovedDatabaseHasNoStatusAnyMore()
    {
        Bridge bridge;
        Notes notes;
        bridge.tell(notes);
        bridge.statusChanged(status("a", Engine::CatchingUp));
        bridge.removed("a");
        QTRY_COMPARE(notes.lines, (std::vector<std::string>{"removed a"}));
    }
};

QTEST_GUILESS_MAIN(TestBridge)
#include "tst_bridge.moc"
