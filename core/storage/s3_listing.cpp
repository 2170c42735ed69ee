#include "core/storage/s3_listing.h"

#include "core/storage/http_failure.h"
#include "core/storage/object_name.h"
#include "core/storage/s3_xml.h"

#include <set>
#include <string>
#include <utility>

namespace tidemark::storage {
namespace {

/// A service may answer with a place to go on from alone where what it looked through has nothing
/// of ours. One that does so for ever would keep us for ever.
constexpr int kMostEmptyPages = 1000;

Error lies(Message what)
{
    return {.code = ErrorCode::Unavailable,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("storage",
                                   "Nothing of that listing is used. If the service goes on "
                                   "like that, use another one.")}};
}

Error endless(const std::string& place)
{
    return lies({TIDEMARK_TEXT("storage", "%1 lists its objects without an end."), {place}});
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
        const std::string& place = m_bucket.place;
        if (!page.bucket.empty() && page.bucket != m_bucket.bucket) {
            return lies(
                {TIDEMARK_TEXT("storage", "%1 lists the objects of another bucket."), {place}});
        }
        m_emptyPages = page.objects.empty() ? m_emptyPages + 1 : 0;
        // An endless listing would come again with the same place to go on from.
        const bool isAgain = !page.next.empty() && !m_pages.insert(page.next).second;
        if (isAgain || m_emptyPages > kMostEmptyPages) {
            return endless(place);
        }
        for (const S3Object& each : page.objects) {
            TIDEMARK_TRY_STATUS(object(each));
        }
        return {};
    }

private:
    Status object(const S3Object& object)
    {
        const std::string& place = m_bucket.place;
        if (!object.key.starts_with(m_prefix)) {
            return lies(
                {TIDEMARK_TEXT("storage", "%1 lists objects that were not asked for."), {place}});
        }
        if (!m_last.empty() && object.key <= m_last) {
            return lies(
                {TIDEMARK_TEXT("storage", "%1 does not list its objects in order."), {place}});
        }
        m_last = object.key;
        return {};
    }

    const S3Bucket& m_bucket;
    const std::string& m_prefix;
    std::string m_last;
    std::set<std::string> m_pages;
    int m_emptyPages = 0;
};

Result<S3Page> pageOf(S3Client& client, const std::string& prefix, const std::string& from,
                      const std::stop_token& stop)
{
    S3Call call{.action = S3Action::List,
                .query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}};
    if (!from.empty()) {
        call.query.emplace_back("continuation-token", from);
    }
    TIDEMARK_TRY(const auto response, client.send(call, stop));
    if (response.status != 200) {
        return client.failureOf(call, response);
    }
    auto page = parseS3Page(response.body);
    return page ? Result<S3Page>(*std::move(page)) : noListing(response, client.bucket().place);
}

}  // namespace

Status listS3(S3Client& client, std::string_view prefix,
              const std::function<Listing(const ObjectEntry&)>& entry, const std::stop_token& stop)
{
    const S3Bucket& bucket = client.bucket();
    const std::string whole = bucket.prefix + std::string(prefix);
    ListingCheck check(bucket, whole);
    for (std::string from;;) {
        TIDEMARK_TRY(const S3Page page, pageOf(client, whole, from, stop));
        TIDEMARK_TRY_STATUS(check.page(page));
        for (const S3Object& each : page.objects) {
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
        if (page.next.empty()) {
            return {};
        }
        from = page.next;
    }
}

}  // namespace tidemark::storage
