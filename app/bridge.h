#pragma once

#include "app/engine_port.h"
#include "core/service/observer.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace tidemark::app {

/// Carries what the engine's threads say to the GUI thread: keeps the newest status a database and
/// every event, and hands them over about ten times a second, however fast they come. Made and
/// destroyed on the GUI thread; the engine is stopped before it goes.
class Bridge final : public QObject, public service::Observer {
    Q_OBJECT

public:
    Bridge();

    /// From now on `listener` is told; what came before waits for it. It outlives the bridge.
    void tell(EngineListener& listener);

    void statusChanged(const service::DatabaseStatus& status) override;
    void happened(const service::Event& event) override;
    void removed(const service::DatabaseId& id) override;

    /// Between two deliveries.
    static constexpr int kPauseMs = 100;

    /// Events kept between two deliveries: 300 databases in a burst make some 3,000 a second.
    static constexpr std::size_t kMaxEvents = 10'000;

private:
    struct News {
        std::map<service::DatabaseId, service::DatabaseStatus> statuses = {};
        std::vector<service::Event> events = {};
        std::set<service::DatabaseId> removed = {};
        bool missed = false;
    };

    void wake();
    void deliver();

    EngineListener* m_listener = nullptr;
    QTimer m_pause;

    std::mutex m_mutex;  // Guards m_news and m_posted.
    News m_news;
    bool m_posted = false;
};

}  // namespace tidemark::app
