#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"

#include <memory>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// A new, private file that is renamed to its place once it is whole. It is locked while it lasts,
/// and removed when it goes without having been renamed. So one that nobody locks was left by a
/// program that died, whoever may be writing others beside it.
class TemporaryFile {
public:
    /// `stem` and 16 hex digits are its path. `files` must outlive it. Fails as FileSystem does.
    [[nodiscard]] static Result<TemporaryFile> make(FileSystem& files, Random& random,
                                                    const std::string& stem);

    TemporaryFile(TemporaryFile&&) noexcept = default;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] File& file() { return *m_file; }

private:
    TemporaryFile(FileSystem& files, std::string path, std::unique_ptr<FileLock> lock,
                  std::unique_ptr<File> file);

    FileSystem* m_files;
    std::string m_path;
    std::unique_ptr<FileLock> m_lock;  // Empty in what was moved from.
    std::unique_ptr<File> m_file;
};

/// Removes what died programs left in `folder`: names of `nameStem` and 16 hex digits that nobody
/// has locked.
[[nodiscard]] Status removeLeftovers(FileSystem& files, const std::string& folder,
                                     std::string_view nameStem);

}  // namespace tidemark::storage
