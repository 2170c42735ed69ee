#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/storage/storage_address.h"

#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// What opens a storage and stands in no address; empty where it is not known. Each kind of storage
/// uses its own part.
struct Secrets {
    Secret accessKeyId = {};      ///< S3.
    Secret secretAccessKey = {};  ///< S3.
    Secret sessionToken = {};     ///< S3, with keys that expire.
    Secret customerKey = {};      ///< S3, SSE-C: 32 bytes in Base64.
    Secret accountKey = {};       ///< Azure, Shared Key, in Base64.
    Secret sasToken = {};         ///< Azure, without the leading '?'.
    Secret password = {};         ///< SFTP, WebDAV.
    Secret passphrase = {};       ///< SFTP, of the key file.
    std::string keyFile = {};     ///< SFTP: a private key besides those of ~/.ssh. No secret.

    std::string region = {};  ///< S3: where the origin of the keys tells it. No secret.

    bool operator==(const Secrets&) const = default;
};

/// Where secrets come from: the environment, a keychain, what a litestream.yml said.
/// Any thread may call it.
class SecretSource {
public:
    virtual ~SecretSource() = default;

    /// All of one storage at once, since parts of different origins do not fit together. What is
    /// not known is empty, which is no failure: many storages need none. May block on a keychain.
    /// Fails with Credentials where the origin itself cannot be read, and says what to do.
    [[nodiscard]] virtual Result<Secrets> secretsOf(const StorageAddress& address) const = 0;
};

/// The key by which a server proves who it is, as SSH has it.
struct HostKey {
    std::string host = {};       ///< "example.com" or "[example.com]:2222", as known_hosts has it.
    std::string algorithm = {};  ///< "ssh-ed25519".
    std::string fingerprint = {};  ///< "SHA256:...", as OpenSSH shows it.

    /// The key of another kind that this host is known by, as a rule empty:
    /// "/home/me/.ssh/known_hosts:3 ssh-rsa SHA256:...". Somebody between here and there may show
    /// another kind so that the known key is not compared.
    std::string otherKnown = {};

    bool operator==(const HostKey&) const = default;
};

/// Somebody who can be asked while a storage is being opened: at a terminal, by a dialog. Any
/// thread may call it, and each call blocks until there is an answer; several calls wait for each
/// other.
class Person {
public:
    virtual ~Person() = default;

    /// What a person answers to `question`, which is not shown while it is typed. Empty when nobody
    /// is there, or nothing was answered.
    [[nodiscard]] virtual std::optional<Secret> secret(const Message& question) = 0;

    /// Whether a server that nobody here knows yet is the right one. False when nobody is there,
    /// and once `stop` is requested.
    [[nodiscard]] virtual bool trusts(const HostKey& key, const std::stop_token& stop) = 0;
};

/// Nobody is there.
class Nobody final : public Person {
public:
    [[nodiscard]] std::optional<Secret> secret(const Message& /*question*/) override { return {}; }
    [[nodiscard]] bool trusts(const HostKey& /*key*/, const std::stop_token& /*stop*/) override
    {
        return false;
    }
};

}  // namespace tidemark::storage
