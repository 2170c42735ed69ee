#include "core/storage/s3_storage.h"

#include "core/base/rfc3339.h"
#include "core/storage/object_name.h"
#include "core/storage/s3_listing.h"
#include "core/storage/s3_object.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::storage {
namespace {

/// Of all readers of one storage together.
constexpr std::size_t kReadAheadBytes = std::size_t{48} << 20;
/// Longer than the largest snapshot takes on a slow line.
constexpr std::chrono::hours kLeftoverAge{7 * 24};

std::map<std::string, std::string> headersOf(const S3Bucket& bucket, const ObjectMetadata& metadata)
{
    std::map<std::string, std::string> headers = bucket.writing;
    headers.insert(bucket.customerKey.begin(), bucket.customerKey.end());
    if (!bucket.storageClass.empty()) {
        headers["x-amz-storage-class"] = bucket.storageClass;
    }
    if (metadata.time) {
        headers[std::string(kS3TimeHeader)] = formatRfc3339(*metadata.time);
    }
    return headers;
}

}  // namespace

S3Storage::S3Storage(net::HttpTransport& http, Clock& clock, S3Bucket bucket, S3IsOurs isOurs)
    : m_client(http, clock, std::move(bucket)),
      m_isOurs(std::move(isOurs)),
      m_ahead(kReadAheadBytes)
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
    return listS3(m_client, prefix, entry, stop);
}

Result<std::optional<ObjectEntry>> S3Storage::find(const std::string& name,
                                                   std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    TIDEMARK_TRY(const auto facts, findS3Object(m_client, keyOf(name), stop));
    return facts ? std::optional(ObjectEntry{
                       .name = name, .sizeBytes = facts->sizeBytes, .modified = facts->modified})
                 : std::nullopt;
}

Result<std::unique_ptr<ByteReader>> S3Storage::read(const std::string& name, std::uint64_t offset,
                                                    std::uint64_t length,
                                                    std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    // The first piece comes before others are asked for: they only read what it noted.
    const auto fetch = [this, key = keyOf(name), first = std::optional<std::string>()](
                           std::uint64_t from, std::uint64_t bytes,
                           const std::stop_token& token) mutable {
        if (!first) {
            return fetchS3Piece(m_client, key, from, bytes, first.emplace(), token);
        }
        std::string etag = *first;
        return fetchS3Piece(m_client, key, from, bytes, etag, token);
    };
    return readByRanges(fetch, m_ahead, offset, length, stop);
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
    TIDEMARK_TRY(auto staged, S3Staged::make(m_client, keyOf(name), source,
                                             headersOf(m_client.bucket(), metadata), stop));
    if (staged->isMultipart()) {
        tidy(stop);
    }
    return std::unique_ptr<StagedObject>(std::move(staged));
}

/// Nobody has to wait for it, and nobody has to hear that it failed: it comes again.
void S3Storage::tidy(const std::stop_token& stop)
{
    if (m_isOurs && !m_isTidy.exchange(true)) {
        static_cast<void>(
            abortS3Leftovers(m_client, m_client.now() - kLeftoverAge, m_isOurs, stop));
    }
}

/// One after the other: each answer is the proof that what stands in front is durable.
Result<std::size_t> S3Storage::publish(std::span<StagedObject* const> staged, std::stop_token stop)
{
    std::size_t appeared = 0;
    for (StagedObject* const each : staged) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const bool isNew, m_publisher.appear(static_cast<S3Staged&>(*each), stop));
        if (!isNew) {
            break;
        }
        ++appeared;
    }
    return appeared;
}

Status S3Storage::remove(std::span<const std::string> names, std::stop_token stop)
{
    std::vector<std::string> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(checkObjectName(name));
        keys.push_back(keyOf(name));
    }
    return m_removal.remove(keys, stop);
}

}  // namespace tidemark::storage
