#pragma once

#include "core/storage/webdav_client.h"

#include <atomic>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// The folder of a server below which all objects lie. Once it was seen, it has to stay: what is
/// not mounted there any more is not made anew. Any thread may use it.
class WebDavRoot {
public:
    /// `client` outlives it.
    explicit WebDavRoot(const WebDavClient& client) : m_client(client) {}

    [[nodiscard]] const std::string& path() const { return m_client.address().path; }

    void noteSeen() { m_isSeen = true; }
    [[nodiscard]] bool isSeen() const { return m_isSeen; }

    /// Whether it is there. NotFound when it never was; Unavailable when it has gone.
    [[nodiscard]] Status check(const std::stop_token& stop);

    /// What is said of a root that is not there.
    [[nodiscard]] Error isMissing() const;

    /// What is said once where our hidden folder has gone from a root that is there.
    [[nodiscard]] Error mayBeAnother() const;

private:
    const WebDavClient& m_client;
    std::atomic<bool> m_isSeen = false;
};

}  // namespace tidemark::storage
