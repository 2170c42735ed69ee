#include "app/cli/event_queue.h"

#include <iterator>

namespace tidemark::cli {

void EventQueue::happened(const service::Event& event)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_events.push_back(event);
        if (m_events.size() > kMaxEvents) {
            m_events.pop_front();
        }
    }
    m_bell.ring();
}

std::vector<service::Event> EventQueue::take()
{
    const std::scoped_lock lock(m_mutex);
    std::vector<service::Event> events(std::make_move_iterator(m_events.begin()),
                                       std::make_move_iterator(m_events.end()));
    m_events.clear();
    return events;
}

}  // namespace tidemark::cli
