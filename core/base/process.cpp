#include "core/base/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <limits>

namespace tidemark {

int processId()
{
    return static_cast<int>(::getpid());
}

void ignoreWriteSignals()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void raiseOpenFileLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        // Where that is not allowed, the old limit holds, and who needs more is told.
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

std::uint64_t openFileLimit()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::uint64_t{limit.rlim_cur}
                                                   : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace tidemark
