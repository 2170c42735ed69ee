#pragma once

#include "core/net/http_transport.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace tidemark::storage {

/// A service that says what a test wants it to say, and keeps what it was asked.
class ScriptedTransport final : public net::HttpTransport {
public:
    using Script = std::function<Result<net::HttpResponse>(const net::HttpRequest& request)>;

    explicit ScriptedTransport(Script script) : m_script(std::move(script)) {}

    [[nodiscard]] Result<net::HttpResponse> send(const net::HttpRequest& request,
                                                 std::stop_token stop) override
    {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const std::scoped_lock lock(m_mutex);
        m_asked.push_back(request.method + ' ' + request.url);
        return m_script(request);
    }

    [[nodiscard]] std::vector<std::string> asked() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_asked;
    }

private:
    Script m_script;
    mutable std::mutex m_mutex;  // Guards all else.
    std::vector<std::string> m_asked;
};

[[nodiscard]] inline net::HttpResponse answer(int status, const std::string& text = {},
                                              std::map<std::string, std::string> headers = {})
{
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {.status = status,
            .headers = std::move(headers),
            .body = std::vector<std::byte>(bytes.begin(), bytes.end())};
}

}  // namespace tidemark::storage
