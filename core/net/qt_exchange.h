#pragma once

#include "core/net/http_transport.h"

class QNetworkAccessManager;

namespace tidemark::net {

/// HttpTransport::send() on the thread of `manager`, which must be this one. Runs an event loop of
/// its own meanwhile.
[[nodiscard]] Result<HttpResponse> exchange(QNetworkAccessManager& manager,
                                            const HttpRequest& request,
                                            const std::stop_token& stop);

}  // namespace tidemark::net
