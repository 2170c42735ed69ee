#include "core/storage/sftp_storage.h"

#include "core/storage/folder_root.h"
#include "core/storage/object_name.h"
#include "core/storage/sftp_errors.h"
#include "core/storage/sftp_listing.h"
#include "core/storage/sftp_pool.h"
#include "core/storage/sftp_reader.h"
#include "core/storage/sftp_root.h"
#include "core/storage/sftp_trash.h"
#include "core/storage/sftp_upload.h"
#include "core/storage/ssh_server.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr std::uint16_t kSshPort = 22;

// Without concurrent writes, each request waits for its answer. libssh2's are of this size.
constexpr std::size_t kOneRequestBytes = 30'000;
constexpr std::size_t kManyRequestsBytes = 16 << 20;

std::string fromHome(const std::string& path, const std::string& home)
{
    return path.starts_with("~/") ? home + path.substr(1) : path;
}

std::string orElse(const std::string& first, const std::string& second)
{
    return first.empty() ? second : first;
}

HostKeyCheck::Parts hostKeysOf(const SftpStorage::Parts& parts, const StorageAddress& address,
                               const std::string& home, const std::string& config)
{
    return {
        .clock = parts.clock,
        .files = parts.files,
        .random = parts.random,
        .person = parts.person,
        .theirs = fromHome(orElse(optionOf(address, "known-hosts"), "~/.ssh/known_hosts"), home),
        .ours = config + "/known_hosts"};
}

SshLogin::Parts loginOf(const SftpStorage::Parts& parts, const StorageAddress& address,
                        const Secrets& secrets, const std::string& home)
{
    return {.clock = parts.clock,
            .files = parts.files,
            .person = parts.person,
            .user = orElse(address.user, parts.user),
            .host = address.host,
            // What is said of this place goes before what is set for all.
            .keyFile = fromHome(orElse(optionOf(address, "key"), secrets.keyFile), home),
            .home = home,
            .agent = parts.agent,
            .passphrase = secrets.passphrase,
            .password = secrets.password};
}

/// A file that only has to be renamed; none where an object is there already.
class SftpObject final : public StagedObject {
public:
    SftpObject(SftpTrash& trash, std::string path, std::string temporary, std::stop_token stop)
        : m_trash(trash),
          m_path(std::move(path)),
          m_temporary(std::move(temporary)),
          m_stop(std::move(stop))
    {
    }
    ~SftpObject() override
    {
        if (!m_temporary.empty()) {
            m_trash.add(std::move(m_temporary), m_stop);
        }
    }

    /// From now on it belongs to the call that this one stops.
    void belongTo(std::stop_token stop) { m_stop = std::move(stop); }

    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] const std::string& temporary() const { return m_temporary; }
    void wasRenamed() { m_temporary.clear(); }

private:
    SftpTrash& m_trash;
    std::string m_path;
    std::string m_temporary;
    std::stop_token m_stop;
};

}  // namespace

/// The server and its folder, with what is known of both.
class SftpStorage::Place {
public:
    Place(const Parts& parts, const StorageAddress& address, const Secrets& secrets,
          const std::string& home, const std::string& config)
        : clock(parts.clock),
          random(parts.random),
          shown(describeAddress(address)),
          atOnceBytes(optionOf(address, "concurrent-writes") == "false" ? kOneRequestBytes
                                                                        : kManyRequestsBytes),
          root(parts.clock, address.path, shown),
          server(parts.clock, address.host, address.port == 0 ? kSshPort : address.port,
                 hostKeysOf(parts, address, home, config), loginOf(parts, address, secrets, home)),
          pool(parts.clock,
               [this](const std::stop_token& stop) -> Result<std::shared_ptr<SftpSession>> {
                   TIDEMARK_TRY(auto connection, server.enter(stop));
                   isOpenSsh = connection->isOpenSsh();
                   return SftpSession::open(std::move(connection), stop);
               }),
          trash(pool, parts.clock)
    {
    }

    [[nodiscard]] std::string pathOf(std::string_view name) const
    {
        return pathBelow(root.path(), name);
    }
    [[nodiscard]] Status check(const std::stop_token& stop)
    {
        return pool.with(stop,
                         [&](const auto& session, int) { return root.check(*session, stop); });
    }
    [[nodiscard]] Result<std::string> upload(const ByteSource& source,
                                             std::optional<Timestamp> time,
                                             const std::stop_token& stop);
    [[nodiscard]] Result<bool> appear(SftpSession& session, const SftpObject& object,
                                      bool mayHaveHappened, const std::stop_token& stop);
    [[nodiscard]] Status sync(const std::string& folder, const std::stop_token& stop);

