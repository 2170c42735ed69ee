#include "core/storage/s3_client.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/clock_difference.h"
#include "core/storage/http_failure.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tidemark::storage {
namespace {

template <std::size_t N>
bool isOneOf(std::string_view code, const std::array<std::string_view, N>& codes)
{
    return std::ranges::find(codes, code) != codes.end();
}

std::string_view rightFor(S3Action action)
{
    switch (action) {
    case S3Action::List: return "s3:ListBucket";
    // Without the right to list, what is not there is forbidden, too.
    case S3Action::Look: return "s3:GetObject (or s3:ListBucket)";
    case S3Action::Get: return "s3:GetObject";
    case S3Action::Put: return "s3:PutObject";
    case S3Action::Delete: return "s3:DeleteObject";
    case S3Action::AbortUpload: return "s3:AbortMultipartUpload";
    }
    return {};
}

std::string codeOf(const net::HttpResponse& response)
{
    const auto failure = parseS3Failure(response.body);
    return failure ? failure->code : std::string();
}

Error wrongKey(const std::string& place, const std::string& code)
{
    if (code == "SignatureDoesNotMatch") {
        return {.code = ErrorCode::Credentials,
                .what = {TIDEMARK_TEXT("storage", "%1 knows the access key, but not this secret."),
                         {place}},
                .next = {TIDEMARK_TEXT("storage", "Check the secret key.")}};
    }
    if (code == "ExpiredToken" || code == "TokenRefreshRequired") {
        return {
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "The session for %1 has expired."), {place}},
            .next = {TIDEMARK_TEXT("storage", "Get a new one, or use keys that do not expire.")}};
    }
    return {
        .code = ErrorCode::Credentials,
        .what = {TIDEMARK_TEXT("storage", "%1 does not know the access key."), {place}},
        .next = {TIDEMARK_TEXT("storage", "Check the key, and that it is one of this service.")}};
}

Error wrongClock(const std::string& place, std::optional<std::chrono::milliseconds> ahead)
{
    const Message next{TIDEMARK_TEXT("storage", "Set the clock of this computer.")};
    if (!ahead || std::chrono::abs(*ahead) < kMostClockDifference) {
        return {.code = ErrorCode::Credentials,
                .what = {TIDEMARK_TEXT("storage", "%1 says that this computer's clock is wrong."),
                         {place}},
                .next = next};
    }
    return {.code = ErrorCode::Credentials, .what = clockDifference(*ahead, place), .next = next};
}

}  // namespace

S3Client::S3Client(net::HttpTransport& http, Clock& clock, S3Bucket bucket)
    : m_http(http), m_clock(clock), m_bucket(std::move(bucket)), m_region(m_bucket.region)
{
}

std::string S3Client::region() const
{
    const std::scoped_lock lock(m_mutex);
    return m_region;
}

Timestamp S3Client::now() const
{
    return m_clock.now() -
           std::chrono::milliseconds(m_clockAheadMs.load(std::memory_order_relaxed));
}

Result<net::HttpResponse> S3Client::send(const S3Call& call, const std::stop_token& stop)
{
    const std::string signedFor = region();
    TIDEMARK_TRY(auto response, sendFor(signedFor, call, stop));
    if (!response.isSuccess() && (mend(response, signedFor) || demandsMd5(call, response))) {
        TIDEMARK_TRY(response, sendFor(region(), call, stop));
    }
    // Why a HEAD was refused is told to a GET only.
    if (call.method == "HEAD" && !response.isSuccess() && response.status != 404) {
        S3Call asking = call;
        asking.method = "GET";
        asking.headers["range"] = "bytes=0-0";
        TIDEMARK_TRY(auto told, sendFor(region(), asking, stop));
        return told.isSuccess() ? response : told;
    }
    return response;
}

Result<net::HttpResponse> S3Client::sendFor(const std::string& region, const S3Call& call,
                                            const std::stop_token& stop)
{
    SignedRequest request{.method = call.method,
                          .path = m_bucket.pathOf(call.key),
                          .query = call.query,
                          .headers = call.headers,
                          .payloadHash = hex(std::span<const std::byte>(sha256(call.body)))};
    request.headers["host"] = m_bucket.host(region);
    if (call.hasBody) {
        request.headers.try_emplace("content-type", "application/octet-stream");
        const auto sum = m_needsMd5 ? md5(call.body) : std::nullopt;
        if (sum) {
            request.headers["content-md5"] = base64(std::span<const std::byte>(*sum));
        }
    }
    auto headers = signedHeaders(request, m_bucket.secrets, region, now());
    headers.erase("host");  // The transport's own.
    const std::string query = awsQuery(call.query);
    const BorrowedSource body(call.body);
    return m_http.send(
        {.method = call.method,
         .url = m_bucket.origin(region) + request.path + (query.empty() ? "" : "?" + query),
         .headers = std::move(headers),
         .body = call.hasBody ? &body : nullptr,
         .caFile = m_bucket.caFile,
         .limits = call.limits,
         .isOnce = call.isOnce},
        stop);
}

