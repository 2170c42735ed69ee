#pragma once

#include "core/storage/sftp_session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// An open file of a session, which it keeps alive. Each call is for whoever has the session to
/// itself. May go at any time and in any thread; whoever cares for the server's word closes it
/// before.
class SftpFile {
public:
    enum class For { Reading, Creating };  ///< Creating: must not exist; 0600.

    /// Empty, and the answer, where the server does not open it.
    [[nodiscard]] static Result<SftpAnswer> open(const std::shared_ptr<SftpSession>& session,
                                                 const std::string& path, For purpose,
                                                 std::optional<SftpFile>& file,
                                                 const std::stop_token& stop);

    SftpFile(SftpFile&& other) noexcept;
    SftpFile& operator=(SftpFile&&) = delete;
    ~SftpFile();

    [[nodiscard]] const std::shared_ptr<SftpSession>& session() const { return m_session; }

    /// Fills `into` from `offset` on, many requests at once; what has been asked for has arrived
    /// when it returns. `got` is less at the end of the file only.
    [[nodiscard]] Result<SftpAnswer> read(std::span<std::byte> into, std::uint64_t offset,
                                          std::size_t& got, const std::stop_token& stop);

    /// What is known of it now.
    [[nodiscard]] Result<SftpAnswer> facts(SftpFacts& facts, const std::stop_token& stop);

    /// Writes all of `bytes` behind what was written before, and has the server's word for it. So
    /// many bytes are under way at most as `atOnce` says.
    [[nodiscard]] Result<SftpAnswer> write(std::span<const std::byte> bytes, std::size_t atOnce,
                                           const std::stop_token& stop);

    /// fsync@openssh.com; a server that does not know it answers LIBSSH2_FX_OP_UNSUPPORTED.
    [[nodiscard]] Result<SftpAnswer> sync(const std::stop_token& stop);

    [[nodiscard]] Result<SftpAnswer> setModified(std::int64_t seconds, const std::stop_token& stop);

    [[nodiscard]] Result<SftpAnswer> close(const std::stop_token& stop);

private:
    SftpFile(std::shared_ptr<SftpSession> session, LIBSSH2_SFTP_HANDLE* handle)
        : m_session(std::move(session)), m_handle(handle)
    {
    }

    std::shared_ptr<SftpSession> m_session;  // Shared with the pool and other files.
    LIBSSH2_SFTP_HANDLE* m_handle = nullptr;
};

}  // namespace tidemark::storage
