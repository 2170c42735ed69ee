#pragma once

#include "core/base/byte_stream.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::net {

struct HttpLimits {
    std::chrono::milliseconds connect{10'000};  ///< Until the server is there and TLS is agreed on.
    std::chrono::milliseconds idle{30'000};     ///< Without a byte either way.
    std::chrono::milliseconds total{3'600'000};  ///< One object on a slow line.
    /// More of a body than this is a failure: a listing or a piece of an object is never larger.
    std::size_t bodyBytes = std::size_t{16} << 20;
};

/// Name and password for servers and proxies that ask for them (Basic, Digest).
struct HttpLogin {
    std::string user = {};
    std::string password = {};
};

struct HttpRequest {
    std::string method = "GET";
    /// With a path, escaped as it goes out, since it may be signed: upper-case hex, letters, digits
    /// and "-._~" plain, no "." and ".." parts. Anything else fails with Usage.
    std::string url = {};
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    const ByteSource* body = nullptr;  ///< Of known size; borrowed for the call; null sends none.
    HttpLogin login = {};              ///< Empty: who asks for one gets none.
    std::string caFile = {};  ///< More authorities to trust, PEM; empty: the system's alone.
    HttpLimits limits = {};
    bool isOnce = false;  ///< Nobody sends it again when it fails.
};

/// An answer of any status, whole.
struct HttpResponse {
    int status = 0;
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    std::vector<std::byte> body = {};

    /// Whether the answer said how long it is. One in chunks that was cut may pass for whole: Qt
    /// 6.4 takes a connection that is closed for the end, unless it sees that before the last
    /// bytes. Who takes one looks for an end of its own, as XML has.
    [[nodiscard]] bool saidItsLength() const { return headers.contains("content-length"); }

    [[nodiscard]] bool isSuccess() const { return status / 100 == 2; }

    /// Empty when it is not there. `name` in lower case.
    [[nodiscard]] std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

/// Moves one request and its answer, and changes nothing on the way: no redirect is followed, no
/// cookie kept, no encoding undone. A request whose connection breaks before the answer may be sent
/// once more, so it must be safe to repeat; before a large body with a login, a HEAD goes out. Any
/// thread may call it, several at once; each call blocks.
class HttpTransport {
public:
    virtual ~HttpTransport() = default;

    /// Sends `request`. Success means that the whole answer came; what its status means is for the
    /// caller to judge. Fails with Unavailable if the answer is missing, cut short or breaks a
    /// limit, if the server's certificate is not to be trusted, or a proxy wants a login; with
    /// Cancelled soon after `stop` is requested, and with what the request's body failed with. The
    /// body is read on another thread while this one waits. An answer that comes before the whole
    /// body was taken, and a connection closed behind it, may be seen as a failure alone.
    [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request,
                                                    std::stop_token stop) = 0;
};

}  // namespace tidemark::net
