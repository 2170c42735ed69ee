#include "core/storage/at_once.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {

void AtOnce::begin(Work work)
{
    m_underWay.push_back(
        std::async(std::launch::async, [this, work = std::move(work)] { run(work); }));
}

void AtOnce::run(const Work& work)
{
    const Status done = work(m_stop.get_token());
    if (done.ok()) {
        return;
    }
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_failure) {
            m_failure = done.error();
        }
    }
    m_stop.request_stop();
}

Status AtOnce::makeRoom(std::size_t most)
{
    while (m_underWay.size() >= std::max<std::size_t>(most, 1)) {
        m_underWay.front().get();
        m_underWay.pop_front();
    }
    const std::scoped_lock lock(m_mutex);
    return m_failure ? Status(*m_failure) : Status();
}

Status AtOnce::finish()
{
    return makeRoom(1);
}

}  // namespace tidemark::storage
