#include "core/storage/s3_client.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/clock_difference.h"
#include "core/storage/http_failure.h"
#include "core/storage/s3_failure.h"
#include "core/storage/s3_xml.h"

#include <optional>
#include <span>
#include <utility>

namespace tidemark::storage {
namespace {

/// How far our clock is ahead of the service's, where that is what is wrong with a signature.
std::optional<std::chrono::milliseconds> skewOf(const net::HttpResponse& response,
                                                const std::optional<S3Failure>& failure,
                                                Timestamp now)
{
    if (response.status != 403 && response.status != 400) {
        return {};
    }
    const auto ahead = clockAhead(response, now);
    const bool isSaid = failure && failure->code == "RequestTimeTooSkewed";
    // HEAD has no body that would say so.
    const bool isSuspicious = !failure && ahead && std::chrono::abs(*ahead) > kMostClockDifference;
    return isSaid || isSuspicious ? ahead : std::nullopt;
}

}  // namespace

S3Client::S3Client(net::HttpTransport& http, Clock& clock, S3Bucket bucket)
    : m_http(http), m_clock(clock), m_bucket(std::move(bucket)), m_manner{.region = m_bucket.region}
{
}

S3Client::Manner S3Client::manner() const
{
    const std::scoped_lock lock(m_mutex);
    return m_manner;
}

Timestamp S3Client::now() const
{
    return m_clock.now() - manner().clockAhead;
}

S3Call S3Client::lookingFor(std::string key) const
{
    return {.action = S3Action::Look,
            .method = "HEAD",
            .key = std::move(key),
            .headers = m_bucket.customerKey};
}

Result<net::HttpResponse> S3Client::send(const S3Call& call, const std::stop_token& stop)
{
    const Manner sentIn = manner();
    TIDEMARK_TRY(auto response, sendIn(sentIn, call, stop));
    if (!response.isSuccess() && learns(call, response, sentIn)) {
        TIDEMARK_TRY(response, sendIn(manner(), call, stop));
    }
    // Why a HEAD was refused is told to a GET only.
    if (call.method == "HEAD" && !response.isSuccess() && response.status != 404) {
        S3Call asking = call;
        asking.method = "GET";
        asking.headers["range"] = "bytes=0-0";
        TIDEMARK_TRY(auto told, sendIn(manner(), asking, stop));
        return told.isSuccess() ? response : told;
    }
    return response;
}

Result<net::HttpResponse> S3Client::sendIn(const Manner& manner, const S3Call& call,
                                           const std::stop_token& stop)
{
    SignedRequest request{.method = call.method,
                          .path = m_bucket.pathOf(call.key),
                          .query = call.query,
                          .headers = call.headers,
                          .payloadHash = hex(std::span<const std::byte>(sha256(call.body)))};
    request.headers["host"] = m_bucket.host(manner.region);
    if (call.hasBody) {
        request.headers.try_emplace("content-type", "application/octet-stream");
        const auto sum = manner.hasMd5 ? md5(call.body) : std::nullopt;
        if (sum) {
            request.headers["content-md5"] = base64(std::span<const std::byte>(*sum));
        }
    }
    auto headers =
        signedHeaders(request, m_bucket.secrets, manner.region, m_clock.now() - manner.clockAhead);
    headers.erase("host");  // The transport's own.
    const std::string query = awsQuery(call.query);
    const BorrowedSource body(call.body);
    return m_http.send(
        {.method = call.method,
         .url = m_bucket.origin(manner.region) + request.path + (query.empty() ? "" : "?" + query),
         .headers = std::move(headers),
         .body = call.hasBody ? &body : nullptr,
         .caFile = m_bucket.caFile,
         .limits = call.limits,
         .isOnce = call.isOnce},
        stop);
}

/// Whether the same call may do better in another manner, which is that of all from here on.
bool S3Client::learns(const S3Call& call, const net::HttpResponse& response, const Manner& sentIn)
{
    const auto failure = parseS3Failure(response.body);
    std::string region = response.header("x-amz-bucket-region");
    if (region.empty() && failure) {
        region = failure->region;
    }
    const auto ahead = skewOf(response, failure, m_clock.now());
    const std::scoped_lock lock(m_mutex);
    if (!m_bucket.isRegionSaid && !region.empty() && region != sentIn.region) {
        m_manner.region = region;
        return true;
    }
    if (ahead && *ahead != sentIn.clockAhead) {
        m_manner.clockAhead = *ahead;
        return true;
    }
    // AWS says so where a bucket locks its objects and a body has no checksum beside it.
    if (call.hasBody && response.status == 400 && failure && failure->code == "InvalidRequest" &&
        !sentIn.hasMd5) {
        m_manner.hasMd5 = true;
        return true;
    }
    return false;
}

void S3Client::noteUpload(const std::string& id)
{
    const std::scoped_lock lock(m_mutex);
    m_uploads.insert(id);
}

void S3Client::forgetUpload(const std::string& id)
{
    const std::scoped_lock lock(m_mutex);
    m_uploads.erase(id);
}

bool S3Client::isUnderWay(const std::string& id) const
{
    const std::scoped_lock lock(m_mutex);
    return m_uploads.contains(id);
}

Error S3Client::failureOf(const S3Call& call, const net::HttpResponse& response) const
{
    return s3Failure(response, call, m_bucket, manner().region, m_clock.now());
}

}  // namespace tidemark::storage
