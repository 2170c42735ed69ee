#include "core/storage/ssh_connection.h"

#include "core/storage/tcp_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>

namespace tidemark::storage {
namespace {

// How often a server that is silent is asked for a sign of life.
constexpr unsigned kKeepAliveSeconds = 10;

// A farewell is not worth more.
constexpr std::chrono::milliseconds kFarewellLimit{500};

// Freeing a session only has to step through its states once the socket is cut.
constexpr int kMaxSteps = 1000;

// What libssh2 1.10 has of these; of its ciphers, the first one is the fastest.
constexpr std::array kCiphers{"aes128-gcm@openssh.com", "aes128-ctr", "aes256-ctr", "aes192-ctr"};
constexpr std::array kMacs{"hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"};
constexpr std::array kHostKeys{"ssh-ed25519",
                               "ecdsa-sha2-nistp256",
                               "ecdsa-sha2-nistp384",
                               "ecdsa-sha2-nistp521",
                               "rsa-sha2-512",
                               "rsa-sha2-256",
                               "ssh-rsa"};

/// libssh2 keeps global state, and setting it up is for one thread.
bool isLibraryReady()
{
    static const bool ready = libssh2_init(0) == 0;
    return ready;
}

bool isEndOfConnection(ssize_t code)
{
    switch (code) {
    case LIBSSH2_ERROR_SOCKET_NONE:
    case LIBSSH2_ERROR_SOCKET_SEND:
    case LIBSSH2_ERROR_SOCKET_RECV:
    case LIBSSH2_ERROR_SOCKET_DISCONNECT:
    case LIBSSH2_ERROR_SOCKET_TIMEOUT:
    case LIBSSH2_ERROR_TIMEOUT:
    case LIBSSH2_ERROR_BAD_SOCKET:
    case LIBSSH2_ERROR_CHANNEL_CLOSED:
    case LIBSSH2_ERROR_CHANNEL_EOF_SENT:
    case LIBSSH2_ERROR_CHANNEL_UNKNOWN:
    case LIBSSH2_ERROR_DECRYPT:
    case LIBSSH2_ERROR_INVALID_MAC:
    case LIBSSH2_ERROR_OUT_OF_BOUNDARY: return true;
    default: return false;
    }
}

/// Asks for `names` in their order, without those that this libssh2 does not know: 1.10 takes them
/// out by copying overlapping memory.
void prefer(LIBSSH2_SESSION* session, int method, std::span<const std::string> names)
{
    const char** supported = nullptr;
    const int count = libssh2_session_supported_algs(session, method, &supported);
    if (count <= 0) {
        return;
    }
    const std::set<std::string_view> known(supported, supported + count);
    std::string list;
    for (const std::string& each : names) {
        const bool isListed = (',' + list + ',').find(',' + each + ',') != std::string::npos;
        if (known.contains(each) && !isListed) {
            list += (list.empty() ? "" : ",") + each;
        }
    }
    libssh2_free(session, supported);
    libssh2_session_method_pref(session, method, list.c_str());
}

/// Those that are known of the server first. No others than ours. An RSA key is shown with any of
/// three ways to sign.
std::vector<std::string> hostKeysBy(const std::vector<std::string>& preferred)
{
    std::vector<std::string> names;
    for (const std::string& each : preferred) {
        if (each == "ssh-rsa") {
            names.insert(names.end(), {"rsa-sha2-512", "rsa-sha2-256"});
        }
        if (std::ranges::find(kHostKeys, each) != kHostKeys.end()) {
            names.push_back(each);
        }
    }
    names.insert(names.end(), kHostKeys.begin(), kHostKeys.end());
    return names;
}

Error notSetUp()
{
    return {.code = ErrorCode::Bug,
            .what = {TIDEMARK_TEXT("storage", "libssh2 could not be set up.")}};
}

Error silent(const std::string& peer)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 stopped answering."), {peer}},
            .next = {TIDEMARK_TEXT("storage", "Check your network, and the server.")}};
}

