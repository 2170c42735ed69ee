#include "core/storage/http_failure.h"

#include "core/net/http_date.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tidemark::storage {
namespace {

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    return text;
}

/// "host" of "https://host/path?query": the rest might hold a signature.
std::string hostOf(const std::string& url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) {
        return {};
    }
    const auto end = url.find_first_of("/?#", scheme + 3);
    return url.substr(scheme + 3, end == std::string::npos ? end : end - scheme - 3);
}

Error moved(const net::HttpResponse& response, const std::string& place)
{
    const std::string host = hostOf(response.header("location"));
    return {.code = ErrorCode::Unavailable,
            .what = host.empty()
                        ? Message{TIDEMARK_TEXT("storage", "%1 sends us elsewhere."), {place}}
                        : Message{TIDEMARK_TEXT("storage", "%1 sends us to %2."), {place, host}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Your keys are not sent elsewhere. If that is the right server, "
                                   "write it into the address; if it asks for a login to the "
                                   "network, open a browser.")}};
}

}  // namespace

Error webPageInstead(const std::string& place)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 answers with a web page."), {place}},
            .next = {
                TIDEMARK_TEXT("storage",
                              "Perhaps this network asks for a login first: open a browser. Or the "
                              "address is one for people: check it.")}};
}

bool isWebPage(const net::HttpResponse& response)
{
    if (response.body.empty()) {
        return false;
    }
    if (lowered(response.header("content-type")).starts_with("text/html")) {
        return true;
    }
    constexpr std::size_t kLookedAt = 64;
    const std::string start =
        lowered(std::string(reinterpret_cast<const char*>(response.body.data()),
                            std::min(response.body.size(), kLookedAt)));
    return start.starts_with("<!doctype html") || start.starts_with("<html");
}

std::optional<std::chrono::milliseconds> clockAhead(const net::HttpResponse& response,
                                                    Timestamp now)
{
    const auto theirs = net::parseHttpDate(response.header("date"));
    return theirs ? std::optional(now - *theirs) : std::nullopt;
}

Error httpFailure(const net::HttpResponse& response, const std::string& place)
{
    const std::string status = std::to_string(response.status);
    switch (response.status) {
    case 401:
        return {.code = ErrorCode::Credentials,
                .what = {TIDEMARK_TEXT("storage", "%1 refuses the login."), {place}},
                .next = {TIDEMARK_TEXT("storage", "Check name and password.")}};
    case 403:
        return {.code = ErrorCode::Forbidden,
                .what = {TIDEMARK_TEXT("storage", "%1 does not permit it."), {place}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Ask its owner for the right to list, read, write and "
                                       "delete there.")}};
    case 404:
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "%1 is not there."), {place}},
                .next = {TIDEMARK_TEXT("storage", "Check the address.")}};
    case 407:
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "The proxy on the way to %1 asks for a login."),
                         {place}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Have this address let through without one, or go around "
                                       "the proxy: set no_proxy to the host.")}};
    case 413:
    case 507:
        return {.code = ErrorCode::NoSpace,
                .what = {TIDEMARK_TEXT("storage", "%1 has no room left for it."), {place}},
                .next = {TIDEMARK_TEXT("storage", "Make room there, or raise its limit.")}};
    case 429:
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "%1 says that these are too many requests."),
                         {place}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Wait some minutes. If it comes again, look whether "
                                       "something else uses it a lot.")}};
    default: break;
    }
    if (response.status / 100 == 3) {
        return moved(response, place);
    }
    if (isWebPage(response)) {
        return webPageInstead(place);
    }
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 answers with the failure %2."), {place, status}},
            .next = response.status / 100 == 5
                        ? Message{TIDEMARK_TEXT("storage",
                                                "The trouble is at the server, and often passes. "
                                                "If it stays, ask whoever runs it.")}
                        : Message{TIDEMARK_TEXT("storage",
                                                "Check the address, and that this is a server of "
                                                "that kind.")}};
}

}  // namespace tidemark::storage
