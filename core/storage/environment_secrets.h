#pragma once

#include "core/base/file_system.h"
#include "core/storage/secrets.h"

#include <functional>
#include <optional>
#include <string>

namespace tidemark::storage {

/// Secrets by the variables that the field uses, and by the files of the AWS tools:
///
/// - S3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the same three with
///   LITESTREAM_ in front; else the profile AWS_PROFILE, or "default", of ~/.aws (or of
///   AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE). An address that names a profile means that
///   one. The region is AWS_REGION, else AWS_DEFAULT_REGION, else the profile's.
///   TIDEMARK_S3_CUSTOMER_KEY for SSE-C.
/// - Azure: AZURE_STORAGE_KEY and AZURE_STORAGE_SAS_TOKEN, or LITESTREAM_AZURE_ACCOUNT_KEY and
///   LITESTREAM_AZURE_SAS_TOKEN.
/// - SFTP: TIDEMARK_SFTP_PASSWORD, TIDEMARK_SFTP_KEY (a file), TIDEMARK_SFTP_PASSPHRASE.
/// - WebDAV: TIDEMARK_WEBDAV_PASSWORD.
class EnvironmentSecrets final : public SecretSource {
public:
    /// The value of a variable; empty when it is not set.
    using Variables = std::function<std::optional<std::string>(const std::string& name)>;

    /// `files` outlives it; any thread may call `variables`.
    EnvironmentSecrets(FileSystem& files, Variables variables, std::string home)
        : m_files(files), m_variables(std::move(variables)), m_home(std::move(home))
    {
    }

    /// Also fails with Credentials when half of a pair is set, or a named profile is not there.
    [[nodiscard]] Result<Secrets> secretsOf(const StorageAddress& address) const override;

private:
    [[nodiscard]] std::string value(const std::string& name) const;
    [[nodiscard]] Secret secret(const std::string& name) const { return Secret(value(name)); }
    [[nodiscard]] Result<Secrets> ofS3(const StorageAddress& address) const;
    [[nodiscard]] Result<Secrets> ofProfile(const StorageAddress& address) const;

    FileSystem& m_files;
    Variables m_variables;
    std::string m_home;
};

}  // namespace tidemark::storage
