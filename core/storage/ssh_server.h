#pragma once

#include "core/storage/host_key_check.h"
#include "core/storage/ssh_connection.h"
#include "core/storage/ssh_login.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// One SSH server and how it is entered: reached, recognised, logged in to. For one thread at a
/// time.
class SshServer {
public:
    SshServer(Clock& clock, std::string host, std::uint16_t port, HostKeyCheck::Parts hostKeys,
              SshLogin::Parts login)
        : m_clock(clock),
          m_host(std::move(host)),
          m_port(port),
          m_hostKeys(std::move(hostKeys)),
          m_login(std::move(login))
    {
    }

    /// Fails as SshConnection::open(), HostKeyCheck and SshLogin do. Blocks on the server, and on
    /// the person.
    [[nodiscard]] Result<std::unique_ptr<SshConnection>> enter(const std::stop_token& stop);

private:
    Clock& m_clock;
    std::string m_host;
    std::uint16_t m_port = 0;
    HostKeyCheck m_hostKeys;
    SshLogin m_login;
};

}  // namespace tidemark::storage
