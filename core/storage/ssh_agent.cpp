#include "core/storage/ssh_agent.h"

#include "core/storage/ssh_wire.h"
#include "core/storage/tcp_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdint>

namespace tidemark::storage {
namespace {

constexpr std::chrono::minutes kAgentLimit{1};

// An agent with hundreds of keys stays below it; one that says more talks nonsense.
constexpr std::uint32_t kMaxAnswerBytes = 256 << 10;

constexpr char kRequestIdentities = 11;
constexpr char kIdentitiesAnswer = 12;
constexpr char kSignRequest = 13;
constexpr char kSignResponse = 14;

Error noAgent()
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The SSH agent does not answer as it should.")}};
}

}  // namespace

std::optional<SshAgent> SshAgent::find(const Clock& clock, const std::string& socket)
{
    if (socket.empty()) {
        return std::nullopt;
    }
    auto connected = connectLocal(socket);
    if (!connected.ok()) {
        return std::nullopt;
    }
    return SshAgent(clock, std::move(connected).value());
}

Result<std::vector<std::string>> SshAgent::keys(const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::string answer, ask(std::string(1, kRequestIdentities), stop));
    WireReader reader(std::string_view(answer).substr(1));
    const auto count = reader.number();
    if (answer.front() != kIdentitiesAnswer || !count) {
        return noAgent();
    }
    std::vector<std::string> keys;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto key = reader.string();
        const auto comment = reader.string();
        if (!key || !comment) {
            return noAgent();
        }
        keys.emplace_back(*key);
    }
    return keys;
}

Result<std::string> SshAgent::sign(std::string_view key, std::string_view data,
                                   const std::stop_token& stop)
{
    std::string request(1, kSignRequest);
    putString(request, key);
    putString(request, data);
    putNumber(request, 0);
    TIDEMARK_TRY(const std::string answer, ask(request, stop));
    if (answer.front() != kSignResponse) {
        return Error{.code = ErrorCode::Forbidden,
                     .what = {TIDEMARK_TEXT("storage", "The SSH agent refused to sign.")}};
    }
    const auto whole = WireReader(std::string_view(answer).substr(1)).string();
    WireReader parts(whole.value_or(std::string_view()));
    const auto algorithm = parts.string();
    const auto signature = parts.string();
    if (!algorithm || !signature) {
        return noAgent();
    }
    return std::string(*signature);
}

Result<std::string> SshAgent::ask(std::string_view request, const std::stop_token& stop)
{
    const Clock::Instant deadline = m_clock->monotonic() + kAgentLimit;
    std::string framed;
    putString(framed, request);
    TIDEMARK_TRY_STATUS(send(framed, deadline, stop));
    TIDEMARK_TRY(const std::string head, receive(sizeof(std::uint32_t), deadline, stop));
    const std::uint32_t size = WireReader(head).number().value_or(0);
    if (size == 0 || size > kMaxAnswerBytes) {
        return noAgent();
    }
    return receive(size, deadline, stop);
}

Status SshAgent::send(std::string_view bytes, Clock::Instant deadline, const std::stop_token& stop)
{
    while (!bytes.empty()) {
        const auto ready = waitForSocket(*m_clock, m_socket.number(), POLLOUT, deadline, stop);
        if (ready != SocketReady::Yes) {
            return ready == SocketReady::Stopped ? cancelled() : noAgent();
        }
        const ssize_t sent = ::send(m_socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return noAgent();
        }
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return {};
}

Result<std::string> SshAgent::receive(std::size_t size, Clock::Instant deadline,
                                      const std::stop_token& stop)
{
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
        const auto ready = waitForSocket(*m_clock, m_socket.number(), POLLIN, deadline, stop);
        if (ready != SocketReady::Yes) {
            return ready == SocketReady::Stopped ? cancelled() : noAgent();
        }
        const ssize_t got = ::recv(m_socket.number(), bytes.data() + done, size - done, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            return noAgent();
        }
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return bytes;
}

}  // namespace tidemark::storage
