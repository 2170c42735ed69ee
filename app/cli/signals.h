#pragma once

#include <stop_token>
#include <thread>

namespace tidemark::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request; a second one of them ends the process at
/// once, which is safe by design. Made before any other thread, so that none of them is
/// interrupted. One for a process.
class Signals {
public:
    Signals();
    ~Signals();

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    void wait();

    std::stop_source m_stop;
    std::stop_source m_over;
    std::thread m_thread;
};

}  // namespace tidemark::cli
