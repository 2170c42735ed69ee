#include "core/storage/webdav_storage.h"

#include "core/net/content_range.h"
#include "core/storage/folder_root.h"
#include "core/storage/http_failure.h"
#include "core/storage/object_name.h"
#include "core/storage/webdav_walk.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr std::size_t kReadAheadBytes = std::size_t{64} << 20;
/// Sent without a look whether the name is taken: that would take longer than the body.
constexpr std::uint64_t kSmallBytes = 256 << 10;

Error isGone(const std::string& place, const std::string& path)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 in %2 is not there any more."), {path, place}}};
}

Error becameAnother(const std::string& place, const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 in %2 was changed while it was read."),
                     {path, place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else changes this folder, and try "
                                   "again.")}};
}

Error stagedIsGone(const std::string& place)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "What was sent to %1 has gone before it had its name."),
                 {place}},
        .next = {TIDEMARK_TEXT("storage",
                               "Look whether something else deletes files there, and try again.")}};
}

Error gaveOtherPiece(const std::string& place)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "%1 gives other bytes than it was asked for."), {place}},
        .next = {TIDEMARK_TEXT("storage",
                               "Look whether something between here and there changes what "
                               "is sent.")}};
}

}  // namespace

/// Which one a reader reads, by the strong ETag of its first piece that had one (RFC 9110, 8.8.3).
/// Any thread may use it.
class WebDavStorage::Version {
public:
    /// Empty where none is known.
    [[nodiscard]] std::string tag() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_tag;
    }

    /// False for the tag of another version.
    [[nodiscard]] bool fits(const std::string& tag)
    {
        if (!tag.starts_with('"')) {
            return true;
        }
        const std::scoped_lock lock(m_mutex);
        m_tag = m_tag.empty() ? tag : m_tag;
        return m_tag == tag;
    }

private:
    mutable std::mutex m_mutex;  // Guards m_tag.
    std::string m_tag;
};

WebDavStorage::WebDavStorage(net::HttpTransport& http, Clock& clock, Random& random,
                             StorageAddress address, Secret password)
    : m_client(http, clock, random, std::move(address), std::move(password)),
      m_root(m_client),
      m_uploads(m_client, m_root, clock, random),
      m_ahead(kReadAheadBytes)
{
}

std::string WebDavStorage::describe() const
{
    return m_client.place();
}

std::string WebDavStorage::pathOf(const std::string& name) const
{
    return m_client.address().path + '/' + name;
}

Status WebDavStorage::list(std::string_view prefix,
                           const std::function<Listing(const ObjectEntry&)>& entry,
                           std::stop_token stop) const
{
    Status listed = listWebDav(m_client, m_root.path(), prefix, kTemporaryFolder, entry, stop);
    if (listed.ok()) {
        m_root.noteSeen();
    } else if (listed.error().code == ErrorCode::NotFound) {
        return m_root.isMissing();
    }
    return listed;
}

/// Empty for what is no file, too.
Result<std::optional<WebDavResource>> WebDavStorage::look(const std::string& path,
                                                          const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto found, m_client.properties(path, WebDavDepth::Itself, stop));
    if (!found) {
        return std::optional<WebDavResource>();
    }
    const auto itself = std::ranges::find(*found, std::string(), &WebDavResource::name);
    return itself == found->end() || itself->isFolder ? std::nullopt : std::optional(*itself);
}

Result<std::optional<ObjectEntry>> WebDavStorage::find(const std::string& name,
                                                       std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    TIDEMARK_TRY(const auto found, look(pathOf(name), stop));
    if (found) {
        return std::optional(
            ObjectEntry{.name = name, .sizeBytes = found->sizeBytes, .modified = found->modified});
    }
    TIDEMARK_TRY_STATUS(m_root.check(stop));
    return std::optional<ObjectEntry>();
}

/// What is to be said of an object that is not there: a server whose disk went says the same of
/// all.
Error WebDavStorage::missing(const std::string& path, const std::stop_token& stop) const
{
    Status root = m_root.check(stop);
    return root.ok() ? isGone(m_client.place(), path) : std::move(root).error();
}

/// Where a range has no bytes, how long the object is.
Result<Piece> WebDavStorage::nothingOf(const std::string& path, const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto found, look(path, stop));
    return found ? Result(Piece{.totalBytes = found->sizeBytes}) : missing(path, stop);
}