Error ended(const std::string& peer)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 closed the connection."), {peer}},
            .next = {TIDEMARK_TEXT("storage", "Check your network, and the server.")}};
}

/// A line that some other kind of server said, as far as it may be shown.
std::string shown(std::string_view line)
{
    constexpr std::size_t kShownLetters = 60;
    std::string text(line.substr(0, std::min(kShownLetters, line.find_first_of("\r\n"))));
    std::ranges::replace_if(
        text, [](char each) { return each < ' ' || each > '~'; }, '?');
    return text;
}

}  // namespace

void SshConnection::FreeSession::operator()(LIBSSH2_SESSION* session) const
{
    for (int step = 0; step < kMaxSteps; ++step) {
        if (libssh2_session_free(session) != LIBSSH2_ERROR_EAGAIN) {
            return;
        }
    }
}

SshConnection::SshConnection(Clock& clock, Descriptor socket, std::string peer)
    : m_clock(clock),
      m_socket(std::move(socket)),
      m_peer(std::move(peer)),
      m_session(libssh2_session_init_ex(nullptr, nullptr, nullptr, nullptr))
{
}

SshConnection::~SshConnection()
{
    sayGoodbye();
}

void SshConnection::sayGoodbye()
{
    if (m_session && !m_isBroken) {
        const auto deadline = m_clock.monotonic() + kFarewellLimit;
        while (libssh2_session_disconnect(m_session.get(), "done") == LIBSSH2_ERROR_EAGAIN &&
               waitForSocket(m_clock, m_socket.number(), POLLOUT, deadline, {}) ==
                   SocketReady::Yes) {}
    }
    abandon();
}

Result<std::unique_ptr<SshConnection>> SshConnection::open(
    Clock& clock, const std::string& host, std::uint16_t port,
    const std::vector<std::string>& preferred, const std::stop_token& stop)
{
    if (!isLibraryReady()) {
        return notSetUp();
    }
    TIDEMARK_TRY(Descriptor socket, connectTcp(clock, host, port, stop));
    std::unique_ptr<SshConnection> made(
        new SshConnection(clock, std::move(socket), host + ':' + std::to_string(port)));
    if (!made->m_session) {
        return notSetUp();
    }
    TIDEMARK_TRY_STATUS(made->handshake(preferred, stop));
    return made;
}

Status SshConnection::handshake(const std::vector<std::string>& preferred,
                                const std::stop_token& stop)
{
    LIBSSH2_SESSION* const session = m_session.get();
    libssh2_session_set_blocking(session, 0);
    libssh2_keepalive_config(session, 1, kKeepAliveSeconds);
    prefer(session, LIBSSH2_METHOD_HOSTKEY, hostKeysBy(preferred));
    const std::vector<std::string> ciphers(kCiphers.begin(), kCiphers.end());
    const std::vector<std::string> macs(kMacs.begin(), kMacs.end());
    prefer(session, LIBSSH2_METHOD_CRYPT_CS, ciphers);
    prefer(session, LIBSSH2_METHOD_CRYPT_SC, ciphers);
    prefer(session, LIBSSH2_METHOD_MAC_CS, macs);
    prefer(session, LIBSSH2_METHOD_MAC_SC, macs);
    const auto shake = [&]() -> ssize_t {
        if (m_greeting.empty()) {
            m_greeting = whatArrived(m_socket.number());
        }
        return libssh2_session_handshake(session, m_socket.number());
    };
    auto shaken = finish(shake, stop);
    if (!shaken.ok() && shaken.error().code == ErrorCode::Cancelled) {
        return cancelled();
    }
    if (!shaken.ok() || shaken.value() != 0) {
        return notShaken(shaken.ok() ? shaken.value() : LIBSSH2_ERROR_SOCKET_DISCONNECT);
    }
    return {};
}