/// AWS says InvalidRequest where a bucket locks its objects and a body has no checksum beside it.
bool S3Client::demandsMd5(const S3Call& call, const net::HttpResponse& response)
{
    return call.hasBody && response.status == 400 && codeOf(response) == "InvalidRequest" &&
           !m_needsMd5.exchange(true);
}

bool S3Client::mend(const net::HttpResponse& response, const std::string& signedFor)
{
    const auto failure = parseS3Failure(response.body);
    std::string better = response.header("x-amz-bucket-region");
    if (better.empty() && failure) {
        better = failure->region;
    }
    if (!m_bucket.isRegionSaid && !better.empty() && better != signedFor) {
        const std::scoped_lock lock(m_mutex);
        m_region = better;
        return true;
    }
    if (response.status != 403 && response.status != 400) {
        return false;
    }
    const Timestamp now = m_clock.now();
    const auto ahead = clockAhead(response, now);
    const bool isSkewed = failure && failure->code == "RequestTimeTooSkewed";
    // HEAD has no body that would say so.
    const bool isSuspicious = !failure && ahead && std::chrono::abs(*ahead) > kMostClockDifference;
    if (!ahead || (!isSkewed && !isSuspicious)) {
        return false;
    }
    return m_clockAheadMs.exchange(ahead->count()) != ahead->count();
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

bool S3Client::lacksBucket(const net::HttpResponse& response)
{
    return response.status == 404 && codeOf(response) == "NoSuchBucket";
}

Error S3Client::failureOf(const S3Call& call, const net::HttpResponse& response) const
{
    const std::string& place = m_bucket.place;
    const auto failure = parseS3Failure(response.body);
    const std::string code = failure ? failure->code : std::string();
    constexpr std::array<std::string_view, 8> kKeys{
        "XAdminUserNotFound", "InvalidAccessKeyId",   "SignatureDoesNotMatch", "InvalidToken",
        "ExpiredToken",       "TokenRefreshRequired", "InvalidClientTokenId",  "AuthFailure"};
    if (isOneOf(code, kKeys)) {
        return wrongKey(place, code);
    }
    if (code == "RequestTimeTooSkewed") {
        return wrongClock(place, clockAhead(response, m_clock.now()));
    }
    if (code == "NoSuchBucket") {
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "There is no bucket %1 at %2."),
                         {m_bucket.bucket, m_bucket.endpointOf(region())}},
                .next = {TIDEMARK_TEXT("storage", "Create it, or correct its name.")}};
    }
    const std::string elsewhere = failure && !failure->region.empty()
                                      ? failure->region
                                      : response.header("x-amz-bucket-region");
    if ((response.status == 301 || response.status == 307 || response.status == 400) &&
        !elsewhere.empty() && elsewhere != region()) {
        return {
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The bucket %1 is in the region %2, not in %3."),
                     {m_bucket.bucket, elsewhere, region()}},
            .next = {TIDEMARK_TEXT("storage", "Write region=%1 into the address, or no region."),
                     {elsewhere}}};
    }
    constexpr std::array<std::string_view, 3> kFull{"QuotaExceeded", "StorageQuotaExceeded",
                                                    "XMinioStorageFull"};
    if (isOneOf(code, kFull)) {
        return {.code = ErrorCode::NoSpace,
                .what = {TIDEMARK_TEXT("storage", "%1 is full."), {place}},
                .next = {TIDEMARK_TEXT("storage", "Make room there, or raise its limit.")}};
    }
    if (response.status == 403 && !isWebPage(response)) {
        return {.code = ErrorCode::Forbidden,
                .what = {TIDEMARK_TEXT("storage", "The access key lacks the right %2 in %1."),
                         {place, std::string(rightFor(call.action))}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Add it to the policy of that key. A replica needs "
                                       "s3:ListBucket of the bucket, and s3:GetObject, "
                                       "s3:PutObject and s3:DeleteObject of its objects.")}};
    }
    constexpr std::array<std::string_view, 2> kGone{"NoSuchKey", "NoSuchVersion"};
    if (response.status == 404 && isOneOf(code, kGone)) {
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "%1 is not there any more."),
                         {"s3://" + m_bucket.bucket + '/' + call.key}}};
    }
    if (isWebPage(response)) {
        return webPageInstead(place);
    }
    Error error = httpFailure(response, place);
    if (response.status == 404) {
        // Somebody on the way: S3 would say what it does not find.
        error = {
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 does not answer as S3 does (404)."), {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Check the endpoint; or something on the way is not "
                                   "ready yet.")}};
    }
    if (!code.empty() && response.status != 429) {
        error.what = {TIDEMARK_TEXT("storage", "%1 answers with the failure %2 (%3)."),
                      {place, std::to_string(response.status), code}};
    }
    return error;
}

}  // namespace tidemark::storage
