#include "core/storage/storage_factory.h"

#include "core/storage/folder_storage.h"

namespace tidemark::storage {

Result<std::unique_ptr<Storage>> openStorage(const StorageAddress& address, FileSystem& files,
                                             Random& random)
{
    switch (address.kind) {
    case StorageKind::Folder:
        return std::unique_ptr<Storage>(
            std::make_unique<FolderStorage>(files, random, address.path));
    }
    return Error{.code = ErrorCode::Unsupported,
                 .what = {TIDEMARK_TEXT("storage", "This version cannot open %1."),
                          {formatAddress(address)}}};
}

}  // namespace tidemark::storage
