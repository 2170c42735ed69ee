#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/net/http_transport.h"
#include "core/net/retrying_transport.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_opener.h"

#include <memory>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// Opens each kind of storage, with the options upload-limit and download-limit, in KiB a second,
/// of those over a network. Files that an option names may begin with "~/".
class StorageFactory final : public StorageOpener {
public:
    /// What storages are made of; all of it outlives them.
    struct Parts {
        FileSystem& files;
        Random& random;
        Clock& clock;
        net::HttpTransport& http;
        const SecretSource& secrets;
        Person& person;
        std::string home = {};      ///< Whose ~/.ssh is read.
        std::string config = {};    ///< Where our own known_hosts is written.
        std::string cache = {};     ///< What has to be unpacked lies there.
        std::string user = {};      ///< Logs in where an address of SFTP names nobody.
        std::string agent = {};     ///< The socket of the SSH agent; empty for none.
        std::stop_token stop = {};  ///< Ends a question to the person: Cancelled.
    };

    explicit StorageFactory(Parts parts)
        : m_parts(std::move(parts)), m_http(m_parts.http, m_parts.clock, m_parts.random)
    {
    }

    [[nodiscard]] Result<std::unique_ptr<Storage>> open(
        const StorageAddress& address) const override;

private:
    [[nodiscard]] Result<std::unique_ptr<Storage>> openUnlimited(
        const StorageAddress& address) const;

    Parts m_parts;
    mutable net::RetryingTransport m_http;
};

}  // namespace tidemark::storage
