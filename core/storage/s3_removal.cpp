#include "core/storage/s3_removal.h"

#include "core/base/hash.h"
#include "core/storage/at_once.h"
#include "core/storage/s3_failure.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tidemark::storage {
namespace {

/// Of the protocol.
constexpr std::size_t kDeletedAtOnce = 1000;
constexpr std::size_t kRequestsAtOnce = 8;

using Undeleted = std::vector<std::pair<std::string, std::string>>;

/// Those of `keys` that are left; all where the service names one that nobody asked for.
std::vector<std::string> leftOf(std::span<const std::string> keys, const Undeleted& undeleted)
{
    std::set<std::string> named;
    for (const auto& [key, code] : undeleted) {
        named.insert(key);
    }
    std::vector<std::string> left;
    std::ranges::copy_if(keys, std::back_inserter(left),
                         [&named](const std::string& key) { return named.contains(key); });
    return left.size() == named.size() ? left : std::vector(keys.begin(), keys.end());
}

}  // namespace

Status S3Removal::remove(std::span<const std::string> keys, const std::stop_token& stop)
{
    while (!keys.empty()) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto some = keys.first(std::min(keys.size(), kDeletedAtOnce));
        TIDEMARK_TRY_STATUS(some.size() > 1 && m_deletesMany ? removeSome(some, stop)
                                                             : removeEach(some, stop));
        keys = keys.subspan(some.size());
    }
    return {};
}

Status S3Removal::removeSome(std::span<const std::string> keys, const std::stop_token& stop)
{
    const std::string body = s3DeleteBody(keys);
    const auto bytes = std::as_bytes(std::span(body.data(), body.size()));
    S3Call call{.action = S3Action::Delete,
                .method = "POST",
                .query = {{"delete", ""}},
                .headers = {{"content-type", "application/xml"}},
                .body = bytes,
                .hasBody = true};
    if (const auto sum = md5(bytes)) {
        call.headers["content-md5"] = base64(std::span<const std::byte>(*sum));
    }
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    const auto undeleted = parseS3Undeleted(response.body);
    if (response.status == 200 && undeleted) {
        // Why one object stays is told best by itself.
        return removeEach(leftOf(keys, *undeleted), stop);
    }
    // Google knows no such call.
    if (response.status == 501 || response.status == 405 || response.status == 400) {
        TIDEMARK_TRY_STATUS(removeEach(keys, stop));
        m_deletesMany = false;
        return {};
    }
    return m_client.failureOf(call, response);
}

Status S3Removal::removeEach(std::span<const std::string> keys, const std::stop_token& stop)
{
    AtOnce removals(stop);
    for (const std::string& key : keys) {
        TIDEMARK_TRY_STATUS(removals.makeRoom(kRequestsAtOnce));
        removals.begin(
            [this, &key](const std::stop_token& token) { return removeOne(key, token); });
    }
    return removals.finish();
}

Status S3Removal::removeOne(const std::string& key, const std::stop_token& stop)
{
    const S3Call call{.action = S3Action::Delete, .method = "DELETE", .key = key};
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    return response.isSuccess() || lacksS3Object(response) ? Status()
                                                           : m_client.failureOf(call, response);
}

}  // namespace tidemark::storage
