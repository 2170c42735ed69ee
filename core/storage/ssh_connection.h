#pragma once

#include "core/base/clock.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"

#include <libssh2.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// A connection on which nothing arrives for so long while something is due is dead.
inline constexpr std::chrono::seconds kIdleLimit{30};

/// A server that lives, but does not answer what it was asked, gets this long: a disk that syncs
/// gigabytes.
inline constexpr std::chrono::minutes kAnswerLimit{10};

/// One connection to an SSH server: keys are exchanged, nobody is logged in yet. For one thread at
/// a time. Ends politely when it goes.
class SshConnection {
public:
    /// Connects and exchanges keys; host keys of the algorithms in `preferred` are asked for first.
    /// Unavailable where nobody answers, or it is no SSH server; TargetRefused where the two have
    /// no algorithm in common; Cancelled.
    [[nodiscard]] static Result<std::unique_ptr<SshConnection>> open(
        Clock& clock, const std::string& host, std::uint16_t port,
        const std::vector<std::string>& preferred, const std::stop_token& stop);

    SshConnection(const SshConnection&) = delete;
    SshConnection& operator=(const SshConnection&) = delete;
    ~SshConnection();

    /// The server's public key.
    [[nodiscard]] std::string_view hostKey() const;

    [[nodiscard]] LIBSSH2_SESSION* session() { return m_session.get(); }

    /// Calls `call` until it gives something other than LIBSSH2_ERROR_EAGAIN, and hands that on:
    /// a failure that the server or libssh2 told of is the caller's to understand. Fails itself,
    /// and the connection is of no more use, with Cancelled and, where it broke or nothing was
    /// heard within the limits, with Unavailable.
    [[nodiscard]] Result<ssize_t> finish(const std::function<ssize_t()>& call,
                                         const std::stop_token& stop);

    /// Whether it is of no more use. Any thread may ask.
    [[nodiscard]] bool isBroken() const { return m_isBroken; }

    /// How long an answer may take from now on; kAnswerLimit at first.
    void setLimit(std::chrono::seconds limit) { m_limit = limit; }

    /// Cuts it off: whatever is called from now on ends at once.
    void abandon();

    /// The same, and tells the server, within half a second.
    void sayGoodbye();

    /// Whether the other side has ended it meanwhile, as far as that can be seen without asking.
    [[nodiscard]] bool hasEnded() const;

    /// Whether the server greets as OpenSSH, whose SFTP does not rename onto what is there.
    [[nodiscard]] bool isOpenSsh() const;

    /// "example.com:22", for sentences.
    [[nodiscard]] const std::string& peer() const { return m_peer; }

private:
    struct FreeSession {
        void operator()(LIBSSH2_SESSION* session) const;
    };

    SshConnection(Clock& clock, Descriptor socket, std::string peer);

    [[nodiscard]] Status handshake(const std::vector<std::string>& preferred,
                                   const std::stop_token& stop);
    [[nodiscard]] Error notShaken(ssize_t code);
    [[nodiscard]] Status wait(Clock::Instant deadline, const std::stop_token& stop);

    Clock& m_clock;
    Descriptor m_socket;
    std::string m_peer;
    std::string m_greeting;  // The first that it said.
    std::unique_ptr<LIBSSH2_SESSION, FreeSession> m_session;
    std::chrono::seconds m_limit = kAnswerLimit;
    std::atomic<bool> m_isBroken = false;
};

}  // namespace tidemark::storage
