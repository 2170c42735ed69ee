#include "app/cli/patient_writer.h"

#include "core/base/standard_streams.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace tidemark::cli {
namespace {

constexpr int kLookMs = 100;
constexpr int kPatienceMs = 1000;

bool isSocket(int fd)
{
    struct stat facts {};
    return ::fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

}  // namespace

PatientWriter::PatientWriter(int fd, std::stop_token stop)
    : m_fd(fd),
      m_again(openAgainWithoutBlocking(fd)),
      m_isSocket(isSocket(fd)),
      m_stop(std::move(stop))
{
}

bool PatientWriter::write(std::string_view text)
{
    while (!text.empty()) {
        if (!waitForReader()) {
            errno = ECANCELED;
            return false;
        }
        const ssize_t written = writeSome(text);
        const bool isTriedAgain = written < 0 && (errno == EAGAIN || errno == EINTR);
        if (written < 0 && !isTriedAgain) {
            return false;
        }
        text.remove_prefix(isTriedAgain ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

/// False when it is given up. A file or a pipe that nobody has open any more is never waited for.
bool PatientWriter::waitForReader()
{
    pollfd reader{.fd = m_fd, .events = POLLOUT, .revents = 0};
    for (int waitedMs = 0; !m_isGivenUp;) {
        const int ready = ::poll(&reader, 1, kLookMs);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return true;
        }
        waitedMs += m_stop.stop_requested() ? kLookMs : 0;
        m_isGivenUp = waitedMs >= kPatienceMs;
    }
    return false;
}

ssize_t PatientWriter::writeSome(std::string_view text) const
{
    if (m_isSocket) {
        return ::send(m_fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (m_again.valid()) {
        return ::write(m_again.number(), text.data(), text.size());
    }
    // A pipe that takes anything takes as much.
    return ::write(m_fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

}  // namespace tidemark::cli
