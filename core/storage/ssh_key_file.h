#pragma once

#include "core/base/file_system.h"
#include "core/base/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// A private key as it lies in a file.
struct SshKeyFile {
    std::string path = {};
    Secret text = {};
    std::string algorithm = {};  ///< "ssh-ed25519"; empty where an old format does not say.
    std::string publicKey = {};  ///< Its blob; empty as above.
    bool isEncrypted = false;

    bool operator==(const SshKeyFile&) const = default;
};

/// Empty where there is no such file. Credentials for one that holds no private key, and as
/// FileSystem fails.
[[nodiscard]] Result<std::optional<SshKeyFile>> readKeyFile(FileSystem& files,
                                                            const std::string& path);

/// What `text` is: formats "OPENSSH PRIVATE KEY" (PROTOCOL.key of OpenSSH) and PEM. Empty for what
/// is no private key.
[[nodiscard]] std::optional<SshKeyFile> parseKeyFile(std::string path, std::string_view text);

}  // namespace tidemark::storage
