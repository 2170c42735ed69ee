#include "core/storage/s3_storage.h"

#include "core/base/hash.h"
#include "core/base/rfc3339.h"
#include "core/net/http_date.h"
#include "core/storage/http_failure.h"
#include "core/storage/object_name.h"
#include "core/storage/s3_xml.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

namespace tidemark::storage {
namespace {

constexpr std::string_view kTimeHeader = "x-amz-meta-litestream-timestamp";
/// Of all readers of one storage together.
constexpr std::size_t kReadAheadBytes = std::size_t{48} << 20;
/// Of an object by which conditions are tried out.
constexpr std::size_t kTriedBytes = 64 << 10;
/// Of the protocol.
constexpr std::size_t kDeletedAtOnce = 1000;
/// Longer than the largest snapshot takes on a slow line.
constexpr std::chrono::hours kLeftoverAge{7 * 24};

std::optional<std::uint64_t> numberIn(std::string_view text)
{
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                           : std::nullopt;
}

/// Whether an answer of success is one of S3, which tells the ETag of what it speaks of: somebody
/// on the way may answer in its place.
bool isOfS3(const net::HttpResponse& response)
{
    return !response.header("etag").empty() && !isWebPage(response);
}

Error notOfS3(const net::HttpResponse& response, const std::string& place)
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

/// The whole size in "bytes 0-9/123" or "bytes */123".
std::optional<std::uint64_t> totalIn(const std::string& contentRange)
{
    const auto slash = contentRange.find('/');
    return slash == std::string::npos ? std::nullopt
                                      : numberIn(std::string_view(contentRange).substr(slash + 1));
}

std::optional<Timestamp> timeOf(const net::HttpResponse& response)
{
    const auto written = parseRfc3339(response.header(std::string(kTimeHeader)));
    return written ? written : net::parseHttpDate(response.header("last-modified"));
}

Error lies(const std::string& place, const Message& what)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("storage", "%1 lists its objects wrongly: %2"),
                     {place, inEnglish(what)}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Nothing of that listing is used. If the service goes on "
                                   "like that, use another one.")}};
}

Error noListing(const net::HttpResponse& response, const std::string& place)
{
    if (isWebPage(response)) {
        return webPageInstead(place);
    }
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "What %1 lists breaks off, or is no listing."), {place}},
        .next = {TIDEMARK_TEXT("storage",
                               "Try again. If it stays so, somebody on the way changes "
                               "what it says.")}};
}

/// Holds a listing to what a listing has to be, from page to page.
class ListingCheck {
public:
    ListingCheck(const S3Bucket& bucket, const std::string& prefix)
        : m_bucket(bucket), m_prefix(prefix)
    {
    }

    Status page(const S3Page& page)
    {
        if (!page.bucket.empty() && page.bucket != m_bucket.bucket) {
            return lies(m_bucket.place, {TIDEMARK_TEXT("storage", "it is one of another bucket.")});
        }
        // An endless listing would come again with the same place to go on from.
        if (!page.next.empty() && !m_pages.insert(page.next).second) {
            return lies(m_bucket.place, {TIDEMARK_TEXT("storage", "it turns in a circle.")});
        }
        return {};
    }

    Status object(const S3Object& object)
    {
        if (!object.key.starts_with(m_prefix)) {
            return lies(m_bucket.place,
                        {TIDEMARK_TEXT("storage", "it has objects that were not asked for.")});
        }
        if (!m_last.empty() && object.key <= m_last) {
            return lies(m_bucket.place, {TIDEMARK_TEXT("storage", "it is not in order.")});
        }
        m_last = object.key;
        return {};
    }

private:
    const S3Bucket& m_bucket;
    const std::string& m_prefix;
    std::string m_last;
    std::set<std::string> m_pages;
};

}  // namespace

S3Storage::S3Storage(net::HttpTransport& http, Clock& clock, S3Bucket bucket)
    : m_client(http, clock, std::move(bucket)), m_ahead(kReadAheadBytes)
{
}

std::string S3Storage::describe() const
{
    return m_client.bucket().place;
}

std::string S3Storage::keyOf(const std::string& name) const
{
    return m_client.bucket().prefix + name;
}

Status S3Storage::list(std::string_view prefix,
                       const std::function<Listing(const ObjectEntry&)>& entry,
                       std::stop_token stop) const
{
    const S3Bucket& bucket = m_client.bucket();
    const std::string whole = keyOf(std::string(prefix));
    ListingCheck check(bucket, whole);
    S3Call call{.action = S3Action::List};
    for (std::string next;;) {
        call.query = {{"list-type", "2"}, {"prefix", whole}, {"encoding-type", "url"}};
        if (!next.empty()) {
            call.query.emplace_back("continuation-token", next);
        }
        TIDEMARK_TRY(const auto response, m_client.send(call, stop));
        const auto page = parseS3Page(response.body);
        if (response.status != 200 || !page) {
            return response.status == 200 ? noListing(response, bucket.place)
                                          : m_client.failureOf(call, response);
        }
        TIDEMARK_TRY_STATUS(check.page(*page));
        for (const S3Object& each : page->objects) {
            TIDEMARK_TRY_STATUS(check.object(each));
            std::string name = each.key.substr(bucket.prefix.size());
            // What tools make in the place of a folder, and names that nothing of ours has.
            if (!isObjectName(name)) {
                continue;
            }
            if (entry({.name = std::move(name),
                       .sizeBytes = each.sizeBytes,
                       .modified = each.modified}) == Listing::Enough) {
                return {};
            }
        }
        if (page->next.empty()) {
            return {};
        }
        next = page->next;
    }
}

