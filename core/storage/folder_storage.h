#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/folder_root.h"
#include "core/storage/made_folders.h"
#include "core/storage/storage.h"
#include "core/storage/temporary_file.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tidemark::storage {

/// Objects are files below one folder of a disk, and their time is the file's modification time.
///
/// An object costs two syncs: its bytes, then its folder, which those that are published together
/// share; the first one of a folder also those of the folder's parents, and no other one of that
/// folder is said to be written before. The root is made by the first write. Once it was seen, it
/// has to stay: when it is gone, or its path leads to another folder in which nothing of ours was
/// ever written (an empty mount point), every call but a read of what is there fails with
/// Unavailable. So does a write into a folder that had objects and was removed, once: list before
/// the next one. Files are 0600, folders 0700.
class FolderStorage final : public Storage {
public:
    /// `root` is a path without a trailing '/'. `files` and `random` must outlive the storage.
    FolderStorage(FileSystem& files, Random& random, std::string root);

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override;
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    [[nodiscard]] std::string describe() const override;

private:
    [[nodiscard]] std::string pathOf(std::string_view name) const;
    [[nodiscard]] Status prepareWriting();
    [[nodiscard]] Result<TemporaryFile> makeTemporary();
    [[nodiscard]] Result<bool> appear(const std::string& temporary, const std::string& path);
    [[nodiscard]] Status settle(const std::string& folder);

    FileSystem& m_files;
    Random& m_random;
    std::string m_root;
    FolderRoot m_place;
    mutable MadeFolders m_folders;  // A listing tells it what it saw.
};

}  // namespace tidemark::storage
