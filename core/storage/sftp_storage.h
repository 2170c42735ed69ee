#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/secrets.h"
#include "core/storage/storage.h"
#include "core/storage/storage_address.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace tidemark::storage {

/// Objects are files below one folder of an SSH server, reached by SFTP version 3 over libssh2. An
/// object's time is the file's modification time, in whole seconds.
///
/// Nothing is reached before the first call. Up to kMaxSessions connections are kept; a call whose
/// connection breaks is done once more over a fresh one. What cannot be known over SFTP:
///
/// - Objects appear by a rename, which OpenSSH refuses where the name is taken. Servers that
///   replace files by it can only be asked before, and two writers may get between.
/// - Bytes are synced where the server knows fsync@openssh.com, names where it opens folders like
///   files, as OpenSSH does on most systems.
/// - Another disk in the place of the root's is noticed by our folder for temporary files alone,
///   and said once, with Unavailable.
///
/// Files are 0600, folders 0700. Host keys are checked as host_key_check.h says, logins tried as
/// ssh_login.h does.
class SftpStorage final : public Storage {
public:
    struct Parts {
        Clock& clock;
        Random& random;
        FileSystem& files;
        Person& person;
        std::string user = {};   ///< Logs in where the address names nobody.
        std::string agent = {};  ///< The socket of the SSH agent; empty for none.
    };

    /// `address` is one of StorageKind::Sftp. `home` is whose ~/.ssh is read, `config` where our
    /// own known_hosts is written. What `parts` refers to must outlive it.
    SftpStorage(const Parts& parts, const StorageAddress& address, const Secrets& secrets,
                const std::string& home, const std::string& config);
    ~SftpStorage() override;

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override;
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    /// Unless the server greets as OpenSSH: others may rename onto what is there.
    [[nodiscard]] bool onlyLooksFirst() const override;
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override;

private:
    class Place;

    std::unique_ptr<Place> m_place;
};

}  // namespace tidemark::storage
