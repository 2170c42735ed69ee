#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/storage.h"
#include "core/storage/zip_index.h"
#include "core/storage/zip_unpacked.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace tidemark::storage {

/// A history that was exported to one zip archive. Read only: stage(), publish() and remove() fail
/// with TargetRefused.
///
/// The archive is opened at the first call and its directory read once; it must stay as it is from
/// then on, or every call fails with Unavailable. Archives come from anywhere: one that has a name
/// which leads elsewhere, or contradicts itself, is refused as a whole, and an entry read from
/// start to end has the checksum that the directory says, or the last piece of it is Damaged.
/// Stored entries, which is what an export makes, are read where they lie; of any other one see
/// UnpackedEntries.
class ZipStorage final : public Storage {
public:
    /// `path` is absolute; what has to be unpacked lies in the folder `cache`. `files` and `random`
    /// must outlive the storage.
    ZipStorage(FileSystem& files, Random& random, std::string path, std::string cache);

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
    /// The archive, once it was opened. Stays as long as the storage.
    struct Opened {
        std::unique_ptr<File> file;
        FileFacts facts = {};
        ZipIndex index;
        std::unique_ptr<UnpackedEntries> unpacked;
    };
    class Reader;

    /// The archive as it was; opens it at the first call.
    [[nodiscard]] Result<const Opened*> opened(const std::stop_token& stop) const;
    [[nodiscard]] Result<std::unique_ptr<Opened>> open(const std::stop_token& stop) const;
    [[nodiscard]] Status checkUnchanged(const FileFacts& facts) const;

    FileSystem& m_files;
    Random& m_random;
    const std::string m_path;
    const std::string m_cache;
    mutable std::mutex m_mutex;  // Guards what follows; what was opened stays as it is.
    mutable std::condition_variable_any m_isFree;
    mutable bool m_isOpening = false;
    mutable std::unique_ptr<const Opened> m_opened;
};

/// What is said to who wants to change `archive`.
[[nodiscard]] Error archiveIsReadOnly(const std::string& archive);

}  // namespace tidemark::storage
