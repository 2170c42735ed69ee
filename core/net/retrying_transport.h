#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/net/http_transport.h"

#include <optional>

namespace tidemark::net {

/// Sends a request again when the answer says that it may go better soon: a connection that failed
/// or broke, soon and twice at most; "too many requests" and failures of the server (429, 500, 502,
/// 503, 504) up to five times, after pauses that double, with jitter, or after what Retry-After
/// demands, if that is no more than half a minute. What comes of the last try is the result. So
/// every request must be safe to repeat, and whoever creates something has to expect to meet his
/// own.
class RetryingTransport final : public HttpTransport {
public:
    /// All of them outlive it.
    RetryingTransport(HttpTransport& inner, Clock& clock, Random& random)
        : m_inner(inner), m_clock(clock), m_random(random)
    {
    }

    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                            std::stop_token stop) override;

private:
    [[nodiscard]] std::chrono::milliseconds jittered(std::chrono::milliseconds pause);

    HttpTransport& m_inner;
    Clock& m_clock;
    Random& m_random;
};

/// How long an answer asks to wait: a number of seconds, or a time. Empty when it asks nothing.
[[nodiscard]] std::optional<std::chrono::milliseconds> retryAfter(const HttpResponse& response,
                                                                  Timestamp now);

}  // namespace tidemark::net
