#include "core/storage/azure_storage.h"

#include "core/storage/at_once.h"
#include "core/storage/azure_blob.h"
#include "core/storage/azure_listing.h"
#include "core/storage/azure_upload.h"
#include "core/storage/azure_values.h"

#include <optional>
#include <utility>

namespace tidemark::storage {
namespace {

/// Of all readers together: three pieces each of a few of them.
constexpr std::size_t kReadAheadBytes = 64 << 20;
constexpr std::size_t kRemovalsAtOnce = 8;
/// 5000 names of 1 KiB with metadata of 8 KiB, as long as both can be.
constexpr std::size_t kPageBytes = 64 << 20;
/// Azure may answer with a marker alone where what it looked through has nothing of ours. A server
/// that does so for ever would keep us for ever.
constexpr int kMostEmptyPages = 1000;

}  // namespace

AzureStorage::AzureStorage(AzureAccount account, net::HttpTransport& http, const Clock& clock,
                           Random& random, std::size_t pageEntries)
    : m_random(random),
      m_client(std::move(account), http, clock),
      m_ahead(kReadAheadBytes),
      m_pageEntries(pageEntries)
{
}

std::string AzureStorage::describe() const
{
    return m_client.account().place;
}

Result<std::string> AzureStorage::blobOf(std::string_view name) const
{
    std::string blob = m_client.account().root + std::string(name);
    if (!name.empty() && isBlobName(blob)) {
        return blob;
    }
    return Error{
        .code = ErrorCode::Usage,
        .what = {TIDEMARK_TEXT("storage", "\"%1\" cannot be the name of an object in Azure."),
                 {std::string(name)}}};
}

Status AzureStorage::list(std::string_view prefix,
                          const std::function<Listing(const ObjectEntry&)>& entry,
                          std::stop_token stop) const
{
    AzurePageAsked asked{.prefix = m_client.account().root + std::string(prefix)};
    for (int emptyPages = 0;;) {
        AzureCall call{.query = {{"comp", "list"},
                                 {"include", "metadata"},
                                 {"maxresults", std::to_string(m_pageEntries)},
                                 {"restype", "container"}},
                       .right = AzureRight::List,
                       .answerBytes = kPageBytes};
        if (!asked.prefix.empty()) {
            call.query["prefix"] = asked.prefix;
        }
        if (!asked.marker.empty()) {
            call.query["marker"] = asked.marker;
        }
        TIDEMARK_TRY(const auto answer, m_client.send(call, stop));
        if (answer.status != 200) {
            return m_client.failure(answer, call);
        }
        TIDEMARK_TRY(const AzurePage page, azurePage(answer.body, m_client.account(), asked));
        for (const ObjectEntry& each : page.entries) {
            if (entry(each) == Listing::Enough) {
                return {};
            }
        }
        emptyPages = page.lastBlob == asked.lastBlob ? emptyPages + 1 : 0;
        if (page.nextMarker.empty()) {
            return {};
        }
        if (emptyPages > kMostEmptyPages) {
            return unlikeAzure(describe());
        }
        asked.lastBlob = page.lastBlob;
        asked.marker = page.nextMarker;
    }
}

Result<std::optional<ObjectEntry>> AzureStorage::find(const std::string& name,
                                                      std::stop_token stop) const
{
    TIDEMARK_TRY(const std::string blob, blobOf(name));
    TIDEMARK_TRY(const auto facts, findAzureBlob(m_client, blob, stop));
    return facts ? std::optional(ObjectEntry{
                       .name = name, .sizeBytes = facts->sizeBytes, .modified = facts->modified})
                 : std::nullopt;
}

Result<std::unique_ptr<ByteReader>> AzureStorage::read(const std::string& name,
                                                       std::uint64_t offset, std::uint64_t length,
                                                       std::stop_token stop) const
{
    TIDEMARK_TRY(const std::string blob, blobOf(name));
    // The first piece comes before others are asked for: they only read what it noted.
    const auto fetch = [this, blob, first = std::optional<std::string>()](
                           std::uint64_t from, std::uint64_t count,
                           const std::stop_token& token) mutable {
        if (!first) {
            return fetchAzurePiece(m_client, blob, from, count, first.emplace(), token);
        }
        std::string etag = *first;
        return fetchAzurePiece(m_client, blob, from, count, etag, token);
    };
    return readByRanges(fetch, m_ahead, offset, length, stop);
}

Result<std::unique_ptr<StagedObject>> AzureStorage::stage(const std::string& name,
                                                          const ByteSource& source,
                                                          const ObjectMetadata& metadata,
                                                          std::stop_token stop)
{
    TIDEMARK_TRY(const std::string blob, blobOf(name));
    TIDEMARK_TRY(auto upload, stageAzure(m_client, blob, source, metadata, m_random, stop));
    return std::unique_ptr<StagedObject>(std::move(upload));
}

/// One after the other: each answer is the proof that what stands in front is durable.
Result<std::size_t> AzureStorage::publish(std::span<StagedObject* const> staged,
                                          std::stop_token stop)
{
    std::size_t appeared = 0;
    for (StagedObject* const each : staged) {
        TIDEMARK_TRY(
            const bool isNew,
            publishAzure(m_client, static_cast<const AzureUpload&>(*each), m_random, stop));
        if (!isNew) {
            break;
        }
        ++appeared;
    }
    return appeared;
}

Status AzureStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    AtOnce removals(stop);
    for (const std::string& name : names) {
        TIDEMARK_TRY(std::string blob, blobOf(name));
        TIDEMARK_TRY_STATUS(removals.makeRoom(kRemovalsAtOnce));
        removals.begin([this, blob = std::move(blob)](const std::stop_token& token) {
            return removeAzureBlob(m_client, blob, token);
        });
    }
    return removals.finish();
}

}  // namespace tidemark::storage