    Clock& clock;
    Random& random;
    std::string shown;
    std::size_t atOnceBytes;
    SftpRoot root;
    SshServer server;
    SftpPool pool;
    SftpTrash trash;
    std::atomic<bool> isOpenSsh = true;
};

/// Gives the temporary file.
Result<std::string> SftpStorage::Place::upload(const ByteSource& source,
                                               std::optional<Timestamp> time,
                                               const std::stop_token& stop)
{
    for (bool isRepeated = false;; isRepeated = true) {
        std::string path = pathOf(sftpTemporaryName(clock.now(), random.next()));
        SftpUpload one({.pool = pool,
                        .root = root,
                        .source = source,
                        .path = path,
                        .time = time,
                        .atOnceBytes = atOnceBytes},
                       stop);
        Status done = one.run();
        if (done.ok()) {
            return path;
        }
        if (one.hasBegun()) {
            trash.add(std::move(path), stop);
        }
        if (!one.isBroken() || isRepeated || done.error().code == ErrorCode::Cancelled) {
            return std::move(done).error();
        }
        // Once the server is there again.
        TIDEMARK_TRY_STATUS(check(stop));
    }
}

/// False where an object is there already.
Result<bool> SftpStorage::Place::appear(SftpSession& session, const SftpObject& object,
                                        bool mayHaveHappened, const std::stop_token& stop)
{
    SftpFacts facts;
    const auto isThere = [&](const std::string& path) -> Result<bool> {
        TIDEMARK_TRY(const SftpAnswer answer, session.stat(path, SftpLinks::Keep, facts, stop));
        if (answer != LIBSSH2_FX_OK && !isNotThere(answer)) {
            return refusedBy(answer, path);
        }
        return answer == LIBSSH2_FX_OK;
    };
    TIDEMARK_TRY(const bool isTaken, isThere(object.path()));
    if (isTaken) {
        if (!mayHaveHappened) {
            return false;
        }
        // Renamed before the connection broke, when our own file is not there any more.
        TIDEMARK_TRY(const bool isOurs, isThere(object.temporary()));
        return !isOurs;
    }
    TIDEMARK_TRY(SftpAnswer answer, session.rename(object.temporary(), object.path(), stop));
    if (isNotThere(answer)) {
        const std::string folder = parentOf(object.path());
        TIDEMARK_TRY_STATUS(root.check(session, stop));
        TIDEMARK_TRY_STATUS(root.mayBeMissing(folder));
        TIDEMARK_TRY_STATUS(root.makeFolders(session, folder, stop));
        TIDEMARK_TRY(answer, session.rename(object.temporary(), object.path(), stop));
    }
    if (answer == LIBSSH2_FX_OK) {
        return true;
    }
    TIDEMARK_TRY(const bool isTakenNow, isThere(object.path()));
    if (isTakenNow) {
        return false;
    }
    return writeRefusedBy(session, answer, object.path(), stop);
}

Status SftpStorage::Place::sync(const std::string& folder, const std::stop_token& stop)
{
    return pool.with(stop, [&](const auto& session, int) -> Status {
        TIDEMARK_TRY(const SftpAnswer synced, session->syncFolder(folder, stop));
        return synced == LIBSSH2_FX_OK ? Status()
                                       : Status(writeRefusedBy(*session, synced, folder, stop));
    });
}

SftpStorage::SftpStorage(const Parts& parts, const StorageAddress& address, const Secrets& secrets,
                         const std::string& home, const std::string& config)
    : m_place(std::make_unique<Place>(parts, address, secrets, home, config))
{
}

SftpStorage::~SftpStorage() = default;

std::string SftpStorage::describe() const
{
    return m_place->shown;
}

bool SftpStorage::onlyLooksFirst() const
{
    return !m_place->isOpenSsh;
}

unsigned SftpStorage::readsAtOnce() const
{
    return static_cast<unsigned>(kMaxSessions);
}

Status SftpStorage::list(std::string_view prefix,
                         const std::function<Listing(const ObjectEntry&)>& entry,
                         std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(m_place->check(stop));
    std::string folder;
    const auto noted = [&](const ObjectEntry& object) {
        const std::size_t slash = object.name.rfind('/');
        if (slash != std::string::npos && folder != object.name.substr(0, slash)) {
            folder = object.name.substr(0, slash);
            m_place->root.noteObjects(m_place->pathOf(folder));
        }
        return entry(object);
    };
    TIDEMARK_TRY_STATUS(
        listSftp(m_place->pool, m_place->root.path(), prefix, kTemporaryFolder, noted, stop));
    // A disk that went in the middle must not pass for a short listing.
    return m_place->check(stop);
}

