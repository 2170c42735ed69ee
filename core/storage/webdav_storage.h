#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/storage/range_reader.h"
#include "core/storage/storage.h"
#include "core/storage/webdav_client.h"
#include "core/storage/webdav_root.h"
#include "core/storage/webdav_uploads.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tidemark::storage {

/// Objects are files below one folder of a WebDAV server (RFC 4918).
///
/// A body goes to a hidden folder of the root in one request, and is moved to its place with
/// "Overwrite: F"; since some servers pass over that, the place is looked at right before. A move
/// whose answer was lost finds its own object: AlreadyThere. Whether what the server has taken
/// survives its loss of power is the server's affair. Few servers let anybody set times: those that
/// know X-OC-Mtime (Nextcloud, ownCloud) keep whole seconds, all others tell when an object was
/// written.
///
/// The root and its parents are made by the first write, unless they were seen before: then they
/// have to stay, and a root that has gone is Unavailable, as FolderStorage has it. Names are those
/// of objects: to remove the name of a folder takes all that is in it, as the protocol has it.
class WebDavStorage final : public Storage {
public:
    /// `http` tries again what fails and passes; it, `clock` and `random` outlive the storage.
    WebDavStorage(net::HttpTransport& http, Clock& clock, Random& random, StorageAddress address,
                  Secret password);

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override;
    /// Also when the root is not there: NotFound.
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override;
    /// Of one version, where the server tells them apart: Unavailable where another one comes in
    /// the place of that which was begun. A server that knows no ranges is read as long as objects
    /// are no larger than 16 MiB.
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override;
    /// A source that does not know its length is read once more, to count it.
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    /// Some servers pass over "Overwrite: F".
    [[nodiscard]] bool onlyLooksFirst() const override { return true; }
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override { return kReadsFromServer; }

private:
    class Version;

    [[nodiscard]] std::string pathOf(const std::string& name) const;
    [[nodiscard]] Result<std::optional<WebDavResource>> look(const std::string& path,
                                                             const std::stop_token& stop) const;
    [[nodiscard]] Result<Piece> fetch(const std::string& path, std::uint64_t offset,
                                      std::uint64_t length, Version& version,
                                      const std::stop_token& stop) const;
    [[nodiscard]] Error missing(const std::string& path, const std::stop_token& stop) const;
    [[nodiscard]] Result<Piece> nothingOf(const std::string& path,
                                          const std::stop_token& stop) const;
    [[nodiscard]] Result<bool> appear(WebDavUpload& upload, const std::stop_token& stop);
    [[nodiscard]] Result<net::HttpResponse> move(const WebDavUpload& upload,
                                                 const std::stop_token& stop) const;

    WebDavClient m_client;
    mutable WebDavRoot m_root;
    WebDavUploads m_uploads;
    mutable ReadAhead m_ahead;
};

}  // namespace tidemark::storage
