#include "core/net/retrying_transport.h"

#include "core/net/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tidemark::net {
namespace {

using namespace std::chrono_literals;

/// A connection that was kept too long fails once; a host that is not there fails always, and a
/// person may be waiting for the answer.
constexpr int kTriesOfConnection = 3;
constexpr int kTriesOfAnswer = 6;
constexpr auto kFirstPause = 200ms;
constexpr auto kLongestPause = 10'000ms;
/// Whoever asks for more is tried again by the one who wanted something, who can say so meanwhile.
constexpr auto kLongestDemand = 30'000ms;

bool mayGoBetterSoon(int status)
{
    constexpr std::array<int, 5> kPassing{429, 500, 502, 503, 504};
    return std::ranges::find(kPassing, status) != kPassing.end();
}

}  // namespace

std::optional<std::chrono::milliseconds> retryAfter(const HttpResponse& response, Timestamp now)
{
    const std::string text = response.header("retry-after");
    if (text.empty()) {
        return {};
    }
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && seconds >= 0) {
        constexpr std::int64_t kDay = 86'400;
        return std::chrono::seconds(std::min(seconds, kDay));
    }
    const auto time = parseHttpDate(text);
    return time ? std::optional(std::max(0ms, *time - now)) : std::nullopt;
}

Result<HttpResponse> RetryingTransport::send(const HttpRequest& request, std::stop_token stop)
{
    auto pause = std::chrono::milliseconds(kFirstPause);
    for (int tries = 1;; ++tries) {
        auto answer = m_inner.send(request, stop);
        const bool isFailure = !answer.ok();
        const bool mayPass = isFailure ? answer.error().code == ErrorCode::Unavailable
                                       : mayGoBetterSoon(answer.value().status);
        if (request.isOnce || !mayPass) {
            return answer;
        }
        const auto demanded = isFailure ? std::nullopt : retryAfter(answer.value(), m_clock.now());
        if (tries >= (isFailure ? kTriesOfConnection : kTriesOfAnswer) ||
            demanded.value_or(0ms) > kLongestDemand) {
            return answer;
        }
        const auto wait = std::max(jittered(pause), demanded.value_or(0ms));
        if (!m_clock.waitUntil(m_clock.monotonic() + wait, stop)) {
            return cancelled();
        }
        pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
    }
}

/// Between half of it and all of it, so that many who failed together do not come back together.
std::chrono::milliseconds RetryingTransport::jittered(std::chrono::milliseconds pause)
{
    const auto half = static_cast<std::uint64_t>(pause.count()) / 2;
    return std::chrono::milliseconds(half + m_random.next() % (half + 1));
}

}  // namespace tidemark::net