Result<std::optional<ObjectEntry>> SftpStorage::find(const std::string& name,
                                                     std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    const std::string path = m_place->pathOf(name);
    std::optional<ObjectEntry> found;
    const auto look = [&](const auto& session, int) -> Status {
        SftpFacts facts;
        TIDEMARK_TRY(const SftpAnswer answer, session->stat(path, SftpLinks::Follow, facts, stop));
        if (answer == LIBSSH2_FX_OK &&
            (!facts.kind || (facts.kind == SftpKind::File && !facts.sizeBytes))) {
            return saysTooLittle(path);
        }
        if (answer == LIBSSH2_FX_OK && facts.kind == SftpKind::File) {
            found = entryOf(name, facts);
            return {};
        }
        if (answer != LIBSSH2_FX_OK && !isNotThere(answer)) {
            return refusedBy(answer, path);
        }
        return m_place->root.check(*session, stop);
    };
    TIDEMARK_TRY_STATUS(m_place->pool.with(stop, look));
    return found;
}

Result<std::unique_ptr<ByteReader>> SftpStorage::read(const std::string& name, std::uint64_t offset,
                                                      std::uint64_t length,
                                                      std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    auto reader = SftpReader::open(m_place->pool, m_place->pathOf(name), offset, length, stop);
    if (!reader.ok() && reader.error().code == ErrorCode::NotFound) {
        TIDEMARK_TRY_STATUS(m_place->check(stop));
    }
    return reader;
}

Result<std::unique_ptr<StagedObject>> SftpStorage::stage(const std::string& name,
                                                         const ByteSource& source,
                                                         const ObjectMetadata& metadata,
                                                         std::stop_token stop)
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    const std::string path = m_place->pathOf(name);
    bool isTaken = false;
    const auto prepare = [&](const auto& session, int) -> Status {
        TIDEMARK_TRY_STATUS(m_place->root.prepare(*session, stop));
        SftpFacts facts;
        TIDEMARK_TRY(const SftpAnswer answer, session->stat(path, SftpLinks::Keep, facts, stop));
        isTaken = answer == LIBSSH2_FX_OK;
        return {};
    };
    TIDEMARK_TRY_STATUS(m_place->pool.with(stop, prepare));
    std::string temporary;
    if (!isTaken) {
        TIDEMARK_TRY(temporary, m_place->upload(source, metadata.time, stop));
    }
    return std::unique_ptr<StagedObject>(
        std::make_unique<SftpObject>(m_place->trash, path, std::move(temporary), stop));
}

Result<std::size_t> SftpStorage::publish(std::span<StagedObject* const> staged,
                                         std::stop_token stop)
{
    std::size_t appeared = 0;
    std::set<std::string> folders;
    for (StagedObject* const each : staged) {
        auto& object = static_cast<SftpObject&>(*each);
        folders.insert(parentOf(object.path()));
        object.belongTo(stop);
        bool isNew = false;
        const auto appear = [&](const auto& session, int before) -> Status {
            TIDEMARK_TRY(isNew, m_place->appear(*session, object, before > 0, stop));
            return {};
        };
        if (!object.temporary().empty()) {
            TIDEMARK_TRY_STATUS(m_place->pool.with(stop, appear));
        }
        if (!isNew) {
            break;
        }
        object.wasRenamed();
        m_place->root.noteObjects(parentOf(object.path()));
        ++appeared;
    }
    for (const std::string& folder : folders) {
        TIDEMARK_TRY_STATUS(m_place->sync(folder, stop));
    }
    m_place->trash.takeOut(stop);
    return appeared;
}

Status SftpStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    TIDEMARK_TRY_STATUS(m_place->check(stop));
    std::set<std::string> folders;
    for (const std::string& name : names) {
        TIDEMARK_TRY_STATUS(checkObjectName(name));
        const std::string path = m_place->pathOf(name);
        const auto take = [&](const auto& session, int) -> Status {
            TIDEMARK_TRY(const SftpAnswer answer, session->remove(path, stop));
            return answer == LIBSSH2_FX_OK || isNotThere(answer) ? Status()
                                                                 : refusedBy(answer, path);
        };
        TIDEMARK_TRY_STATUS(m_place->pool.with(stop, take));
        folders.insert(parentOf(path));
    }
    for (const std::string& folder : folders) {
        TIDEMARK_TRY_STATUS(m_place->sync(folder, stop));
    }
    return {};
}

}  // namespace tidemark::storage
