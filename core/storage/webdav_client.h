#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/secret.h"
#include "core/net/http_transport.h"
#include "core/storage/storage_address.h"
#include "core/storage/webdav_listing.h"

#include <atomic>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

struct WebDavCall {
    std::string method = "GET";
    std::string path = {};                            ///< On the server, plain, with a leading '/'.
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    const ByteSource* body = nullptr;                 ///< Of known size; borrowed for the call.
    net::HttpLimits limits = {};
    bool isOnce = false;  ///< Nobody waits for it, and it is not tried again.
};

/// Whether a MKCOL, PUT, MOVE or DELETE has done all of it. Not with 207, which tells of parts that
/// failed (RFC 4918, 9.6.1 and 9.9.4), nor with 202, which promises.
[[nodiscard]] bool isDone(const net::HttpResponse& response);

/// How deep a PROPFIND looks. Infinity is refused by many servers.
enum class WebDavDepth { Itself, Members };

/// Speaks with one server. Any thread may call it, several at once; each call blocks.
///
/// The login is sent ahead over TLS and to this computer (Basic), until the server asks for Digest.
/// To any other server over plain webdav:// it is sent once the server asks: with Digest nobody on
/// the way can read the password, with Basic everybody can.
class WebDavClient {
public:
    /// All but the last two outlive it.
    WebDavClient(net::HttpTransport& http, Clock& clock, Random& random, StorageAddress address,
                 Secret password);

    [[nodiscard]] const StorageAddress& address() const { return m_address; }

    /// What people call the storage.
    [[nodiscard]] const std::string& place() const { return m_place; }

    /// An answer of any status; fails as HttpTransport::send() does. What is locked is tried again
    /// for a second or two, since servers lock folders while others work in them.
    [[nodiscard]] Result<net::HttpResponse> send(const WebDavCall& call,
                                                 const std::stop_token& stop) const;

    /// What is known of `path`, a '/' behind it where it is a folder; empty when it is not there.
    [[nodiscard]] Result<std::optional<std::vector<WebDavResource>>> properties(
        const std::string& path, WebDavDepth depth, const std::stop_token& stop) const;

    /// The address of a path, as a Destination header needs it.
    [[nodiscard]] std::string urlOf(const std::string& path) const;

    /// What an answer means that is no success.
    [[nodiscard]] Error failureOf(const net::HttpResponse& response) const;

private:
    [[nodiscard]] Result<net::HttpResponse> sendWithLogin(const WebDavCall& call,
                                                          const std::stop_token& stop) const;
    [[nodiscard]] Result<net::HttpResponse> sendOnce(const WebDavCall& call, bool isLoginAhead,
                                                     const std::stop_token& stop) const;
    [[nodiscard]] Error isNoWebDav() const;
    [[nodiscard]] Error refusedLogin() const;

    net::HttpTransport& m_http;
    Clock& m_clock;
    Random& m_random;
    const StorageAddress m_address;
    const Secret m_password;
    const std::string m_place;
    const std::string m_origin;  // "https://host:port".
    mutable std::atomic<bool> m_isLoginAhead;
};

}  // namespace tidemark::storage
