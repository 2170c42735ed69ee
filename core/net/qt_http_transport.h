#pragma once

#include "core/net/http_transport.h"

#include <memory>

namespace tidemark::net {

/// HttpTransport over Qt Network, never null. Needs a QCoreApplication somewhere in the process,
/// made before and ended after; its threads need no event loop. Proxies are the system's.
/// Connections are kept open between requests, up to sixteen at once altogether and half as many
/// of one server; more requests wait for their turn.
[[nodiscard]] std::unique_ptr<HttpTransport> makeQtHttpTransport();

}  // namespace tidemark::net