Result<std::optional<ObjectEntry>> S3Storage::find(const std::string& name,
                                                   std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    const S3Call call{.action = S3Action::Look,
                      .method = "HEAD",
                      .key = keyOf(name),
                      .headers = m_client.bucket().customerKey};
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    if (response.status == 404) {
        return std::optional<ObjectEntry>();
    }
    const auto size = numberIn(response.header("content-length"));
    if (response.status == 200 && !isOfS3(response)) {
        return notOfS3(response, m_client.bucket().place);
    }
    if (response.status != 200 || !size) {
        return m_client.failureOf(call, response);
    }
    return std::optional(
        ObjectEntry{.name = name, .sizeBytes = *size, .modified = timeOf(response)});
}

Result<std::unique_ptr<ByteReader>> S3Storage::read(const std::string& name, std::uint64_t offset,
                                                    std::uint64_t length,
                                                    std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    const auto version = std::make_shared<Version>();
    return readByRanges(
        [this, version, key = keyOf(name)](std::uint64_t from, std::uint64_t bytes,
                                           const std::stop_token& asked) {
            return fetch(key, *version, from, bytes, asked);
        },
        m_ahead, offset, length, stop);
}

Result<Piece> S3Storage::fetch(const std::string& key, Version& version, std::uint64_t offset,
                               std::uint64_t length, const std::stop_token& stop) const
{
    // A range cannot be empty; nothing behind the end is asked for the object's size alone.
    const std::uint64_t last = offset + std::max<std::uint64_t>(length, 1) - 1;
    S3Call call{.key = key, .headers = m_client.bucket().customerKey};
    call.headers["range"] = "bytes=" + std::to_string(offset) + '-' + std::to_string(last);
    if (const std::string etag = version.known(); !etag.empty()) {
        call.headers["if-match"] = etag;
    }
    TIDEMARK_TRY(auto response, m_client.send(call, stop));
    if (response.status == 412) {
        return Error{
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 was replaced while it was read."), {key}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else changes this "
                                   "replica, and try again.")}};
    }
    if (response.isSuccess() && !isOfS3(response)) {
        return notOfS3(response, m_client.bucket().place);
    }
    version.note(response.header("etag"));
    if (response.status == 416) {
        return Piece{.totalBytes = totalIn(response.header("content-range")).value_or(0)};
    }
    if (response.status == 200 && offset == 0 && response.saidItsLength() &&
        response.body.size() <= length) {
        const std::uint64_t size = response.body.size();
        return Piece{.bytes = std::move(response.body), .totalBytes = size};
    }
    const std::string range = response.header("content-range");
    const auto total = totalIn(range);
    const bool isRight = total && range.starts_with("bytes " + std::to_string(offset) + '-');
    if (response.status != 206 || !isRight) {
        return response.isSuccess()
                   ? Error{.code = ErrorCode::Unavailable,
                           .what = {TIDEMARK_TEXT("storage", "%1 cannot give parts of objects."),
                                    {m_client.bucket().place}},
                           .next = {TIDEMARK_TEXT("storage", "Use another service.")}}
                   : m_client.failureOf(call, response);
    }
    if (length < response.body.size()) {
        response.body.resize(static_cast<std::size_t>(length));
    }
    return Piece{.bytes = std::move(response.body), .totalBytes = *total};
}

Result<std::unique_ptr<StagedObject>> S3Storage::stage(const std::string& name,
                                                       const ByteSource& source,
                                                       const ObjectMetadata& metadata,
                                                       std::stop_token stop)
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    const S3Bucket& bucket = m_client.bucket();
    std::map<std::string, std::string> headers = bucket.writing;
    headers.insert(bucket.customerKey.begin(), bucket.customerKey.end());
    if (!bucket.storageClass.empty()) {
        headers["x-amz-storage-class"] = bucket.storageClass;
    }
    if (metadata.time) {
        headers[std::string(kTimeHeader)] = formatRfc3339(*metadata.time);
    }
    TIDEMARK_TRY(auto staged, S3Staged::make(m_client, keyOf(name), source, headers, stop));
    if (staged->isMultipart()) {
        tidy(stop);
    }
    return std::unique_ptr<StagedObject>(std::move(staged));
}

/// Nobody has to wait for it, and nobody has to hear that it failed: it comes again.
void S3Storage::tidy(const std::stop_token& stop)
{
    if (!m_isTidy.exchange(true)) {
        static_cast<void>(abortS3Leftovers(m_client, m_client.now() - kLeftoverAge, stop));
    }
}