Error SshConnection::notShaken(ssize_t code)
{
    abandon();
    // Of a banner that is none, libssh2 would tell the last line.
    const char* const banner = libssh2_session_banner_get(m_session.get());
    const bool isSsh = banner != nullptr && std::string_view(banner).starts_with("SSH-");
    const std::string_view said = isSsh ? std::string_view(banner) : m_greeting;
    if (!said.empty() && !isSsh && !said.starts_with("SSH-")) {
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "%1 is no SSH server: it says \"%2\"."),
                         {m_peer, shown(said)}},
                .next = {TIDEMARK_TEXT("storage", "Check the host and the port.")}};
    }
    if (said.empty()) {
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "%1 does not answer as an SSH server does."),
                         {m_peer}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Check the host and the port. A server that has seen too "
                                       "many failed logins does this, too, for some minutes.")}};
    }
    if (code != LIBSSH2_ERROR_KEX_FAILURE && code != LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE &&
        code != LIBSSH2_ERROR_METHOD_NONE) {
        return ended(m_peer);
    }
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage",
                                   "No key could be agreed on with %1 (%2): libssh2 %3 and the "
                                   "server have no algorithm in common."),
                     {m_peer, shown(said), libssh2_version(0)}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Let the server have an ed25519 or ECDSA host key, aes128-ctr "
                                   "and hmac-sha2-256.")}};
}

std::string_view SshConnection::hostKey() const
{
    std::size_t size = 0;
    int type = 0;
    const char* const key = libssh2_session_hostkey(m_session.get(), &size, &type);
    return key == nullptr ? std::string_view() : std::string_view(key, size);
}

Status SshConnection::wait(Clock::Instant deadline, const std::stop_token& stop)
{
    const int blocked = libssh2_session_block_directions(m_session.get());
    short events = 0;
    events |= (blocked & LIBSSH2_SESSION_BLOCK_INBOUND) != 0 ? POLLIN : 0;
    events |= (blocked & LIBSSH2_SESSION_BLOCK_OUTBOUND) != 0 ? POLLOUT : 0;
    const Clock::Instant silentSince = m_clock.monotonic();
    const auto asksAt = [&](int times) {
        return silentSince + times * std::chrono::seconds(kKeepAliveSeconds);
    };
    const auto deadAt = std::min(deadline, silentSince + kIdleLimit);
    for (int times = 1;; ++times) {
        const SocketReady ready = waitForSocket(m_clock, m_socket.number(), events,
                                                std::min(asksAt(times), deadAt), stop);
        if (ready == SocketReady::Yes) {
            return {};
        }
        if (ready == SocketReady::Stopped) {
            return cancelled();
        }
        if (m_clock.monotonic() >= deadAt) {
            return silent(m_peer);
        }
        // Between two packets only: one that is half sent must be finished first.
        int next = 0;
        if (events == POLLIN && libssh2_userauth_authenticated(m_session.get()) != 0) {
            libssh2_keepalive_send(m_session.get(), &next);
        }
    }
}

Result<ssize_t> SshConnection::finish(const std::function<ssize_t()>& call,
                                      const std::stop_token& stop)
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    if (m_isBroken) {
        return ended(m_peer);
    }
    const Clock::Instant deadline = m_clock.monotonic() + m_limit;
    for (;;) {
        const ssize_t code = call();
        if (code != LIBSSH2_ERROR_EAGAIN) {
            if (!isEndOfConnection(code)) {
                return code;
            }
            abandon();
            return ended(m_peer);
        }
        if (Status waited = wait(deadline, stop); !waited.ok()) {
            // What was begun cannot be taken back: the next call would get its answer.
            abandon();
            return std::move(waited).error();
        }
    }
}

void SshConnection::abandon()
{
    m_isBroken = true;
    ::shutdown(m_socket.number(), SHUT_RDWR);
}

bool SshConnection::isOpenSsh() const
{
    const char* const banner = libssh2_session_banner_get(m_session.get());
    return banner != nullptr && std::string_view(banner).find("-OpenSSH_") != std::string::npos;
}

bool SshConnection::hasEnded() const
{
    return m_isBroken || storage::hasEnded(m_socket.number());
}

}  // namespace tidemark::storage
