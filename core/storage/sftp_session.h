#pragma once

#include "core/storage/ssh_connection.h"

#include <libssh2_sftp.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// What a server answered: LIBSSH2_FX_OK, LIBSSH2_FX_NO_SUCH_FILE, ... (SFTP version 3, 7).
using SftpAnswer = unsigned long;

enum class SftpKind { File, Folder, Other };

/// As far as the server says.
struct SftpFacts {
    std::optional<SftpKind> kind = {};
    std::optional<std::uint64_t> sizeBytes = {};
    std::optional<std::int64_t> modifiedSeconds = {};  ///< Since the epoch.

    bool operator==(const SftpFacts&) const = default;
};

[[nodiscard]] SftpFacts factsOf(const LIBSSH2_SFTP_ATTRIBUTES& attributes);

struct SftpEntry {
    std::string name = {};
    SftpFacts facts = {};
};

enum class SftpLinks { Follow, Keep };

/// The files of a server over one connection. Each call gives the server's answer, and fails only
/// where there is none: as SshConnection::finish() does, and the session is of no more use. For one
/// thread at a time.
class SftpSession {
public:
    /// `connection` is logged in. TargetRefused where the server has no SFTP.
    [[nodiscard]] static Result<std::shared_ptr<SftpSession>> open(
        std::unique_ptr<SshConnection> connection, const std::stop_token& stop);

    SftpSession(const SftpSession&) = delete;
    SftpSession& operator=(const SftpSession&) = delete;
    ~SftpSession();

    /// Takes over a file that nobody closed. Any thread may call it, at any time.
    void leave(LIBSSH2_SFTP_HANDLE* handle);

    /// Closes what was left.
    [[nodiscard]] Status tidy(const std::stop_token& stop);

    /// As of SshConnection.
    void setLimit(std::chrono::seconds limit) { m_connection->setLimit(limit); }
    [[nodiscard]] bool isBroken() const { return m_connection->isBroken(); }
    [[nodiscard]] bool hasEnded() const { return m_connection->hasEnded(); }
    void abandon() { m_connection->abandon(); }

    [[nodiscard]] Result<SftpAnswer> stat(const std::string& path, SftpLinks links,
                                          SftpFacts& facts, const std::stop_token& stop);

    /// All of a folder but "." and "..", and names with a '/', which no server should give. A
    /// folder whose names can be read, but nothing of what they stand for, is refused: servers
    /// leave out what they cannot look at.
    [[nodiscard]] Result<SftpAnswer> list(const std::string& path, std::vector<SftpEntry>& entries,
                                          const std::stop_token& stop);
    [[nodiscard]] Result<SftpAnswer> makeFolder(const std::string& path,
                                                const std::stop_token& stop);
    [[nodiscard]] Result<SftpAnswer> rename(const std::string& from, const std::string& to,
                                            const std::stop_token& stop);
    [[nodiscard]] Result<SftpAnswer> remove(const std::string& path, const std::stop_token& stop);

    /// Makes the names in a folder durable, by opening the folder like a file. LIBSSH2_FX_OK, too,
    /// where the server's system cannot.
    [[nodiscard]] Result<SftpAnswer> syncFolder(const std::string& path,
                                                const std::stop_token& stop);

    /// Bytes that are free where `path` is, as far as the server says.
    [[nodiscard]] Result<std::optional<std::uint64_t>> freeBytes(const std::string& path,
                                                                 const std::stop_token& stop);

    /// For SftpFile.
    [[nodiscard]] LIBSSH2_SFTP* handle() { return m_sftp; }
    [[nodiscard]] LIBSSH2_SESSION* library() { return m_connection->session(); }

    /// Finishes a call of libssh2, and says what its code means.
    [[nodiscard]] Result<SftpAnswer> ask(const std::function<ssize_t()>& call,
                                         const std::stop_token& stop);

private:
    explicit SftpSession(std::unique_ptr<SshConnection> connection)
        : m_connection(std::move(connection))
    {
    }

    [[nodiscard]] Result<SftpAnswer> answerOf(ssize_t code);
    [[nodiscard]] Status closeHandle(LIBSSH2_SFTP_HANDLE* handle, const std::stop_token& stop);

    std::unique_ptr<SshConnection> m_connection;
    LIBSSH2_SFTP* m_sftp = nullptr;
    std::mutex m_mutex;  // Guards m_left.
    std::vector<LIBSSH2_SFTP_HANDLE*> m_left;
};

}  // namespace tidemark::storage