Result<std::size_t> S3Storage::publish(std::span<StagedObject* const> staged, std::stop_token stop)
{
    std::size_t appeared = 0;
    for (StagedObject* const each : staged) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const bool isNew, appear(static_cast<S3Staged&>(*each), stop));
        if (!isNew) {
            break;
        }
        ++appeared;
    }
    return appeared;
}

/// False where an object is there already.
Result<bool> S3Storage::appear(S3Staged& staged, const std::stop_token& stop)
{
    // Some services heed a condition of a PUT, and none of what completes an upload.
    if (m_conditions != Conditions::Honoured || staged.isMultipart()) {
        const S3Call look{.action = S3Action::Look,
                          .method = "HEAD",
                          .key = staged.key(),
                          .headers = m_client.bucket().customerKey};
        TIDEMARK_TRY(const auto found, m_client.send(look, stop));
        if (found.status == 200) {
            return false;
        }
        if (found.status != 404) {
            return m_client.failureOf(look, found);
        }
    }
    auto sent = staged.publish(m_conditions != Conditions::Ignored, stop);
    if (!sent.ok() && sent.error().code == ErrorCode::Unavailable) {
        return afterSilence(staged, std::move(sent).error(), stop);
    }
    TIDEMARK_TRY(auto response, std::move(sent));
    const auto failure = parseS3Failure(response.body);
    const bool knowsNoConditions = response.status == 501 || (response.status == 400 && failure &&
                                                              failure->code == "InvalidArgument");
    if (knowsNoConditions && m_conditions == Conditions::Unknown) {
        m_conditions = Conditions::Ignored;
        TIDEMARK_TRY(response, staged.publish(false, stop));
    }
    if (response.status == 412) {
        return false;
    }
    const bool isDone = response.status == 200 &&
                        (staged.isMultipart() ? saysS3Completed(response.body) : isOfS3(response));
    if (isDone) {
        tryConditions(staged, stop);
        staged.settle();
        return true;
    }
    // Sent twice, the second time finds no upload any more: the first one completed it.
    const bool isUploadGone =
        staged.isMultipart() && response.status == 404 && !S3Client::lacksBucket(response);
    return isUploadGone || response.status / 100 == 5
               ? afterSilence(staged, m_client.failureOf(staged.call(), response), stop)
               : Result<bool>(m_client.failureOf(staged.call(), response));
}

/// Nobody knows then whether the object came to be: the answer was lost, or somebody else's is
/// there and the service would not even read the body. Who looks is told, and the caller compares.
Result<bool> S3Storage::afterSilence(S3Staged& staged, Error failure, const std::stop_token& stop)
{
    const S3Call look{.action = S3Action::Look,
                      .method = "HEAD",
                      .key = staged.key(),
                      .headers = m_client.bucket().customerKey,
                      .isOnce = true};
    const auto found = m_client.send(look, stop);
    if (!found.ok() || found.value().status != 200) {
        return failure;
    }
    return false;
}

/// The same bytes once more: harmless, and it tells whether a second writer would be refused. Only
/// of a body that is sent in one go, since a service may refuse another one by breaking off. The
/// object is there whatever comes of it.
void S3Storage::tryConditions(S3Staged& staged, const std::stop_token& stop)
{
    if (m_conditions != Conditions::Unknown || staged.isMultipart() ||
        staged.call().body.size() > kTriedBytes) {
        return;
    }
    const auto again = staged.publish(true, stop);
    if (!again.ok()) {
        return;
    }
    if (again.value().status == 412) {
        m_conditions = Conditions::Honoured;
    } else if (again.value().status / 100 == 2) {
        m_conditions = Conditions::Ignored;
    }
}

Status S3Storage::remove(std::span<const std::string> names, std::stop_token stop)
{
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(checkObjectName(name));
    }
    while (!names.empty()) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto some = names.first(std::min(names.size(), kDeletedAtOnce));
        TIDEMARK_TRY_STATUS(removeSome(some, stop));
        names = names.subspan(some.size());
    }
    return {};
}

Status S3Storage::removeSome(std::span<const std::string> names, const std::stop_token& stop)
{
    if (names.size() > 1 && m_deletesMany) {
        std::vector<std::string> keys;
        for (const std::string& name : names) {
            keys.push_back(keyOf(name));
        }
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
        const auto left = parseS3Undeleted(response.body);
        if (response.status == 200 && left && left->empty()) {
            return {};
        }
        // Google knows no such call; and why one object stays is told best by itself.
        const bool isUnknown =
            response.status == 501 || response.status == 405 || response.status == 400;
        if (isUnknown) {
            m_deletesMany = false;
        } else if (response.status != 200 || !left) {
            return m_client.failureOf(call, response);
        }
    }
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(removeOne(name, stop));
    }
    return {};
}

Status S3Storage::removeOne(const std::string& name, const std::stop_token& stop)
{
    const S3Call call{.action = S3Action::Delete, .method = "DELETE", .key = keyOf(name)};
    TIDEMARK_TRY(const auto response, m_client.send(call, stop));
    const bool isGone =
        response.status / 100 == 2 || (response.status == 404 && !S3Client::lacksBucket(response));
    return isGone ? Status() : m_client.failureOf(call, response);
}

}  // namespace tidemark::storage
