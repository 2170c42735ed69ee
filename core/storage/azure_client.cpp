#include "core/storage/azure_client.h"

#include "core/net/http_date.h"
#include "core/net/no_answer.h"
#include "core/storage/azure_signature.h"
#include "core/storage/http_failure.h"

#include <utility>

namespace tidemark::storage {
namespace {

/// Known to Azurite since 2022 and to sovereign clouds; blocks of more than 100 MiB need
/// 2019-12-12.
constexpr const char* kVersion = "2021-12-02";

AzureRequest requestOf(const AzureCall& call, const AzureAccount& account, Timestamp now)
{
    AzureRequest request{
        .method = call.method,
        .path = account.basePath + '/' + azureEscaped(account.container, true),
        .query = call.query,
        .headers = call.headers,
        .bodyBytes = call.body == nullptr ? 0 : call.body->sizeBytes().value_or(0)};
    if (!call.blob.empty()) {
        request.path += '/' + azureEscaped(call.blob, true);
    }
    request.headers["x-ms-version"] = kVersion;
    request.headers["x-ms-date"] = net::formatHttpDate(now);
    if (call.body != nullptr) {
        request.headers.try_emplace("content-type", "application/octet-stream");
    }
    return request;
}

/// A token is one more part of the query, and must not be escaped again.
std::string urlOf(const AzureRequest& request, const AzureAccount& account)
{
    std::string query = azureQuery(request.query);
    if (!account.sasToken.empty()) {
        query += (query.empty() ? "" : "&") + account.sasToken.reveal();
    }
    return account.server + request.path + (query.empty() ? "" : '?' + query);
}

/// Every account has a host of its own, so a wrong name is a host that is not there.
Error notReached(Error error, const AzureAccount& account)
{
    if (!account.isOwnServer && net::isNoSuchHost(error)) {
        error.next = {TIDEMARK_TEXT("storage",
                                    "Check whether the storage account is called \"%1\", and "
                                    "whether this computer is online."),
                      {account.name}};
    }
    return error;
}

/// Of somebody on the way, or of no Azure at all.
Error foreign(const net::HttpResponse& response, const std::string& place)
{
    if (isWebPage(response)) {
        return webPageInstead(place);
    }
    // A "not found" of whoever that is says nothing about our objects.
    return response.status / 100 == 2 || response.status == 404 ? unlikeAzure(place)
                                                                : httpFailure(response, place);
}

}  // namespace

Result<net::HttpResponse> AzureClient::send(const AzureCall& call,
                                            const std::stop_token& stop) const
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    AzureRequest request = requestOf(call, m_account, m_clock.now());
    net::HttpRequest wire{.method = request.method,
                          .url = urlOf(request, m_account),
                          .headers = request.headers,
                          .body = call.body,
                          .caFile = m_account.caFile,
                          .limits = {.bodyBytes = call.answerBytes}};
    if (m_account.sasToken.empty()) {
        wire.headers["authorization"] = azureAuthorization(request, m_account.name, m_account.key);
    }
    auto answer = m_http.send(wire, stop);
    if (!answer.ok()) {
        return notReached(std::move(answer).error(), m_account);
    }
    if (!isOfAzure(answer.value())) {
        return foreign(answer.value(), m_account.place);
    }
    return answer;
}

Error AzureClient::failure(const net::HttpResponse& response, const AzureCall& call) const
{
    return response.status / 100 == 2
               ? unlikeAzure(m_account.place)
               : azureFailure(response, m_account, call.right, m_clock.now());
}

}  // namespace tidemark::storage
