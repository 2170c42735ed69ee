#include "core/storage/ssh_server.h"

#include "core/storage/ssh_wire.h"

#include <vector>

namespace tidemark::storage {

Result<std::unique_ptr<SshConnection>> SshServer::enter(const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::vector<KnownKey> known, m_hostKeys.known(m_host, m_port));
    // A server with several keys shows that which is known, and is not taken for another one.
    std::vector<std::string> preferred;
    for (const KnownKey& each : known) {
        if (each.mark == HostKeyMark::None) {
            preferred.push_back(each.algorithm);
        }
    }
    TIDEMARK_TRY(auto connection, SshConnection::open(m_clock, m_host, m_port, preferred, stop));
    const std::string_view key = connection->hostKey();
    const auto algorithm = WireReader(key).string().value_or(std::string_view());
    TIDEMARK_TRY_STATUS(m_hostKeys.check(known, m_host, m_port, algorithm, key, stop));
    TIDEMARK_TRY_STATUS(m_login.logIn(*connection, stop));
    return connection;
}

}  // namespace tidemark::storage
