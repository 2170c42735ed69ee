#include "app/cli/systemd_watchdog.h"

#include "core/base/descriptor.h"
#include "core/base/process.h"
#include "core/base/whole_number.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemark::cli {
namespace {

constexpr std::string_view kBeat = "WATCHDOG=1";

// systemd advises half of the time that it waits; a slow print may come between.
constexpr int kBeatsAPeriod = 3;

}  // namespace

SystemdWatchdog::SystemdWatchdog(
    const std::function<std::optional<std::string>(const std::string& name)>& variable)
    : m_socket(variable("NOTIFY_SOCKET").value_or(""))
{
    // The variables are inherited by programs that the watched one starts.
    const auto process = variable("WATCHDOG_PID");
    const bool isMeant = !process || *process == std::to_string(processId());
    const auto period = wholeNumber(variable("WATCHDOG_USEC").value_or(""));
    const bool isAddress = m_socket.starts_with('/') || m_socket.starts_with('@');
    const bool fits = m_socket.size() < sizeof(sockaddr_un::sun_path);
    if (isMeant && isAddress && fits && period && *period > 0) {
        m_period = std::chrono::microseconds(*period);
    }
}

Clock::Instant SystemdWatchdog::next(Clock::Instant otherwise) const
{
    return m_period ? std::min(otherwise, m_next) : otherwise;
}

void SystemdWatchdog::beat(Clock::Instant now)
{
    if (!m_period || now < m_next) {
        return;
    }
    m_next = now + *m_period / kBeatsAPeriod;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(m_socket, address.sun_path);
    if (m_socket.front() == '@') {
        address.sun_path[0] = '\0';
    }
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socket.size());
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.valid()) {
        static_cast<void>(::sendto(socket.number(), kBeat.data(), kBeat.size(),
                                   MSG_DONTWAIT | MSG_NOSIGNAL,
                                   reinterpret_cast<const sockaddr*>(&address), length));
    }
}

}  // namespace tidemark::cli
