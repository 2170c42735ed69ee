#include "core/storage/storage_factory.h"

#include "core/storage/azure_storage.h"
#include "core/storage/folder_storage.h"
#include "core/storage/level_names.h"
#include "core/storage/s3_storage.h"
#include "core/storage/zip_storage.h"

namespace tidemark::storage {

Result<std::unique_ptr<Storage>> StorageFactory::open(const StorageAddress& address) const
{
    switch (address.kind) {
    case StorageKind::Folder:
        return std::unique_ptr<Storage>(
            std::make_unique<FolderStorage>(m_parts.files, m_parts.random, address.path));
    case StorageKind::S3: {
        TIDEMARK_TRY(Secrets secrets, m_parts.secrets.secretsOf(address));
        TIDEMARK_TRY(S3Bucket bucket, s3Bucket(address, std::move(secrets)));
        return std::unique_ptr<Storage>(std::make_unique<LevelNames>(
            std::make_unique<S3Storage>(m_http, m_parts.clock, std::move(bucket))));
    }
    case StorageKind::Azure: {
        TIDEMARK_TRY(const Secrets secrets, m_parts.secrets.secretsOf(address));
        TIDEMARK_TRY(AzureAccount account, azureAccount(address, secrets));
        return std::unique_ptr<Storage>(std::make_unique<AzureStorage>(
            std::move(account), m_http, m_parts.clock, m_parts.random));
    }
    case StorageKind::Sftp:
    case StorageKind::WebDav: break;
    case StorageKind::Zip:
        return std::unique_ptr<Storage>(std::make_unique<ZipStorage>(
            m_parts.files, m_parts.random, address.path, m_parts.cache));
    }
    return Error{.code = ErrorCode::Unsupported,
                 .what = {TIDEMARK_TEXT("storage", "This version cannot open %1."),
                          {describeAddress(address)}}};
}

}  // namespace tidemark::storage
