#pragma once

#include "core/base/clock.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// How long a server may take to be found and to take a connection.
inline constexpr std::chrono::seconds kConnectLimit{10};

enum class SocketReady { Yes, TimedOut, Stopped };

/// Blocks until `socket` has one of the poll(2) events `events`, or failed; until `deadline`, or
/// soon after `stop`.
[[nodiscard]] SocketReady waitForSocket(const Clock& clock, int socket, short events,
                                        Clock::Instant deadline, const std::stop_token& stop);

/// A non-blocking connection to the first address of `host` that takes one. Unavailable for a host
/// that is not found, does not answer within kConnectLimit, or refuses; Cancelled.
[[nodiscard]] Result<Descriptor> connectTcp(Clock& clock, const std::string& host,
                                            std::uint16_t port, const std::stop_token& stop);

/// The same for a socket of this computer. NotFound where nobody listens.
[[nodiscard]] Result<Descriptor> connectLocal(const std::string& path);

/// The start of what has arrived and was not read yet.
[[nodiscard]] std::string whatArrived(int socket);

/// Whether the other side has ended a connection on which nothing is expected.
[[nodiscard]] bool hasEnded(int socket);

}  // namespace tidemark::storage
