#include "core/service/control_socket.h"

#include "core/base/descriptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

namespace tidemark::service {
namespace {

/// The statuses of some thousand databases.
constexpr std::size_t kMaxAnswerBytes = 16U * 1024 * 1024;

constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};
constexpr itimerspec kClientPatience{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_nsec = 0}};
constexpr int kBacklog = 8;

/// Until somebody gives descriptors back that we have none of.
constexpr int kNoDescriptorPauseMs = 100;

/// Empty when the path is too long.
std::optional<sockaddr_un> addressOf(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return std::nullopt;
    }
    std::ranges::copy(path, address.sun_path);
    return address;
}

Error cannotServe(const std::string& path, int number)
{
    return {.code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("service",
                                   "Other programs cannot ask this one for its status: "
                                   "there is no socket %1 (%2)."),
                     {path, std::strerror(number)}}};
}

Error pathTooLong(const std::string& path)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("service",
                                   "Other programs cannot ask this one for its status: "
                                   "the path of the socket %1 is too long."),
                     {path}}};
}

Error noEngine(const std::string& path)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "No engine listens at %1."), {path}}};
}

Error noAnswer(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service", "The engine at %1 does not answer."), {path}},
            .next = {TIDEMARK_TEXT("service", "Try again in a moment.")}};
}

/// Of every call on the socket from now on, connect() with its wait for a full backlog among them.
void setPatience(int socket)
{
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
}

/// 0, or why there is no connection; EAGAIN: the other side takes no more.
int connectTo(int socket, const sockaddr_un& address)
{
    const auto* const named = reinterpret_cast<const sockaddr*>(&address);
    int result = -1;
    do {
        result = ::connect(socket, named, sizeof address);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

Error lineTooLong()
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("service",
                                   "The engine was asked with a line of more than %1 bytes."),
                     {std::to_string(kMaxRequestBytes)}},
            .next = {TIDEMARK_TEXT("service", "No command is as long.")}};
}

