#pragma once

#include "core/base/clock.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// The program that keeps a person's keys and signs with them (draft-miller-ssh-agent). libssh2 has
/// a client, too, but one that waits for as long as the agent likes. For one thread at a time.
class SshAgent {
public:
    /// The one that listens at `socket`; empty where none does, or `socket` is empty.
    [[nodiscard]] static std::optional<SshAgent> find(const Clock& clock,
                                                      const std::string& socket);

    /// The public keys that it signs for. Fails as sign() does.
    [[nodiscard]] Result<std::vector<std::string>> keys(const std::stop_token& stop);

    /// The bytes of a signature, without the name of its algorithm. The agent may ask the person
    /// first: waits for a minute. Unavailable, Forbidden where it refuses; Cancelled. After a
    /// failure the agent is of no more use.
    [[nodiscard]] Result<std::string> sign(std::string_view key, std::string_view data,
                                           const std::stop_token& stop);

private:
    SshAgent(const Clock& clock, Descriptor socket) : m_clock(&clock), m_socket(std::move(socket))
    {
    }

    [[nodiscard]] Result<std::string> ask(std::string_view request, const std::stop_token& stop);
    [[nodiscard]] Status send(std::string_view bytes, Clock::Instant deadline,
                              const std::stop_token& stop);
    [[nodiscard]] Result<std::string> receive(std::size_t size, Clock::Instant deadline,
                                              const std::stop_token& stop);

    const Clock* m_clock;
    Descriptor m_socket;
};

}  // namespace tidemark::storage
