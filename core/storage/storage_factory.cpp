#include "core/storage/storage_factory.h"

#include "core/storage/folder_storage.h"

namespace tidemark::storage {

Result<std::unique_ptr<Storage>> StorageFactory::open(const StorageAddress& address) const
{
    switch (address.kind) {
    case StorageKind::Folder:
        return std::unique_ptr<Storage>(
            std::make_unique<FolderStorage>(m_parts.files, m_parts.random, address.path));
    case StorageKind::S3:
    case StorageKind::Azure:
    case StorageKind::Sftp:
    case StorageKind::WebDav:
    case StorageKind::Zip: break;
    }
    return Error{.code = ErrorCode::Unsupported,
                 .what = {TIDEMARK_TEXT("storage", "This version cannot open %1."),
                          {describeAddress(address)}}};
}

}  // namespace tidemark::storage
