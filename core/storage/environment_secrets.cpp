#include "core/storage/environment_secrets.h"

#include "core/storage/aws_profile.h"

namespace tidemark::storage {
namespace {

Error halfSet(const std::string& there, const std::string& missing)
{
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "%1 is set and %2 is not."), {there, missing}},
            .next = {TIDEMARK_TEXT("storage", "Set both, or none of them.")}};
}

/// "?sv=..." as people copy it.
Secret withoutQuestionMark(const Secret& token)
{
    return token.reveal().starts_with('?') ? Secret(token.reveal().substr(1)) : token;
}

}  // namespace

std::string EnvironmentSecrets::value(const std::string& name) const
{
    return m_variables(name).value_or(std::string());
}

Result<Secrets> EnvironmentSecrets::secretsOf(const StorageAddress& address) const
{
    switch (address.kind) {
    case StorageKind::Folder:
    case StorageKind::Zip: break;
    case StorageKind::S3: return ofS3(address);
    case StorageKind::Azure: {
        Secret key = secret("AZURE_STORAGE_KEY");
        Secret token = secret("AZURE_STORAGE_SAS_TOKEN");
        return Secrets{.accountKey = key.empty() ? secret("LITESTREAM_AZURE_ACCOUNT_KEY") : key,
                       .sasToken = withoutQuestionMark(
                           token.empty() ? secret("LITESTREAM_AZURE_SAS_TOKEN") : token)};
    }
    case StorageKind::Sftp:
        return Secrets{.password = secret("TIDEMARK_SFTP_PASSWORD"),
                       .passphrase = secret("TIDEMARK_SFTP_PASSPHRASE"),
                       .keyFile = value("TIDEMARK_SFTP_KEY")};
    case StorageKind::WebDav: return Secrets{.password = secret("TIDEMARK_WEBDAV_PASSWORD")};
    }
    return Secrets{};
}

Result<Secrets> EnvironmentSecrets::ofS3(const StorageAddress& address) const
{
    std::string region = value("AWS_REGION");
    if (region.empty()) {
        region = value("AWS_DEFAULT_REGION");
    }
    std::optional<Secrets> found;
    if (optionOf(address, "profile").empty()) {
        for (const std::string prefix : {"AWS_", "LITESTREAM_"}) {
            const std::string idName = prefix + "ACCESS_KEY_ID";
            const std::string keyName = prefix + "SECRET_ACCESS_KEY";
            Secret id = secret(idName);
            Secret key = secret(keyName);
            if (id.empty() && key.empty()) {
                continue;
            }
            if (id.empty() || key.empty()) {
                return id.empty() ? halfSet(keyName, idName) : halfSet(idName, keyName);
            }
            found = Secrets{.accessKeyId = std::move(id),
                            .secretAccessKey = std::move(key),
                            .sessionToken = secret(prefix + "SESSION_TOKEN")};
            break;
        }
    }
    if (!found) {
        TIDEMARK_TRY(found, ofProfile(address));
    }
    if (!region.empty()) {
        found->region = region;
    }
    found->customerKey = secret("TIDEMARK_S3_CUSTOMER_KEY");
    return *std::move(found);
}

Result<Secrets> EnvironmentSecrets::ofProfile(const StorageAddress& address) const
{
    std::string name = optionOf(address, "profile");
    if (name.empty()) {
        name = value("AWS_PROFILE");
    }
    const bool isNamed = !name.empty();
    const auto pathOr = [this](const std::string& variable, const char* usual) {
        const std::string path = value(variable);
        return path.empty() ? m_home + usual : path;
    };
    TIDEMARK_TRY(auto profile,
                 awsProfile(m_files, pathOr("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"),
                            pathOr("AWS_CONFIG_FILE", "/.aws/config"), isNamed ? name : "default"));
    if (!profile && isNamed) {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "There is no profile \"%1\" in ~/.aws."), {name}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Make it with \"aws configure --profile %1\", or name "
                                   "another one."),
                     {name}}};
    }
    return profile.value_or(Secrets{});
}

}  // namespace tidemark::storage