bool sendAll(int socket, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

enum class Received {
    Some,
    Nothing,  ///< Yet: what the socket's patience or its not blocking allowed is over.
    End,
    Failure,  ///< Or more than the limit.
};

/// Adds what comes to `text`.
Received receiveSome(int socket, std::string& text, std::size_t limit)
{
    char buffer[4096];
    ssize_t got = -1;
    do {
        got = ::recv(socket, buffer, sizeof buffer, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return errno == EAGAIN ? Received::Nothing : Received::Failure;
    }
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > limit) {
        return Received::Failure;
    }
    return got == 0 ? Received::End : Received::Some;
}

/// The directory is closed to others; who comes all the same is root, or nobody to talk to.
bool isOurUser(int socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == ::geteuid() || peer.uid == 0);
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::serve(FileSystem& files,
                                                            const std::string& directory,
                                                            int processId, Answer answer)
{
    const std::string path = directory + "/" + std::to_string(processId) + ".sock";
    TIDEMARK_TRY_STATUS(files.makeDirectories(directory));
    const auto address = addressOf(path);
    if (!address) {
        return pathTooLong(path);
    }
    // One of a process that had our number and did not end cleanly.
    TIDEMARK_TRY_STATUS(files.remove(path));
    Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    Descriptor waker(::eventfd(0, EFD_CLOEXEC));
    if (listener.number() < 0 || waker.number() < 0 ||
        ::bind(listener.number(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) !=
            0 ||
        ::listen(listener.number(), kBacklog) != 0) {
        return cannotServe(path, errno);
    }
    return std::unique_ptr<ControlSocket>(
        new ControlSocket(files, path, listener.release(), waker.release(), std::move(answer)));
}

ControlSocket::ControlSocket(FileSystem& files, std::string path, int listener, int waker,
                             Answer answer)
    : m_files(files),
      m_path(std::move(path)),
      m_listener(listener),
      m_waker(waker),
      m_answer(std::move(answer)),
      m_thread([this] { listen(); })
{
}

ControlSocket::~ControlSocket()
{
    ::eventfd_write(m_waker, 1);
    m_thread.join();
    ::close(m_listener);
    ::close(m_waker);
    // A file that stays is taken for a dead process's, which it then is.
    static_cast<void>(m_files.remove(m_path));
}

void ControlSocket::listen()
{
    for (;;) {
        pollfd waited[] = {{.fd = m_waker, .events = POLLIN, .revents = 0},
                           {.fd = m_listener, .events = POLLIN, .revents = 0}};
        const int count = ::poll(waited, std::size(waited), -1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0 || waited[0].revents != 0) {
            return;
        }
        const Descriptor client(
            ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (client.number() < 0 && errno != EAGAIN && errno != EINTR) {
            // The client still waits, and poll would tell so at once again.
            ::poll(waited, 1, kNoDescriptorPauseMs);
        } else if (client.number() >= 0 && isOurUser(client.number())) {
            serveClient(client.number());
        }
    }
}

bool ControlSocket::isReady(int client, short events, int timer) const
{
    pollfd waited[] = {{.fd = client, .events = events, .revents = 0},
                       {.fd = m_waker, .events = POLLIN, .revents = 0},
                       {.fd = timer, .events = POLLIN, .revents = 0}};
    int count = -1;
    do {
        count = ::poll(waited, std::size(waited), -1);
    } while (count < 0 && errno == EINTR);
    return count > 0 && waited[1].revents == 0 && waited[2].revents == 0;
}

void ControlSocket::serveClient(int client)
{
    // For the whole conversation, however slowly it goes.
    const Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    if (timer.number() < 0 ||
        ::timerfd_settime(timer.number(), 0, &kClientPatience, nullptr) != 0) {
        return;
    }
    std::string line;
    while (line.find('\n') == std::string::npos && line.size() <= kMaxRequestBytes) {
        if (!isReady(client, POLLIN, timer.number())) {
            return;
        }
        const Received received = receiveSome(client, line, kMaxRequestBytes);
        const bool isTooLong = line.size() > kMaxRequestBytes;
        if (received == Received::End || (received == Received::Failure && !isTooLong)) {
            return;
        }
    }
    const std::string answer = answerTo(line);
    std::string_view rest = answer;
    while (!rest.empty() && isReady(client, POLLOUT, timer.number())) {
        const ssize_t sent = ::send(client, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR && errno != EAGAIN) {
            return;
        }
        rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
}

std::string ControlSocket::answerTo(const std::string& line) const
{
    if (line.size() > kMaxRequestBytes) {
        return errorLine(lineTooLong()) + "\n";
    }
    const auto request = parseRequest(std::string_view(line).substr(0, line.find('\n')));
    if (!request.ok()) {
        return errorLine(request.error()) + "\n";
    }
    std::string answer;
    for (const std::string& text : m_answer(request.value())) {
        answer += text + "\n";
    }
    return answer;
}

Result<std::vector<std::string>> askEngine(const std::string& socketPath,
                                           const ControlRequest& request)
{
    const auto address = addressOf(socketPath);
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!address || socket.number() < 0) {
        return noEngine(socketPath);
    }
    setPatience(socket.number());
    if (const int failure = connectTo(socket.number(), *address); failure != 0) {
        return failure == EAGAIN ? noAnswer(socketPath) : noEngine(socketPath);
    }
    if (!sendAll(socket.number(), formatRequest(request) + "\n")) {
        return noAnswer(socketPath);
    }
    std::string answer;
    Received received = Received::Some;
    while (received == Received::Some) {
        received = receiveSome(socket.number(), answer, kMaxAnswerBytes);
    }
    if (received != Received::End || (!answer.empty() && !answer.ends_with('\n'))) {
        return noAnswer(socketPath);
    }
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < answer.size();) {
        const auto end = answer.find('\n', at);
        lines.push_back(answer.substr(at, end - at));
        at = end + 1;
    }
    if (const auto failure = lines.size() == 1 ? errorOfLine(lines.front()) : std::nullopt) {
        return *failure;
    }
    return lines;
}

}  // namespace tidemark::service
