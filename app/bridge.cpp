#include "app/bridge.h"

#include <utility>

namespace tidemark::app {

Bridge::Bridge()
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &Bridge::deliver);
}

void Bridge::tell(EngineListener& listener)
{
    m_listener = &listener;
    deliver();
}

void Bridge::statusChanged(const service::DatabaseStatus& status)
{
    const std::scoped_lock lock(m_mutex);
    m_news.removed.erase(status.id);
    m_news.statuses.insert_or_assign(status.id, status);
    wake();
}

void Bridge::happened(const service::Event& event)
{
    const std::scoped_lock lock(m_mutex);
    if (m_news.events.size() < kMaxEvents) {
        m_news.events.push_back(event);
    } else {
        m_news.missed = true;
    }
    wake();
}

void Bridge::removed(const service::DatabaseId& id)
{
    const std::scoped_lock lock(m_mutex);
    m_news.statuses.erase(id);
    m_news.removed.insert(id);
    wake();
}

void Bridge::wake()
{
    if (std::exchange(m_posted, true)) {
        return;
    }
    // After a quiet time the first news goes through at once; the next ones wait for the pause.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!m_pause.isActive()) {
                deliver();
            }
        },
        Qt::QueuedConnection);
}

void Bridge::deliver()
{
    if (m_listener == nullptr) {
        return;
    }
    News news;
    {
        const std::scoped_lock lock(m_mutex);
        news = std::exchange(m_news, {});
        m_posted = false;
    }
    const bool anything = !news.statuses.empty() || !news.events.empty() || !news.removed.empty();
    for (const auto& [id, status] : news.statuses) {
        m_listener->statusChanged(status);
    }
    for (const service::Event& event : news.events) {
        m_listener->happened(event);
    }
    for (const service::DatabaseId& id : news.removed) {
        m_listener->removed(id);
    }
    if (news.missed) {
        m_listener->eventsMissed();
    }
    if (anything) {
        m_pause.start();
    }
}

}  // namespace tidemark::app
