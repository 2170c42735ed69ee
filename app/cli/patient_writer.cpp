#include "app/cli/patient_writer.h"

#include "core/base/standard_streams.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace tidemark::cli {
namespace {

// Whoever wants the program to end waits for no longer than that.
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

std::error_code PatientWriter::write(std::string_view text)
{
    int patienceMs = kPatienceMs;
    while (!text.empty() && !m_isGivenUp) {
        pollfd reader{.fd = m_fd, .events = POLLOUT, .revents = 0};
        const bool isReady = ::poll(&reader, 1, kLookMs) != 0;
        const ssize_t written = isReady ? writeSome(text) : 0;
        if (written < 0 && errno != EAGAIN && errno != EINTR) {
            return {errno, std::generic_category()};
        }
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
            continue;
        }
        if (isReady) {
            // A terminal that has room for less than it wants.
            static_cast<void>(::poll(nullptr, 0, kLookMs));
        }
        patienceMs -= m_stop.stop_requested() ? kLookMs : 0;
        m_isGivenUp = patienceMs <= 0;
    }
    return text.empty() ? std::error_code() : std::make_error_code(std::errc::operation_canceled);
}

ssize_t PatientWriter::writeSome(std::string_view text) const
{
    if (m_isSocket) {
        return ::send(m_fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (m_again.valid()) {
        return ::write(m_again.number(), text.data(), text.size());
    }
    // As much as a pipe takes at once when it takes anything.
    return ::write(m_fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

}  // namespace tidemark::cli
