#include "core/base/background_sync.h"

#include <utility>

namespace tidemark {
namespace {

// A fraction of a second's work for a disk; small files never reach it and are synced once.
constexpr std::uint64_t kSyncBytes = 32 << 20;

}  // namespace

void BackgroundSync::wrote(std::uint64_t bytes)
{
    const std::scoped_lock lock(m_mutex);
    m_unsyncedBytes += bytes;
    if (m_unsyncedBytes < kSyncBytes) {
        return;
    }
    if (!m_thread.joinable()) {
        m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    m_changed.notify_one();
}

Status BackgroundSync::finish()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
    return m_failure ? Status(*std::exchange(m_failure, std::nullopt)) : Status();
}

void BackgroundSync::run(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [this] { return m_unsyncedBytes >= kSyncBytes; }) &&
           !stop.stop_requested()) {
        m_unsyncedBytes = 0;
        lock.unlock();
        auto synced = m_file.sync();
        lock.lock();
        if (!synced.ok()) {
            m_failure = std::move(synced).error();
            return;
        }
    }
}

}  // namespace tidemark
