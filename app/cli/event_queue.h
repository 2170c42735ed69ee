#pragma once

#include "core/base/clock.h"
#include "core/service/observer.h"

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace tidemark::cli {

/// Takes events from the engine's threads to the one that prints. When nobody reads our output the
/// oldest segments are dropped, never the engine held up.
class EventQueue final : public service::Observer {
public:
    /// So many events wait at most.
    static constexpr std::size_t kMaxEvents = 100'000;

    void statusChanged(const service::DatabaseStatus&) override {}
    void happened(const service::Event& event) override;
    void removed(const service::DatabaseId&) override {}

    /// What came since the last call.
    [[nodiscard]] std::vector<service::Event> take();

    /// Rung when there is something to take; for one waiting thread.
    [[nodiscard]] Wakeup& bell() { return m_bell; }

private:
    Wakeup m_bell;
    std::mutex m_mutex;  // Guards m_events.
    std::deque<service::Event> m_events;
};

}  // namespace tidemark::cli
