#include "app/cli/signals.h"

#include "core/base/error.h"
#include "core/base/process.h"

#include <pthread.h>
#include <unistd.h>
#include <csignal>

namespace tidemark::cli {
namespace {

/// Wakes the waiting thread when the process ends by itself.
constexpr int kWakeUp = SIGUSR1;

sigset_t waitedFor()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, kWakeUp}) {
        sigaddset(&signals, signal);
    }
    return signals;
}

}  // namespace

Signals::Signals()
{
    const sigset_t signals = waitedFor();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ignoreWriteSignals();
    m_thread = std::thread([this] { wait(); });
}

Signals::~Signals()
{
    m_over.request_stop();
    pthread_kill(m_thread.native_handle(), kWakeUp);
    m_thread.join();
}

void Signals::wait()
{
    const sigset_t signals = waitedFor();
    while (!m_over.stop_requested()) {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal == kWakeUp) {
            continue;
        }
        if (m_stop.stop_requested()) {
            ::_exit(exitCode(ErrorCode::Cancelled));
        }
        m_stop.request_stop();
    }
}

}  // namespace tidemark::cli
