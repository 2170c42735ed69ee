#include "core/storage/s3_object.h"

#include "core/base/rfc3339.h"
#include "core/base/whole_number.h"
#include "core/net/content_range.h"
#include "core/net/http_date.h"
#include "core/storage/s3_failure.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark::storage {
namespace {

std::optional<Timestamp> timeOf(const net::HttpResponse& response)
{
    const auto written = parseRfc3339(response.header(std::string(kS3TimeHeader)));
    return written ? written : net::parseHttpDate(response.header("last-modified"));
}

/// What AWS and those that are made like it put on every answer, and nobody on the way does.
bool isMarkedByS3(const net::HttpResponse& response)
{
    constexpr std::array kNames{"x-amz-request-id", "x-amz-id-2", "x-amzn-requestid"};
    return std::ranges::any_of(
        kNames, [&response](const char* name) { return response.headers.contains(name); });
}

/// A 404 has no body after HEAD, so what is not there is told to a GET only.
Result<std::optional<S3Facts>> whyNotFound(S3Client& client, const S3Call& look,
                                           const net::HttpResponse& found,
                                           const std::stop_token& stop)
{
    if (isMarkedByS3(found)) {
        return std::optional<S3Facts>();
    }
    S3Call asking = look;
    asking.method = "GET";
    asking.headers["range"] = "bytes=0-0";
    TIDEMARK_TRY(const auto told, client.send(asking, stop));
    if (lacksS3Object(told)) {
        return std::optional<S3Facts>();
    }
    return client.failureOf(look, told.isSuccess() ? found : told);
}

Error wasReplaced(const std::string& key)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 was replaced while it was read."), {key}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else changes this "
                                   "replica, and try again.")}};
}

Error givesNoParts(const std::string& place)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 cannot give parts of objects."), {place}},
            .next = {TIDEMARK_TEXT("storage", "Use another service.")}};
}

}  // namespace

Result<std::optional<S3Facts>> findS3Object(S3Client& client, const std::string& key,
                                            const std::stop_token& stop)
{
    const S3Call call = client.lookingFor(key);
    TIDEMARK_TRY(const auto response, client.send(call, stop));
    if (response.status == 404) {
        return whyNotFound(client, call, response, stop);
    }
    if (response.status == 200 && !isOfS3(response)) {
        return unlikeS3(response, client.bucket().place);
    }
    const auto size = wholeNumber(response.header("content-length"));
    if (response.status != 200 || !size) {
        return client.failureOf(call, response);
    }
    return std::optional(S3Facts{.sizeBytes = *size, .modified = timeOf(response)});
}

Result<Piece> fetchS3Piece(S3Client& client, const std::string& key, std::uint64_t offset,
                           std::uint64_t length, std::string& etag, const std::stop_token& stop)
{
    const std::string& place = client.bucket().place;
    // A range cannot be empty; nothing behind the end is asked for the object's size alone.
    const std::uint64_t last = offset + std::max<std::uint64_t>(length, 1) - 1;
    S3Call call{.key = key, .headers = client.bucket().customerKey};
    call.headers["range"] = "bytes=" + std::to_string(offset) + '-' + std::to_string(last);
    if (!etag.empty()) {
        call.headers["if-match"] = etag;
    }
    TIDEMARK_TRY(auto response, client.send(call, stop));
    if (response.status == 412) {
        return wasReplaced(key);
    }
    if (response.isSuccess() && !isOfS3(response)) {
        return unlikeS3(response, place);
    }
    if (etag.empty()) {
        etag = response.header("etag");
    }
    const auto range = net::parseContentRange(response.header("content-range"));
    if (response.status == 416) {
        return Piece{.totalBytes = range ? range->totalBytes : 0};
    }
    if (response.status == 200 && offset == 0 && response.saidItsLength() &&
        response.body.size() <= length) {
        const std::uint64_t size = response.body.size();
        return Piece{.bytes = std::move(response.body), .totalBytes = size};
    }
    if (response.status != 206 || !range || !range->part || range->part->first != offset) {
        return response.isSuccess() ? givesNoParts(place) : client.failureOf(call, response);
    }
    if (length < response.body.size()) {
        response.body.resize(static_cast<std::size_t>(length));
    }
    return Piece{.bytes = std::move(response.body), .totalBytes = range->totalBytes};
}

}  // namespace tidemark::storage
