#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/storage/temporary_file.h"
#include "core/storage/zip_index.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// Deflated entries of one archive, each unpacked once when it is first asked for, since nothing
/// can be read from their middle. All lie in one file without a name in the cache, which goes with
/// this; where the disk has no such files, a temporary one, which the next archive clears away if
/// we are killed. Any thread may use it; one unpacks at a time, and the others wait.
class UnpackedEntries {
public:
    /// `folder` is made when it is needed. `files`, `random` and `file`, the archive, outlive it.
    UnpackedEntries(FileSystem& files, Random& random, std::string folder, const File& file,
                    std::string archive);

    /// Where the bytes of `entry` begin in unpacked(). Damaged when they are not as many as the
    /// directory says, or others; NoSpace when they do not fit, before the first one; Cancelled.
    [[nodiscard]] Result<std::uint64_t> offsetOf(const ZipEntry& entry,
                                                 const std::stop_token& stop);

    /// After offsetOf() alone.
    [[nodiscard]] const File& unpacked();

private:
    [[nodiscard]] Result<std::uint64_t> unpack(const ZipEntry& entry, const std::stop_token& stop);
    [[nodiscard]] Status prepare(const ZipEntry& entry);
    [[nodiscard]] Status inflate(const ZipEntry& entry, std::uint64_t to,
                                 const std::stop_token& stop);
    [[nodiscard]] File& cache() { return m_temporary ? m_temporary->file() : *m_unnamed; }

    FileSystem& m_files;
    Random& m_random;
    const std::string m_folder;
    const File& m_file;
    const std::string m_archive;

    std::mutex m_mutex;  // Guards what follows, but the file is written without it.
    std::condition_variable_any m_isFree;
    bool m_isBusy = false;
    std::map<std::uint64_t, std::uint64_t> m_offsets;  // By the entry's place in the archive.
    std::uint64_t m_endOffset = 0;
    std::unique_ptr<File> m_unnamed;
    std::optional<TemporaryFile> m_temporary;  // Where there are no unnamed files.
};

}  // namespace tidemark::storage
