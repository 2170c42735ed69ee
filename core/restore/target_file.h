#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/temporary_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::restore {

/// Refuses where no file can be made, before anything is read: AlreadyExists for a path that is
/// taken, TargetRefused for a missing folder.
[[nodiscard]] Status checkNewFile(const FileSystem& files, const std::string& path);

/// The same for a database, and TargetRefused for files that SQLite would take for its journal.
[[nodiscard]] Status checkTarget(const FileSystem& files, const std::string& path);

/// The file that a restore or an export makes. It has no name until it is published, so that
/// nothing is left whatever happens; where the disk has no such files, a temporary one that the
/// next one into the same folder clears away. For one thread but for file().
class TargetFile {
public:
    /// `path` passed checkNewFile(). NoSpace if `sizeBytes` do not fit, TargetRefused if the folder
    /// cannot be written to. `files` must outlive it.
    [[nodiscard]] static Result<TargetFile> create(FileSystem& files, Random& random,
                                                   const std::string& path,
                                                   std::uint64_t sizeBytes);

    [[nodiscard]] File& file() { return m_temporary ? m_temporary->file() : *m_unnamed; }

    /// Gives the file, which is synced, its name for good. AlreadyExists if somebody took it
    /// meanwhile.
    [[nodiscard]] Status publish();

private:
    TargetFile(FileSystem& files, std::string path) : m_files(&files), m_path(std::move(path)) {}

    FileSystem* m_files;
    std::string m_path;
    std::unique_ptr<File> m_unnamed;
    std::optional<storage::TemporaryFile> m_temporary;  // Where there are no unnamed files.
};

}  // namespace tidemark::restore
