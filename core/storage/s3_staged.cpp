#include "core/storage/s3_staged.h"

#include "core/base/hash.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <span>
#include <string_view>
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

Result<std::vector<std::byte>> readPart(ByteReader& reader, std::size_t bytes)
{
    std::vector<std::byte> part(bytes);
    std::size_t filled = 0;
    while (filled < bytes) {
        TIDEMARK_TRY(const std::size_t got, reader.read(std::span(part).subspan(filled)));
        if (got == 0) {
            break;
        }
        filled += got;
    }
    part.resize(filled);
    return part;
}

Error tooManyParts(const std::string& key)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "%1 has more than 10,000 parts."), {key}},
            .next = {TIDEMARK_TEXT("storage", "Write a larger part-size into the address.")}};
}

/// A torn body would be one for good: nothing is ever overwritten.
Error changedItsSize(const std::string& key)
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("storage", "What was to become %1 has not the size that it had."),
                 {key}},
        .next = {TIDEMARK_TEXT("storage", "Check the disk that it is read from.")}};
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

/// Whether it is one of a replica right at `prefix`: "0009/<16 hex>-<16 hex>.ltx". All else, also
/// of other replicas further down, is somebody else's.
bool isLevelKey(std::string_view key, std::string_view prefix)
{
    constexpr std::size_t kTxIdDigits = 16;
    constexpr std::string_view kEnd = ".ltx";
    if (!key.starts_with(prefix)) {
        return false;
    }
    key.remove_prefix(prefix.size());
    constexpr std::string_view kFolder = "000";
    const std::size_t name = kFolder.size() + 2;
    return key.size() == name + 2 * kTxIdDigits + 1 + kEnd.size() && key.starts_with(kFolder) &&
           key[name - 1] == '/' && key.ends_with(kEnd) && isHex(key.substr(name, kTxIdDigits)) &&
           isHex(key.substr(name + kTxIdDigits + 1, kTxIdDigits));
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
    TIDEMARK_TRY(const auto reader, source.open());
    const auto size = source.sizeBytes();
    // One byte more than a part tells whether there is a second one.
    const std::size_t first = partBytes(client.bucket(), size, 0);
    const std::size_t wanted =
        size && *size <= first ? static_cast<std::size_t>(*size) + 1 : first + 1;
    TIDEMARK_TRY(std::vector<std::byte> bytes, readPart(*reader, wanted));
    if (bytes.size() <= first) {
        if (size && bytes.size() != *size) {
            return changedItsSize(staged->key());
        }
        staged->m_bytes = std::move(bytes);
        return staged;
    }
    TIDEMARK_TRY_STATUS(staged->begin(stop));
    TIDEMARK_TRY_STATUS(staged->sendParts(*reader, std::move(bytes), size, stop));
    staged->m_completion = s3CompleteBody(staged->m_etags);
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

Status S3Staged::sendParts(ByteReader& reader, std::vector<std::byte> first,
                           std::optional<std::uint64_t> sizeBytes, const std::stop_token& stop)
{
    // The byte that told of a second part belongs to that.
    std::vector<std::byte> carried{first.back()};
    first.pop_back();
    std::deque<std::future<Result<std::string>>> sending;
    const auto settleOne = [&]() -> Status {
        auto sent = sending.front().get();
        sending.pop_front();
        if (!sent.ok()) {
            return std::move(sent).error();
        }
        m_etags.push_back(std::move(sent).value());
        return {};
    };
    int number = 0;
    std::uint64_t sentBytes = 0;
    std::vector<std::byte> part = std::move(first);
    for (bool isLast = false;;) {
        if (static_cast<std::size_t>(number) == kMostParts) {
            return tooManyParts(m_key);
        }
        ++number;
        sentBytes += part.size();
        sending.push_back(
            std::async(std::launch::async, [this, number, stop, bytes = std::move(part)] {
                return sendPart(number, bytes, stop);
            }));
        if (isLast) {
            break;
        }
        const std::size_t bytes =
            partBytes(m_client.bucket(), sizeBytes, static_cast<std::size_t>(number));
        while (sending.size() >= partsAtOnce(m_client.bucket(), bytes)) {
            TIDEMARK_TRY_STATUS(settleOne());
        }
        TIDEMARK_TRY(part, readPart(reader, bytes - carried.size() + 1));
        part.insert(part.begin(), carried.begin(), carried.end());
        carried.clear();
        isLast = part.size() <= bytes;
        if (!isLast) {
            carried = {part.back()};
            part.pop_back();
        }
    }
    while (!sending.empty()) {
        TIDEMARK_TRY_STATUS(settleOne());
    }
    return sizeBytes && sentBytes != *sizeBytes ? Status(changedItsSize(m_key)) : Status();
}

Result<std::string> S3Staged::sendPart(int number, const std::vector<std::byte>& bytes,
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

Status abortS3Leftovers(S3Client& client, Timestamp before, const std::stop_token& stop)
{
    const S3Call listing{.action = S3Action::List,
                         .query = {{"uploads", ""}, {"prefix", client.bucket().prefix}}};
    TIDEMARK_TRY(const auto response, client.send(listing, stop));
    const auto uploads = parseS3Uploads(response.body);
    if (response.status != 200 || !uploads) {
        return client.failureOf(listing, response);
    }
    for (const S3Upload& each : *uploads) {
        if (!each.begun || *each.begun >= before || client.isUnderWay(each.id) ||
            !isLevelKey(each.key, client.bucket().prefix)) {
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
