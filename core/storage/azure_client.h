#pragma once

#include "core/base/clock.h"
#include "core/net/http_transport.h"
#include "core/storage/azure_account.h"
#include "core/storage/azure_failure.h"

#include <map>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// One request to a container or a blob of it.
struct AzureCall {
    std::string method = "GET";
    std::string blob = {};  ///< The whole name of a blob; empty: the container itself.
    std::map<std::string, std::string> query = {};
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    const ByteSource* body = nullptr;                 ///< Borrowed for the call; null sends none.
    AzureRight right = AzureRight::Read;              ///< What the request needs.
    std::size_t answerBytes = std::size_t{16} << 20;
};

/// Signs requests to one container and sends them. Any thread may call it, several at once.
class AzureClient {
public:
    /// Both outlive it.
    AzureClient(AzureAccount account, net::HttpTransport& http, const Clock& clock)
        : m_account(std::move(account)), m_http(http), m_clock(clock)
    {
    }

    /// The answer of Azure, of any status. What something else on the way answers is a failure,
    /// and never taken for "not there".
    [[nodiscard]] Result<net::HttpResponse> send(const AzureCall& call,
                                                 const std::stop_token& stop) const;

    /// What an answer to `call` means that is not what was hoped for.
    [[nodiscard]] Error failure(const net::HttpResponse& response, const AzureCall& call) const;

    [[nodiscard]] const AzureAccount& account() const { return m_account; }

private:
    AzureAccount m_account;
    net::HttpTransport& m_http;
    const Clock& m_clock;
};

}  // namespace tidemark::storage
