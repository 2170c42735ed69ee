#include "core/storage/webdav_client.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/address_text.h"
#include "core/storage/http_failure.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <span>
#include <utility>

namespace tidemark::storage {
namespace {

// Some servers take '+' for a blank, and others unescape what need not be escaped.
constexpr std::string_view kPlainOnTheWire = "/-._~";
/// Some hundred thousand members: more than a folder of any layout has.
constexpr std::size_t kMaxListingBytes = std::size_t{128} << 20;

constexpr int kTriesOfLocked = 6;
constexpr std::chrono::milliseconds kFirstPause{50};

constexpr const char* kWanted =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
    "<propfind xmlns=\"DAV:\"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop>"
    "</propfind>";

std::string originOf(const StorageAddress& address)
{
    const bool isIpv6 = address.host.find(':') != std::string::npos;
    return (address.secure ? "https://" : "http://") +
           (isIpv6 ? '[' + address.host + ']' : address.host) +
           (address.port == 0 ? std::string() : ':' + std::to_string(address.port));
}

/// The header may have several challenges, in any order.
bool asksForDigest(const net::HttpResponse& response)
{
    std::string challenge = response.header("www-authenticate");
    std::ranges::transform(challenge, challenge.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    return challenge.find("digest ") != std::string::npos;
}

/// Whether the answer is that the folder of this name has a '/' behind it.
bool isSentToFolder(const net::HttpResponse& response, const std::string& path)
{
    const auto location = unescaped(response.header("location"));
    return response.status / 100 == 3 && !path.ends_with('/') && location &&
           location->ends_with(path + '/');
}

}  // namespace

bool isDone(const net::HttpResponse& response)
{
    return response.status == 200 || response.status == 201 || response.status == 204;
}

WebDavClient::WebDavClient(net::HttpTransport& http, Clock& clock, Random& random,
                           StorageAddress address, Secret password)
    : m_http(http),
      m_clock(clock),
      m_random(random),
      m_address(std::move(address)),
      m_password(std::move(password)),
      m_place(describeAddress(m_address)),
      m_origin(originOf(m_address)),
      m_isLoginAhead(!m_address.user.empty() &&
                     (m_address.secure || isThisComputer(m_address.host)))
{
}

std::string WebDavClient::urlOf(const std::string& path) const
{
    return m_origin + escaped(path, kPlainOnTheWire);
}

Result<net::HttpResponse> WebDavClient::send(const WebDavCall& call,
                                             const std::stop_token& stop) const
{
    auto pause = kFirstPause;
    for (int tries = 1;; ++tries) {
        TIDEMARK_TRY(auto answer, sendWithLogin(call, stop));
        if (answer.status != 423 || call.isOnce || tries == kTriesOfLocked) {
            return answer;
        }
        // Those that met there do not meet again.
        const auto chance = static_cast<std::int64_t>(m_random.next() % 1000);
        if (!m_clock.waitUntil(m_clock.monotonic() + pause + pause * chance / 1000, stop)) {
            return cancelled();
        }
        pause *= 2;
    }
}

Result<net::HttpResponse> WebDavClient::sendWithLogin(const WebDavCall& call,
                                                      const std::stop_token& stop) const
{
    const bool isLoginAhead = m_isLoginAhead;
    TIDEMARK_TRY(auto answer, sendOnce(call, isLoginAhead, stop));
    if (answer.status != 401 || !isLoginAhead || !asksForDigest(answer)) {
        return answer;
    }
    m_isLoginAhead = false;
    return sendOnce(call, false, stop);
}

Result<net::HttpResponse> WebDavClient::sendOnce(const WebDavCall& call, bool isLoginAhead,
                                                 const std::stop_token& stop) const
{
    net::HttpRequest request{.method = call.method,
                             .url = urlOf(call.path),
                             .headers = call.headers,
                             .body = call.body,
                             .caFile = optionOf(m_address, "ca"),
                             .limits = call.limits,
                             .isOnce = call.isOnce};
    if (isLoginAhead) {
        const std::string login = m_address.user + ':' + m_password.reveal();
        request.headers["authorization"] = "Basic " + base64(std::as_bytes(std::span(login)));
    } else if (!m_address.user.empty()) {
        request.login = {.user = m_address.user, .password = m_password.reveal()};
    }
    return m_http.send(request, stop);
}

Result<std::optional<std::vector<WebDavResource>>> WebDavClient::properties(
    const std::string& path, WebDavDepth depth, const std::stop_token& stop) const
{
    const MemorySource wanted(kWanted);
    const WebDavCall call{.method = "PROPFIND",
                          .path = path,
                          .headers = {{"depth", depth == WebDavDepth::Itself ? "0" : "1"},
                                      {"content-type", "application/xml; charset=\"utf-8\""}},
                          .body = &wanted,
                          .limits = {.bodyBytes = kMaxListingBytes}};
    TIDEMARK_TRY(auto answer, send(call, stop));
    if (isSentToFolder(answer, path)) {
        return properties(path + '/', depth, stop);
    }
    if (answer.status == 404) {
        return std::optional<std::vector<WebDavResource>>();
    }
    if (isWebPage(answer) && answer.status / 100 == 2) {
        return webPageInstead(m_place);
    }
    if (answer.status == 200 || answer.status == 400 || answer.status == 405 ||
        answer.status == 501) {
        return isNoWebDav();
    }
    if (answer.status != 207) {
        return failureOf(answer);
    }
    const std::string asked = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    TIDEMARK_TRY(auto resources, parseWebDavListing(std::move(answer.body), asked, m_place));
    return std::optional(std::move(resources));
}

Error WebDavClient::isNoWebDav() const
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage", "%1 is no WebDAV folder."), {m_place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Check the address: Nextcloud's is "
                                   "webdavs://USER@HOST/remote.php/dav/files/USER/PATH.")}};
}

Error WebDavClient::refusedLogin() const
{
    if (m_address.user.empty()) {
        return {.code = ErrorCode::Credentials,
                .what = {TIDEMARK_TEXT("storage", "%1 asks for a login."), {m_place}},
                .next = {TIDEMARK_TEXT(
                    "storage", "Write the user into the address: webdavs://USER@HOST/PATH.")}};
    }
    return {
        .code = ErrorCode::Credentials,
        .what = {TIDEMARK_TEXT("storage", "%1 refuses the login of %2."),
                 {m_place, m_address.user}},
        .next = {TIDEMARK_TEXT("storage",
                               "Check user and password (TIDEMARK_WEBDAV_PASSWORD). Where logins "
                               "have a second factor, make a password for this program.")}};
}

Error WebDavClient::failureOf(const net::HttpResponse& response) const
{
    switch (response.status) {
    case 202:
    case 207:
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "%1 has not done all that it was asked for."),
                         {m_place}},
                .next = {TIDEMARK_TEXT("storage",
                                       "It is tried again later. If it stays so, look at the "
                                       "server's log.")}};
    case 401: return refusedLogin();
    case 409:
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "A folder on the way to %1 is not there."),
                         {m_place}},
                .next = {TIDEMARK_TEXT("storage", "Check the address.")}};
    case 423:
        return {
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "Somebody has locked something in %1."), {m_place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "It is tried again later. If it stays so, have the lock "
                                   "taken away.")}};
    default: break;
    }
    if (response.status / 100 == 3 && !m_address.secure &&
        response.header("location").starts_with("https://")) {
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "%1 answers over TLS only."), {m_place}},
                .next = {TIDEMARK_TEXT("storage", "Write webdavs:// into the address.")}};
    }
    return httpFailure(response, m_place);
}

}  // namespace tidemark::storage
