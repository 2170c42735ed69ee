#include "core/storage/s3_staged.h"

#include "core/storage/at_once.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <utility>

namespace tidemark::storage {
namespace {

using namespace std::chrono_literals;

/// Of the protocol.
constexpr std::size_t kMostParts = 10'000;
/// Parts that are alike before they grow, where nobody knows how long a body is.
constexpr std::size_t kPartsBeforeGrowth = 2'000;
constexpr std::size_t kGrowth = 4;
constexpr std::size_t kMaxPartBytes = std::size_t{64} << 20;
/// Of one body, in memory.
constexpr std::size_t kMaxHeldBytes = std::size_t{64} << 20;
/// A service puts the parts together before it answers.
constexpr auto kLongAnswer = 300'000ms;
/// Nobody waits for an upload that is given up.
constexpr auto kShortAnswer = 5'000ms;

Error tooManyParts(const std::string& key)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "%1 has more than 10,000 parts."), {key}},
            .next = {TIDEMARK_TEXT("storage", "Write a larger part-size into the address.")}};
}

/// How large a part is, given how many were sent before it.
std::size_t partBytes(const S3Bucket& bucket, std::optional<std::uint64_t> sizeBytes,
                      std::size_t number)
{
    std::size_t bytes = bucket.partBytes;
    if (sizeBytes) {
        const std::uint64_t needed = *sizeBytes / (kMostParts - 1) + 1;
        return std::max<std::size_t>(bytes, needed);
    }
    for (std::size_t step = kPartsBeforeGrowth; !bucket.partsAreEqual && number >= step;
         step += kPartsBeforeGrowth) {
        bytes = std::min(bytes * kGrowth, kMaxPartBytes);
    }
    return bytes;
}

std::size_t partsAtOnce(const S3Bucket& bucket, std::size_t bytes)
{
    return std::max<std::size_t>(1, std::min(bucket.uploadsAtOnce, kMaxHeldBytes / bytes));
}

}  // namespace

Result<std::unique_ptr<S3Staged>> S3Staged::make(S3Client& client, std::string key,
                                                 const ByteSource& source,
                                                 std::map<std::string, std::string> headers,
                                                 const std::stop_token& stop)
{
    std::unique_ptr<S3Staged> staged(
        new S3Staged(client, std::move(key), std::move(headers), stop));
    TIDEMARK_TRY(auto parts, BlockReader::open(source));
    const auto size = source.sizeBytes();
    const std::size_t firstBytes = partBytes(client.bucket(), size, 0);
    std::vector<std::vector<std::byte>> first(1);
    TIDEMARK_TRY(first.front(), parts.next(firstBytes, stop));
    const bool isFull = first.front().size() == firstBytes;
    if (isFull) {
        TIDEMARK_TRY(auto second, parts.next(partBytes(client.bucket(), size, 1), stop));
        first.push_back(std::move(second));
    }
    if (!isFull || first.back().empty()) {
        staged->m_bytes = std::move(first.front());
        return staged;
    }
    TIDEMARK_TRY_STATUS(staged->begin(stop));
    TIDEMARK_TRY_STATUS(staged->sendParts(std::move(first), parts, size, stop));
    return staged;
}

S3Staged::~S3Staged()
{
    abort();
}

Status S3Staged::begin(const std::stop_token& stop)
{
    const S3Call call{.action = S3Action::Put,
                      .method = "POST",
                      .key = m_key,
                      .query = {{"uploads", ""}},
                      .headers = m_headers,
                      .hasBody = true};
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    const auto id = parseS3UploadId(response.body);
    if (response.status != 200 || !id) {
        return m_client.failureOf(call, response);
    }
    m_uploadId = *id;
    m_client.noteUpload(m_uploadId);
    return {};
}

