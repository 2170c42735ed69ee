#pragma once

#include "core/storage/folder_storage.h"
#include "core/storage/storage_opener.h"

namespace tidemark {

/// Opens folders, of a disk that a test may break, and nothing else.
class FolderOpener final : public storage::StorageOpener {
public:
    FolderOpener(FileSystem& files, Random& random) : m_files(files), m_random(random) {}

    [[nodiscard]] Result<std::unique_ptr<storage::Storage>> open(
        const storage::StorageAddress& address) const override
    {
        if (address.kind != storage::StorageKind::Folder) {
            return Error{.code = ErrorCode::Unsupported,
                         .what = {TIDEMARK_TEXT("test", "no folder")}};
        }
        return std::unique_ptr<storage::Storage>(
            std::make_unique<storage::FolderStorage>(m_files, m_random, address.path));
    }

private:
    FileSystem& m_files;
    Random& m_random;
};

}  // namespace tidemark
