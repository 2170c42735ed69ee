#include "core/base/standard_streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace tidemark {

void openClosedStreams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF) {
            // The lowest number that is free: this one.
            static_cast<void>(::open("/dev/null", O_RDONLY));
        }
    }
}

Descriptor openAgainWithoutBlocking(int fd)
{
    struct stat facts {};
    const bool mayBlock =
        ::isatty(fd) == 1 || (::fstat(fd, &facts) == 0 && S_ISFIFO(facts.st_mode));
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    return Descriptor(mayBlock ? ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                               : -1);
}

}  // namespace tidemark
