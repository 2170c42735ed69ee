#include "core/storage/s3_failure.h"

#include "core/storage/clock_difference.h"
#include "core/storage/http_failure.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace tidemark::storage {
namespace {

bool isOneOf(std::string_view code, std::initializer_list<std::string_view> codes)
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

std::optional<Error> wrongKey(const std::string& place, const std::string& code)
{
    if (code == "SignatureDoesNotMatch") {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "%1 knows the access key, but not this secret."),
                     {place}},
            .next = {TIDEMARK_TEXT("storage", "Check the secret key.")}};
    }
    if (isOneOf(code, {"ExpiredToken", "TokenRefreshRequired"})) {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "The session for %1 has expired."), {place}},
            .next = {TIDEMARK_TEXT("storage", "Get a new one, or use keys that do not expire.")}};
    }
    if (isOneOf(code, {"XAdminUserNotFound", "InvalidAccessKeyId", "InvalidToken",
                       "InvalidClientTokenId", "AuthFailure"})) {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "%1 does not know the access key."), {place}},
            .next = {
                TIDEMARK_TEXT("storage", "Check the key, and that it is one of this service.")}};
    }
    return {};
}

Error wrongClock(const std::string& place, std::optional<std::chrono::milliseconds> ahead)
{
    const bool isKnown = ahead && std::chrono::abs(*ahead) >= kMostClockDifference;
    return {.code = ErrorCode::Credentials,
            .what = isKnown ? clockDifference(*ahead, place)
                            : Message{TIDEMARK_TEXT("storage",
                                                    "%1 says that this computer's clock is wrong."),
                                      {place}},
            .next = {TIDEMARK_TEXT("storage", "Set the clock of this computer.")}};
}

/// Not Unavailable: no time heals what an address says.
std::optional<Error> wrongRegion(const net::HttpResponse& response,
                                 const std::optional<S3Failure>& failure, const S3Bucket& bucket,
                                 const std::string& region)
{
    const std::string elsewhere = failure && !failure->region.empty()
                                      ? failure->region
                                      : response.header("x-amz-bucket-region");
    const bool mayBe = response.status == 301 || response.status == 307 || response.status == 400;
    if (mayBe && !elsewhere.empty() && elsewhere != region) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The bucket %1 is in the region %2, not in %3."),
                     {bucket.bucket, elsewhere, region}},
            .next = {TIDEMARK_TEXT("storage", "Write region=%1 into the address, or no region."),
                     {elsewhere}}};
    }
    if (failure && failure->code == "AuthorizationHeaderMalformed") {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("storage", "%1 takes no signature for the region %2."),
                              {bucket.place, region}},
                     .next = {TIDEMARK_TEXT("storage",
                                            "Write the region of the bucket into the address "
                                            "(region=REGION), and check the access key.")}};
    }
    return {};
}

Error lacksRight(const std::string& place, S3Action action)
{
    return {.code = ErrorCode::Forbidden,
            .what = {TIDEMARK_TEXT("storage", "The access key lacks the right %2 in %1."),
                     {place, std::string(rightFor(action))}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Add it to the policy of that key. A replica needs "
                                   "s3:ListBucket of the bucket, and s3:GetObject, "
                                   "s3:PutObject and s3:DeleteObject of its objects.")}};
}

/// What its code does not explain.
Error unexplained(const net::HttpResponse& response, const std::string& code,
                  const std::string& place)
{
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

}  // namespace

std::string s3Code(const net::HttpResponse& response)
{
    const auto failure = parseS3Failure(response.body);
    return failure ? failure->code : std::string();
}

bool isOfS3(const net::HttpResponse& response)
{
    return !response.header("etag").empty() && !isWebPage(response);
}

Error unlikeS3(const net::HttpResponse& response, const std::string& place)
{
    if (isWebPage(response)) {
        return webPageInstead(place);
    }
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 does not answer as S3 does: no ETag."), {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Something on the way may answer in its place; or the "
                                   "object was put there past the service.")}};
}

bool lacksS3Object(const net::HttpResponse& response)
{
    return response.status == 404 && isOneOf(s3Code(response), {"NoSuchKey", "NoSuchVersion"});
}

bool lacksS3Bucket(const net::HttpResponse& response)
{
    return response.status == 404 && s3Code(response) == "NoSuchBucket";
}

Error s3Failure(const net::HttpResponse& response, const S3Call& call, const S3Bucket& bucket,
                const std::string& region, Timestamp now)
{
    const std::string& place = bucket.place;
    const auto failure = parseS3Failure(response.body);
    const std::string code = failure ? failure->code : std::string();
    if (auto key = wrongKey(place, code)) {
        return *std::move(key);
    }
    if (code == "RequestTimeTooSkewed") {
        return wrongClock(place, clockAhead(response, now));
    }
    if (code == "NoSuchBucket") {
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "There is no bucket %1 at %2."),
                         {bucket.bucket, bucket.endpointOf(region)}},
                .next = {TIDEMARK_TEXT("storage", "Create it, or correct its name.")}};
    }
    if (auto elsewhere = wrongRegion(response, failure, bucket, region)) {
        return *std::move(elsewhere);
    }
    if (isOneOf(code, {"QuotaExceeded", "StorageQuotaExceeded", "XMinioStorageFull"})) {
        return {.code = ErrorCode::NoSpace,
                .what = {TIDEMARK_TEXT("storage", "%1 is full."), {place}},
                .next = {TIDEMARK_TEXT("storage", "Make room there, or raise its limit.")}};
    }
    if (response.status == 403 && !isWebPage(response)) {
        return lacksRight(place, call.action);
    }
    if (lacksS3Object(response)) {
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "%1 is not there any more."),
                         {"s3://" + bucket.bucket + '/' + call.key}}};
    }
    return unexplained(response, code, place);
}

}  // namespace tidemark::storage
