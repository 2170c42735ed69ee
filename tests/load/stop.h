#pragma once

#include <csignal>

namespace load {

/// Set by SIGTERM and SIGINT once stopOnSignals() was called: finish the transaction, report,
/// leave.
inline volatile std::sig_atomic_t stopAsked = 0;

inline void stopOnSignals()
{
    struct sigaction action {};
    action.sa_handler = [](int) { stopAsked = 1; };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
}

}  // namespace load
