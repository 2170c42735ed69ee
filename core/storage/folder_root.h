#pragma once

#include "core/base/file_system.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// Half-written objects lie in this folder of the root, each locked by its writer, until they are
/// renamed to their place. What nobody locks was left behind by a program that died.
inline constexpr std::string_view kTemporaryFolder = ".tidemark-tmp";

/// Which folder a path stands for. A disk may go and another one come in its place, or nothing: an
/// empty mount point. Once the folder was seen, it has to stay. Any thread may use it.
class FolderRoot {
public:
    /// `path` without a trailing '/'. `files` must outlive it.
    FolderRoot(FileSystem& files, std::string path);

    /// Whether it is there. NotFound when it never was; Unavailable when it has gone, or its path
    /// leads to another folder in which nothing of ours was ever written.
    [[nodiscard]] Status check() const;

    /// As check(), and Unavailable, too, when another disk of ours was put there since the last
    /// write: it holds another history.
    [[nodiscard]] Status checkUnchanged() const;

    /// Makes it before the first write, if it was never seen (else fails as check() does), and
    /// clears what a dead writer left in it. False, once, for another disk of ours that was put
    /// there meanwhile: whoever writes has to list it before. Blocks on the disk.
    [[nodiscard]] Result<bool> prepare();

    /// What is said of a folder that has gone, or in whose place another one is.
    [[nodiscard]] static Error vanished(const std::string& folder);
    [[nodiscard]] static Error changed(const std::string& folder);

private:
    struct Identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;

        bool operator==(const Identity&) const = default;
    };

    [[nodiscard]] Status look() const;  // With m_mutex held, as the next one.
    [[nodiscard]] Result<bool> isTheSame(const Identity& found) const;
    [[nodiscard]] std::string temporaryFolder() const;

    FileSystem& m_files;
    std::string m_path;
    mutable std::mutex m_mutex;  // Guards what follows.
    mutable std::optional<Identity> m_seen;
    std::optional<Identity> m_written;  // What was there at the last write.
    bool m_prepared = false;
};

}  // namespace tidemark::storage
