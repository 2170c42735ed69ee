#include "app/engine/signals.h"

#include "core/base/error.h"
#include "core/base/process.h"

#include <unistd.h>
#include <csignal>

namespace tidemark::app {
namespace {

sigset_t ours()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

Signals::Signals(std::function<void()> onFirst) : m_onFirst(std::move(onFirst))
{
    const sigset_t set = ours();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ignoreWriteSignals();
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Signals::~Signals()
{
    m_thread.request_stop();
    pthread_kill(m_thread.native_handle(), SIGTERM);  // Ends its wait.
}

void Signals::run(const std::stop_token& stop)
{
    const sigset_t set = ours();
    int signal = 0;
    for (bool first = true; sigwait(&set, &signal) == 0 && !stop.stop_requested(); first = false) {
        if (!first) {
            _exit(exitCode(ErrorCode::Cancelled));
        }
        m_onFirst();
    }
}

}  // namespace tidemark::app