Result<Piece> WebDavStorage::fetch(const std::string& path, std::uint64_t offset,
                                   std::uint64_t length, Version& version,
                                   const std::stop_token& stop) const
{
    if (length == 0) {
        return nothingOf(path, stop);
    }
    const std::uint64_t last = offset + std::min(length - 1, UINT64_MAX - offset);
    const std::string range = std::to_string(offset) + '-' + std::to_string(last);
    const net::HttpLimits usual;
    WebDavCall call{.path = path,
                    .headers = {{"range", "bytes=" + range}},
                    .limits = {.bodyBytes = std::max<std::size_t>(usual.bodyBytes, length)}};
    if (std::string tag = version.tag(); !tag.empty()) {
        call.headers["if-match"] = std::move(tag);
    }
    TIDEMARK_TRY(auto answer, m_client.send(call, stop));
    if (answer.status == 404) {
        return missing(path, stop);
    }
    if (answer.status == 200 && isWebPage(answer)) {
        return webPageInstead(m_client.place());
    }
    if (answer.status == 412 ||
        (answer.status / 100 == 2 && !version.fits(answer.header("etag")))) {
        return becameAnother(m_client.place(), path);
    }
    if (answer.status == 416) {
        TIDEMARK_TRY(Piece nothing, nothingOf(path, stop));
        return nothing.totalBytes <= offset ? Result(std::move(nothing))
                                            : gaveOtherPiece(m_client.place());
    }
    if (answer.status == 200 && !answer.saidItsLength()) {
        return gaveOtherPiece(m_client.place());
    }
    Piece piece{.bytes = std::move(answer.body)};
    if (answer.status == 200) {
        // The whole of it, since the server knows no ranges.
        piece.totalBytes = piece.bytes.size();
        const std::size_t skipped = std::min<std::uint64_t>(offset, piece.totalBytes);
        piece.bytes.erase(piece.bytes.begin(),
                          piece.bytes.begin() + static_cast<std::ptrdiff_t>(skipped));
        piece.bytes.resize(std::min<std::uint64_t>(length, piece.bytes.size()));
        return piece;
    }
    if (answer.status != 206) {
        return m_client.failureOf(answer);
    }
    const auto given = net::parseContentRange(answer.header("content-range"));
    if (!given || !given->part || given->part->first != offset ||
        piece.bytes.size() != std::min(length, given->totalBytes - offset)) {
        return gaveOtherPiece(m_client.place());
    }
    piece.totalBytes = given->totalBytes;
    return piece;
}

Result<std::unique_ptr<ByteReader>> WebDavStorage::read(const std::string& name,
                                                        std::uint64_t offset, std::uint64_t length,
                                                        std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    // Shared by the copies of what fetches.
    auto version = std::make_shared<Version>();
    return readByRanges(
        [this, path = pathOf(name), version](std::uint64_t from, std::uint64_t bytes,
                                             const std::stop_token& enough) {
            return fetch(path, from, bytes, *version, enough);
        },
        m_ahead, offset, length, stop);
}

Result<std::unique_ptr<StagedObject>> WebDavStorage::stage(const std::string& name,
                                                           const ByteSource& source,
                                                           const ObjectMetadata& metadata,
                                                           std::stop_token stop)
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    if (source.sizeBytes().value_or(UINT64_MAX) > kSmallBytes) {
        TIDEMARK_TRY(const auto there, look(pathOf(name), stop));
        if (there) {
            return std::unique_ptr<StagedObject>(
                std::make_unique<WebDavUpload>(m_uploads, pathOf(name), "", stop));
        }
    }
    TIDEMARK_TRY(auto upload, m_uploads.send(pathOf(name), source, metadata.time, stop));
    return std::unique_ptr<StagedObject>(std::move(upload));
}

Result<net::HttpResponse> WebDavStorage::move(const WebDavUpload& upload,
                                              const std::stop_token& stop) const
{
    return m_client.send(
        {.method = "MOVE",
         .path = upload.temporary(),
         .headers = {{"destination", m_client.urlOf(upload.target())}, {"overwrite", "F"}},
         .limits = {.idle = std::chrono::minutes(2)}},
        stop);
}

/// False where an object is there already, be it our own by a move that was sent twice.
Result<bool> WebDavStorage::appear(WebDavUpload& upload, const std::stop_token& stop)
{
    TIDEMARK_TRY(auto there, look(upload.target(), stop));
    if (there) {
        return false;
    }
    TIDEMARK_TRY_STATUS(m_uploads.makeParent(upload.target(), stop));
    TIDEMARK_TRY(auto moved, move(upload, stop));
    if (!isDone(moved) && moved.status != 412) {
        // Perhaps the answer to an earlier try was lost, or somebody took the folder away.
        TIDEMARK_TRY(there, look(upload.target(), stop));
        if (there) {
            return false;
        }
        // Nothing is made where our hidden folder is not: another disk may be there.
        TIDEMARK_TRY(const auto sent, look(upload.temporary(), stop));
        if (!sent) {
            Status gone = m_uploads.lost(stop);
            return std::move(gone).error();
        }
        m_uploads.forgetParent(upload.target());
        TIDEMARK_TRY_STATUS(m_uploads.makeParent(upload.target(), stop));
        TIDEMARK_TRY(moved, move(upload, stop));
    }
    if (moved.status == 404) {
        return stagedIsGone(m_client.place());
    }
    if (moved.status == 412) {
        return false;
    }
    if (!isDone(moved)) {
        return m_client.failureOf(moved);
    }
    upload.settle();
    return true;
}

Result<std::size_t> WebDavStorage::publish(std::span<StagedObject* const> staged,
                                           std::stop_token stop)
{
    std::size_t appeared = 0;
    for (StagedObject* const each : staged) {
        auto& upload = static_cast<WebDavUpload&>(*each);
        if (upload.temporary().empty()) {
            break;
        }
        upload.belongTo(stop);
        const auto isNew = appear(upload, stop);
        if (!isNew.ok()) {
            m_uploads.noteFailure(isNew.error());
            return isNew.error();
        }
        if (!isNew.value()) {
            break;
        }
        ++appeared;
    }
    return appeared;
}

Status WebDavStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    bool wasMissing = false;
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(checkObjectName(name));
        TIDEMARK_TRY(const auto gone,
                     m_client.send({.method = "DELETE", .path = pathOf(name)}, stop));
        if (!isDone(gone) && gone.status != 404) {
            return m_client.failureOf(gone);
        }
        wasMissing = wasMissing || gone.status == 404;
    }
    // A server whose disk went says of each that it is not there.
    return wasMissing ? m_root.check(stop) : Status();
}

}  // namespace tidemark::storage
