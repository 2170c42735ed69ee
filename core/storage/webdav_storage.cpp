#include "core/storage/webdav_storage.h"

#include "core/storage/folder_root.h"
#include "core/storage/http_failure.h"
#include "core/storage/object_name.h"
#include "core/storage/webdav_walk.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr std::size_t kReadAheadBytes = std::size_t{64} << 20;
/// Sent without a look whether the name is taken: that would take longer than the body.
constexpr std::uint64_t kSmallBytes = 256 << 10;

/// The whole length in "bytes 0-9/10" and "bytes */10", where the range is the one in `expected`.
std::optional<std::uint64_t> totalOf(const std::string& contentRange, const std::string& expected)
{
    const auto slash = contentRange.find('/');
    if (slash == std::string::npos || !contentRange.starts_with(expected)) {
        return {};
    }
    std::uint64_t total = 0;
    const char* const end = contentRange.data() + contentRange.size();
    const auto read = std::from_chars(contentRange.data() + slash + 1, end, total);
    return read.ec == std::errc() && read.ptr == end ? std::optional(total) : std::nullopt;
}

Error isGone(const std::string& place, const std::string& path)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 in %2 is not there any more."), {path, place}}};
}

Error isNotThere(const std::string& place)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 is not there."), {place}},
            .next = {TIDEMARK_TEXT("storage", "Check the address.")}};
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

WebDavStorage::WebDavStorage(net::HttpTransport& http, Clock& clock, Random& random,
                             StorageAddress address, Secret password)
    : m_client(http, clock, random, std::move(address), std::move(password)),
      m_uploads(m_client, clock, random),
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
    return listWebDav(m_client, m_client.address().path, prefix, kTemporaryFolder, entry, stop);
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
    TIDEMARK_TRY(const auto root, m_client.properties(pathOf(""), WebDavDepth::Itself, stop));
    return root ? Result(std::optional<ObjectEntry>()) : isNotThere(m_client.place());
}

/// Where a range has no bytes, how long the object is.
Result<Piece> WebDavStorage::nothingOf(const std::string& path, const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto found, look(path, stop));
    return found ? Result(Piece{.totalBytes = found->sizeBytes}) : isGone(m_client.place(), path);
}

Result<Piece> WebDavStorage::fetch(const std::string& path, std::uint64_t offset,
                                   std::uint64_t length, const std::stop_token& stop) const
{
    if (length == 0) {
        return nothingOf(path, stop);
    }
    const std::uint64_t last = offset + std::min(length - 1, UINT64_MAX - offset);
    const std::string range = std::to_string(offset) + '-' + std::to_string(last);
    const net::HttpLimits usual;
    const WebDavCall call{.path = path,
                          .headers = {{"range", "bytes=" + range}},
                          .limits = {.bodyBytes = std::max<std::size_t>(usual.bodyBytes, length)}};
    TIDEMARK_TRY(auto answer, m_client.send(call, stop));
    if (answer.status == 404) {
        return isGone(m_client.place(), path);
    }
    if (answer.status == 416) {
        TIDEMARK_TRY(Piece nothing, nothingOf(path, stop));
        return nothing.totalBytes <= offset ? Result(std::move(nothing))
                                            : gaveOtherPiece(m_client.place());
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
    const auto total =
        totalOf(answer.header("content-range"), "bytes " + std::to_string(offset) + '-');
    if (!total || offset >= *total || piece.bytes.size() != std::min(length, *total - offset)) {
        return gaveOtherPiece(m_client.place());
    }
    piece.totalBytes = *total;
    return piece;
}

Result<std::unique_ptr<ByteReader>> WebDavStorage::read(const std::string& name,
                                                        std::uint64_t offset, std::uint64_t length,
                                                        std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    return readByRanges(
        [this, path = pathOf(name)](std::uint64_t from, std::uint64_t bytes,
                                    const std::stop_token& enough) {
            return fetch(path, from, bytes, enough);
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
                std::make_unique<WebDavUpload>(m_client, pathOf(name), ""));
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
        TIDEMARK_TRY(const bool isNew, appear(upload, stop));
        if (!isNew) {
            break;
        }
        ++appeared;
    }
    return appeared;
}

Status WebDavStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(checkObjectName(name));
        TIDEMARK_TRY(const auto gone,
                     m_client.send({.method = "DELETE", .path = pathOf(name)}, stop));
        if (!isDone(gone) && gone.status != 404) {
            return m_client.failureOf(gone);
        }
    }
    return {};
}

}  // namespace tidemark::storage