Status S3Staged::sendParts(std::vector<std::vector<std::byte>> first, BlockReader& rest,
                           std::optional<std::uint64_t> sizeBytes, const std::stop_token& stop)
{
    std::deque<std::string> etags;  // Each stays where it is while more come.
    AtOnce sending(stop);
    for (auto each = first.begin();;) {
        const std::size_t bytes = partBytes(m_client.bucket(), sizeBytes, etags.size());
        TIDEMARK_TRY_STATUS(sending.makeRoom(partsAtOnce(m_client.bucket(), bytes)));
        std::vector<std::byte> part;
        if (each != first.end()) {
            part = std::move(*each++);
        } else {
            TIDEMARK_TRY(part, rest.next(bytes, stop));
        }
        if (part.empty()) {
            break;
        }
        if (etags.size() == kMostParts) {
            return tooManyParts(m_key);
        }
        std::string& etag = etags.emplace_back();
        sending.begin([this, &etag, number = etags.size(),
                       part = std::move(part)](const std::stop_token& token) -> Status {
            TIDEMARK_TRY(etag, sendPart(number, part, token));
            return {};
        });
    }
    TIDEMARK_TRY_STATUS(sending.finish());
    m_completion = s3CompleteBody(std::vector<std::string>(etags.begin(), etags.end()));
    return {};
}

Result<std::string> S3Staged::sendPart(std::size_t number, const std::vector<std::byte>& bytes,
                                       const std::stop_token& stop)
{
    const S3Call call{.action = S3Action::Put,
                      .method = "PUT",
                      .key = m_key,
                      .query = {{"partNumber", std::to_string(number)}, {"uploadId", m_uploadId}},
                      .headers = m_client.bucket().customerKey,
                      .body = bytes,
                      .hasBody = true};
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    const std::string etag = response.header("etag");
    if (response.status != 200 || etag.empty()) {
        return m_client.failureOf(call, response);
    }
    return etag;
}

S3Call S3Staged::call() const
{
    S3Call call{.action = S3Action::Put, .method = "PUT", .key = m_key, .hasBody = true};
    if (isMultipart()) {
        call.method = "POST";
        call.query = {{"uploadId", m_uploadId}};
        call.headers = m_client.bucket().customerKey;
        call.headers["content-type"] = "application/xml";
        call.body = std::as_bytes(std::span(m_completion.data(), m_completion.size()));
        call.limits.idle = kLongAnswer;
    } else {
        call.headers = m_headers;
        call.body = m_bytes;
    }
    return call;
}

Result<net::HttpResponse> S3Staged::publish(bool isConditional, const std::stop_token& stop)
{
    S3Call sent = call();
    if (isConditional) {
        sent.headers["if-none-match"] = "*";
    }
    return m_client.send(sent, stop);
}

void S3Staged::settle()
{
    m_client.forgetUpload(m_uploadId);
    m_uploadId.clear();
}

/// Best effort: whoever gives up does so for a reason that may stand in the way here too.
void S3Staged::abort()
{
    if (m_uploadId.empty()) {
        return;
    }
    if (m_stop.stop_requested()) {
        // Whoever ends is not kept; what is left is found later.
        settle();
        return;
    }
    const S3Call call{
        .action = S3Action::AbortUpload,
        .method = "DELETE",
        .key = m_key,
        .query = {{"uploadId", m_uploadId}},
        .isOnce = true,
        .limits = {.connect = kShortAnswer, .idle = kShortAnswer, .total = kShortAnswer}};
    static_cast<void>(m_client.send(call, {}));
    settle();
}

Status abortS3Leftovers(S3Client& client, Timestamp before, const S3IsOurs& isOurs,
                        const std::stop_token& stop)
{
    const std::string& prefix = client.bucket().prefix;
    const S3Call listing{.action = S3Action::List, .query = {{"uploads", ""}, {"prefix", prefix}}};
    TIDEMARK_TRY(const auto response, client.send(listing, stop));
    const auto uploads = parseS3Uploads(response.body);
    if (response.status != 200 || !uploads) {
        return client.failureOf(listing, response);
    }
    for (const S3Upload& each : *uploads) {
        if (!each.begun || *each.begun >= before || client.isUnderWay(each.id) ||
            !each.key.starts_with(prefix) ||
            !isOurs(std::string_view(each.key).substr(prefix.size()))) {
            continue;
        }
        const S3Call call{.action = S3Action::AbortUpload,
                          .method = "DELETE",
                          .key = each.key,
                          .query = {{"uploadId", each.id}}};
        TIDEMARK_TRY(const auto aborted, client.send(call, stop));
        if (aborted.status / 100 != 2 && aborted.status != 404) {
            return client.failureOf(call, aborted);
        }
    }
    return {};
}

}  // namespace tidemark::storage
