#pragma once

#include "core/base/file_system.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace tidemark {

/// Syncs a file on a thread of its own each time that enough was written, so that the disk works
/// while the processors do. A small file never gets that thread. Any thread may call wrote(); the
/// rest is for the owner.
class BackgroundSync {
public:
    /// `file` outlives it.
    explicit BackgroundSync(File& file) : m_file(file) {}

    /// So many bytes more are in the file.
    void wrote(std::uint64_t bytes);

    /// Ends the thread and gives its first failure. What was written last is not synced. Without it
    /// the destructor waits, too.
    [[nodiscard]] Status finish();

private:
    void run(const std::stop_token& stop);

    File& m_file;
    std::mutex m_mutex;  // Guards what follows.
    std::condition_variable_any m_changed;
    std::uint64_t m_unsyncedBytes = 0;
    std::optional<Error> m_failure;
    std::jthread m_thread;  // Last: it uses the rest.
};

}  // namespace tidemark
