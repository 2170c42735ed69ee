#include "core/storage/storage_factory.h"

#include "core/base/whole_number.h"
#include "core/storage/azure_storage.h"
#include "core/storage/folder_storage.h"
#include "core/storage/level_names.h"
#include "core/storage/s3_storage.h"
#include "core/storage/sftp_storage.h"
#include "core/storage/throttled_storage.h"
#include "core/storage/webdav_storage.h"
#include "core/storage/zip_storage.h"

#include <cstdint>

namespace tidemark::storage {
namespace {

/// Empty where the address names no user.
Result<Secret> webDavPassword(const StorageAddress& address, const StorageFactory::Parts& parts)
{
    TIDEMARK_TRY(const Secrets secrets, parts.secrets.secretsOf(address));
    if (address.user.empty() || !secrets.password.empty()) {
        return secrets.password;
    }
    if (auto said = parts.person.secret(
            {TIDEMARK_TEXT("storage", "Password for %1"), {describeAddress(address)}})) {
        return *std::move(said);
    }
    if (parts.stop.stop_requested()) {
        return cancelled();
    }
    return Error{.code = ErrorCode::Credentials,
                 .what = {TIDEMARK_TEXT("storage", "The password for %1 is not known."),
                          {describeAddress(address)}},
                 .next = {TIDEMARK_TEXT("storage",
                                        "Give it by the environment (TIDEMARK_WEBDAV_PASSWORD) or "
                                        "the keychain.")}};
}

/// Bytes a second of an option in KiB; 0 where there is none.
Result<std::uint64_t> limitOf(const StorageAddress& address, const std::string& option)
{
    const std::string text = optionOf(address, option);
    if (text.empty()) {
        return std::uint64_t{0};
    }
    constexpr std::uint64_t kMostKib = std::uint64_t{1} << 30;
    constexpr int kKibShift = 10;
    const std::uint64_t kib = wholeNumber(text).value_or(0);
    if (kib == 0 || kib > kMostKib) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The option %1 cannot be \"%2\"."), {option, text}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Write a number of KiB a second: "
                                   "%1=500, or leave it out."),
                     {option}}};
    }
    return kib << kKibShift;
}

/// The option `ca` as a path; SFTP's files are read by SftpStorage, which knows the home.
StorageAddress withWholeCa(StorageAddress address, const std::string& home)
{
    const auto ca = address.options.find("ca");
    if (ca != address.options.end() && ca->second.starts_with("~/")) {
        ca->second.replace(0, 1, home);
    }
    return address;
}

}  // namespace

Result<std::unique_ptr<Storage>> StorageFactory::open(const StorageAddress& address) const
{
    TIDEMARK_TRY(const std::uint64_t up, limitOf(address, "upload-limit"));
    TIDEMARK_TRY(const std::uint64_t down, limitOf(address, "download-limit"));
    TIDEMARK_TRY(auto storage, openUnlimited(withWholeCa(address, m_parts.home)));
    if (up == 0 && down == 0) {
        return storage;
    }
    return std::unique_ptr<Storage>(
        std::make_unique<ThrottledStorage>(std::move(storage), m_parts.clock, up, down));
}

Result<std::unique_ptr<Storage>> StorageFactory::openUnlimited(const StorageAddress& address) const
{
    switch (address.kind) {
    case StorageKind::Folder:
        return std::unique_ptr<Storage>(
            std::make_unique<FolderStorage>(m_parts.files, m_parts.random, address.path));
    case StorageKind::S3: {
        TIDEMARK_TRY(Secrets secrets, m_parts.secrets.secretsOf(address));
        TIDEMARK_TRY(S3Bucket bucket, s3Bucket(address, std::move(secrets)));
        return std::unique_ptr<Storage>(std::make_unique<LevelNames>(
            std::make_unique<S3Storage>(m_http, m_parts.clock, std::move(bucket), isLevelName)));
    }
    case StorageKind::Azure: {
        TIDEMARK_TRY(const Secrets secrets, m_parts.secrets.secretsOf(address));
        TIDEMARK_TRY(AzureAccount account, azureAccount(address, secrets));
        return std::unique_ptr<Storage>(std::make_unique<AzureStorage>(
            std::move(account), m_http, m_parts.clock, m_parts.random));
    }
    case StorageKind::WebDav: {
        TIDEMARK_TRY(Secret password, webDavPassword(address, m_parts));
        return std::unique_ptr<Storage>(std::make_unique<WebDavStorage>(
            m_http, m_parts.clock, m_parts.random, address, std::move(password)));
    }
    case StorageKind::Sftp: {
        TIDEMARK_TRY(const Secrets secrets, m_parts.secrets.secretsOf(address));
        return std::unique_ptr<Storage>(
            std::make_unique<SftpStorage>(SftpStorage::Parts{.clock = m_parts.clock,
                                                             .random = m_parts.random,
                                                             .files = m_parts.files,
                                                             .person = m_parts.person,
                                                             .user = m_parts.user,
                                                             .agent = m_parts.agent},
                                          address, secrets, m_parts.home, m_parts.config));
    }
    case StorageKind::Zip:
        return std::unique_ptr<Storage>(std::make_unique<ZipStorage>(m_parts.files, m_parts.random,
                                                                     address.path, m_parts.cache));
    }
    return Error{.code = ErrorCode::Unsupported,
                 .what = {TIDEMARK_TEXT("storage", "This version cannot open %1."),
                          {describeAddress(address)}}};
}

}  // namespace tidemark::storage
