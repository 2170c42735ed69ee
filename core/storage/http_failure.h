#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/net/http_transport.h"

#include <chrono>
#include <optional>
#include <string>

namespace tidemark::storage {

/// What an answer over HTTP means that no protocol above it explains. `place` is what people call
/// the storage. Never repeats anything of the request.
[[nodiscard]] Error httpFailure(const net::HttpResponse& response, const std::string& place);

/// Whether a page for people came where data should: the login of a hotel, an error of a proxy.
[[nodiscard]] bool isWebPage(const net::HttpResponse& response);

/// What to say then.
[[nodiscard]] Error webPageInstead(const std::string& place);

/// How far this computer's clock is ahead of the server's; empty when the server tells no time.
[[nodiscard]] std::optional<std::chrono::milliseconds> clockAhead(const net::HttpResponse& response,
                                                                  Timestamp now);

}  // namespace tidemark::storage
