#include "core/storage/tcp_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

namespace tidemark::storage {
namespace {

// Nobody notices a stop that comes this late, and waking up this often costs nothing.
constexpr std::chrono::milliseconds kSlice{50};

// Routers forget a silent connection after some minutes.
constexpr int kKeepAliveSeconds = 60;

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

struct LookUp {
    int error = EAI_AGAIN;
    Addresses addresses = {};
};

LookUp lookUp(const std::string& host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    return {.error = error, .addresses = Addresses(error == 0 ? list : nullptr)};
}

/// What a thread looks up that cannot be interrupted. Shared with that thread, which may outlast
/// whoever waits for it.
struct SlowLookUp {
    std::mutex mutex = {};  // Guards `answer`.
    LookUp answer = {};
    Wakeup done = {};
};

Error notFound(const std::string& host, int error)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The server %1 is not found: %2."),
                     {host, ::gai_strerror(error)}},
            .next = {TIDEMARK_TEXT("storage", "Check its name, and your network.")}};
}

Error timedOut(const std::string& host, std::uint16_t port)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "%1 does not answer at port %2."),
                 {host, std::to_string(port)}},
        .next = {TIDEMARK_TEXT("storage", "Check that it runs, and that no firewall is between.")}};
}

Error refused(const std::string& host, std::uint16_t port, int number)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 takes no connection at port %2: %3."),
                     {host, std::to_string(port), std::strerror(number)}},
            .next = {TIDEMARK_TEXT("storage", "Check the port, and that the server runs.")}};
}

Result<Addresses> find(Clock& clock, const std::string& host, std::uint16_t port,
                       Clock::Instant deadline, const std::stop_token& stop)
{
    if (LookUp plain = lookUp(host, port, AI_NUMERICHOST); plain.addresses) {
        return std::move(plain.addresses);
    }
    const auto slow = std::make_shared<SlowLookUp>();
    std::thread([slow, host, port] {
        LookUp answer = lookUp(host, port, AI_ADDRCONFIG);
        {
            const std::scoped_lock lock(slow->mutex);
            slow->answer = std::move(answer);
        }
        slow->done.ring();
    }).detach();
    const WaitEnd end = clock.waitUntil(deadline, stop, slow->done);
    if (end == WaitEnd::Stopped) {
        return cancelled();
    }
    const std::scoped_lock lock(slow->mutex);
    if (!slow->answer.addresses) {
        return notFound(host, slow->answer.error);
    }
    return std::move(slow->answer.addresses);
}

void tune(int socket)
{
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &kKeepAliveSeconds, sizeof kKeepAliveSeconds);
}

/// Each of several addresses gets its share, so that one that swallows everything (an IPv6 that is
/// not routed) does not take the time of all.
Clock::Instant shareOf(Clock::Instant now, Clock::Instant deadline, const addrinfo* list)
{
    int count = 0;
    for (; list != nullptr; list = list->ai_next) {
        ++count;
    }
    return now + (deadline - now) / count;
}

int errorOf(int socket)
{
    int number = 0;
    socklen_t size = sizeof number;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) == 0 ? number : errno;
}

}  // namespace

SocketReady waitForSocket(const Clock& clock, int socket, short events, Clock::Instant deadline,
                          const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        pollfd wanted{.fd = socket, .events = events, .revents = 0};
        if (::poll(&wanted, 1, static_cast<int>(kSlice.count())) > 0) {
            return SocketReady::Yes;
        }
        if (clock.monotonic() >= deadline) {
            return SocketReady::TimedOut;
        }
    }
    return SocketReady::Stopped;
}

Result<Descriptor> connectTcp(Clock& clock, const std::string& host, std::uint16_t port,
                              const std::stop_token& stop)
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    const Clock::Instant deadline = clock.monotonic() + kConnectLimit;
    TIDEMARK_TRY(const Addresses addresses, find(clock, host, port, deadline, stop));
    Error last = timedOut(host, port);
    for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
        Descriptor socket(::socket(
            each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol));
        if (!socket.valid()) {
            last = refused(host, port, errno);
            continue;
        }
        if (::connect(socket.number(), each->ai_addr, each->ai_addrlen) != 0 &&
            errno != EINPROGRESS) {
            last = refused(host, port, errno);
            continue;
        }
        const SocketReady ready = waitForSocket(clock, socket.number(), POLLOUT,
                                                shareOf(clock.monotonic(), deadline, each), stop);
        if (ready == SocketReady::Stopped) {
            return cancelled();
        }
        if (ready == SocketReady::TimedOut) {
            last = timedOut(host, port);
            continue;
        }
        if (const int number = errorOf(socket.number()); number != 0) {
            last = refused(host, port, number);
            continue;
        }
        tune(socket.number());
        return socket;
    }
    return last;
}

Result<Descriptor> connectLocal(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid() || path.size() >= sizeof address.sun_path) {
        return Error{.code = ErrorCode::NotFound};
    }
    std::ranges::copy(path, address.sun_path);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
        return Error{.code = ErrorCode::NotFound};
    }
    return socket;
}

std::string whatArrived(int socket)
{
    std::array<char, 100> bytes{};
    const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool hasEnded(int socket)
{
    char byte = 0;
    const ssize_t got = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace tidemark::storage
