#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/storage.h"
#include "core/storage/temporary_file.h"

#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace tidemark::storage {

/// Half-written objects lie in this folder of the root, each locked by its writer, until they are
/// renamed to their place. What nobody locks was left behind by a program that died.
inline constexpr std::string_view kTemporaryFolder = ".tidemark-tmp";

/// Objects are files below one folder of a disk, and their time is the file's modification time.
///
/// An object costs two syncs: its bytes, then its folder; the first one of a folder also those of
/// the folder's parents, and no other one of that folder is said to be written before. The root is
/// made by the first write. Once it was seen, it has to stay: when it is gone, or its path leads to
/// another folder in which nothing of ours was ever written (an empty mount point), every call but
/// a read of what is there fails with Unavailable. So does a write into a folder that had objects
/// and was removed, once: list before the next one. Files are 0600, folders 0700.
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
    [[nodiscard]] Result<WriteOutcome> write(const std::string& name, const ByteSource& source,
                                             const ObjectMetadata& metadata,
                                             std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    [[nodiscard]] std::string describe() const override;

private:
    struct RootIdentity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;

        bool operator==(const RootIdentity&) const = default;
    };

    [[nodiscard]] std::string pathOf(std::string_view name) const;
    [[nodiscard]] Result<bool> isTheRoot(const RootIdentity& found) const;
    [[nodiscard]] Status checkRoot() const;
    [[nodiscard]] Status checkUnchanged() const;
    [[nodiscard]] Status prepareWriting();
    [[nodiscard]] Result<bool> isPrepared();
    [[nodiscard]] Result<TemporaryFile> makeTemporary();
    [[nodiscard]] Result<WriteOutcome> publish(const std::string& temporary,
                                               const std::string& path);
    [[nodiscard]] Result<WriteOutcome> settled(const std::string& path, WriteOutcome outcome);
    [[nodiscard]] Status makeFolder(const std::string& folder);
    [[nodiscard]] Status makeFolderAnew(const std::string& folder);
    void noteObjects(const std::string& folder) const;
    [[nodiscard]] bool hadObjects(const std::string& folder);

    FileSystem& m_files;
    Random& m_random;
    std::string m_root;
    mutable std::mutex m_mutex;  // Guards what follows.
    mutable std::optional<RootIdentity> m_seen;
    std::optional<RootIdentity> m_written;  // What was there at the last write.
    bool m_prepared = false;

    mutable std::mutex m_making;  // Held while folders are made and synced; guards what follows.
    std::set<std::string> m_durable;              // Folders whose names survive a power loss.
    mutable std::set<std::string> m_withObjects;  // Folders in which objects were seen or written.
};

}  // namespace tidemark::storage
