#pragma once

#include "core/net/http_transport.h"

#include <QNetworkRequest>

namespace tidemark::net {

/// A request as Qt sends it. Fails with Usage for an address that Qt would change on the way, and
/// for a file of authorities that holds none.
[[nodiscard]] Result<QNetworkRequest> wireRequest(const HttpRequest& request);

}  // namespace tidemark::net
