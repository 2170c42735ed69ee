#include "core/service/side_by_side.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace tidemark::service {
namespace {

/// Shared by the caller and its helpers, one of which may come when all is over.
class Round {
public:
    explicit Round(std::span<const std::function<void()>> tasks) : m_tasks(tasks) {}

    /// Takes tasks until there are none.
    void help()
    {
        std::unique_lock lock(m_mutex);
        while (m_taken < m_tasks.size()) {
            const auto& task = m_tasks[m_taken++];
            lock.unlock();
            task();
            lock.lock();
            ++m_ended;
        }
        m_allEnded.notify_all();
    }

    void waitForAll()
    {
        std::unique_lock lock(m_mutex);
        m_allEnded.wait(lock, [this] { return m_ended == m_tasks.size(); });
    }

private:
    const std::span<const std::function<void()>> m_tasks;  // Gone once all have ended.
    std::mutex m_mutex;                                    // Guards what follows.
    std::condition_variable m_allEnded;
    std::size_t m_taken = 0;
    std::size_t m_ended = 0;
};

}  // namespace

void runSideBySide(StepPool& helpers, std::span<const std::function<void()>> tasks)
{
    if (tasks.size() == 1) {
        tasks.front()();
        return;
    }
    const auto round = std::make_shared<Round>(tasks);
    for (std::size_t i = 1; i < tasks.size(); ++i) {
        helpers.post([round] { round->help(); });
    }
    round->help();
    round->waitForAll();
}

}  // namespace tidemark::service
