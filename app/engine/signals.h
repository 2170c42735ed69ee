#pragma once

#include <functional>
#include <thread>

namespace tidemark::app {

/// Takes SIGINT and SIGTERM on a thread of its own. Made before any other thread, so that all of
/// them inherit the mask. The second signal ends the process at once, which is safe by design.
class Signals {
public:
    /// `onFirst` runs on that thread and must not block.
    explicit Signals(std::function<void()> onFirst);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void run(const std::stop_token& stop);

    std::function<void()> m_onFirst;
    std::jthread m_thread;
};

}  // namespace tidemark::app
