#pragma once

#include "core/base/byte_stream.h"
#include "core/base/clock.h"
#include "core/storage/sftp_file.h"
#include "core/storage/sftp_pool.h"
#include "core/storage/sftp_root.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// The bytes of one object on their way into a temporary file, all over one connection: what came
/// before a server died is not on its disk, so another connection begins anew. The session is held
/// while bytes go, not while they are read from their source, which may be at the same server.
class SftpUpload {
public:
    struct Parts {
        SftpPool& pool;
        SftpRoot& root;
        const ByteSource& source;
        std::string path = {};  ///< Of the temporary file; must not exist.
        std::optional<Timestamp> time = {};
        std::size_t atOnceBytes = 0;  ///< Under way at most.
    };

    SftpUpload(Parts parts, std::stop_token stop)
        : m_parts(std::move(parts)), m_stop(std::move(stop))
    {
    }

    /// The file is whole, synced where the server can, and has its time. Fails as the source and
    /// the server do.
    [[nodiscard]] Status run();

    /// Whether the connection broke, so that it is worth to do it again.
    [[nodiscard]] bool isBroken() const { return m_session && m_session->isBroken(); }

    /// Whether there is something to clean up.
    [[nodiscard]] bool hasBegun() const { return m_session != nullptr; }

private:
    [[nodiscard]] Result<std::size_t> fill(ByteReader& reader, std::vector<std::byte>& buffer);
    [[nodiscard]] Status begin();
    [[nodiscard]] Status end();
    [[nodiscard]] Status send(std::span<const std::byte> bytes, bool isLast);

    Parts m_parts;
    std::stop_token m_stop;
    std::shared_ptr<SftpSession> m_session;  // Shared with the pool.
    std::optional<SftpFile> m_file;
};

}  // namespace tidemark::storage
