#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidemark {

/// An open file. Closes when it goes. Reads and writes at a position, sync() and sizeBytes() are
/// safe from any thread at once; the rest is for one thread.
class File {
public:
    virtual ~File() = default;

    /// Fills as much of `into` as the file has from `offset` on; fewer bytes mean its end. Fails
    /// with Io.
    [[nodiscard]] virtual Result<std::size_t> readAt(std::span<std::byte> into,
                                                     std::uint64_t offset) const = 0;

    /// Writes all of `bytes` at `offset`, growing the file as needed. Fails with NoSpace or Io.
    [[nodiscard]] virtual Status writeAt(std::span<const std::byte> bytes,
                                         std::uint64_t offset) = 0;

    /// Blocks until all that was written is on the medium (fsync).
    [[nodiscard]] virtual Status sync() = 0;

    [[nodiscard]] virtual Result<std::uint64_t> sizeBytes() const = 0;

    /// Cuts or, with zeros, extends the file.
    [[nodiscard]] virtual Status resize(std::uint64_t sizeBytes) = 0;
};

/// Held until it goes (flock). Another holder, in this process or another, is the answer Busy.
class FileLock {
public:
    virtual ~FileLock() = default;
};

enum class FileKind { Regular, Directory, Other };

/// What stat says.
struct FileFacts {
    FileKind kind = FileKind::Other;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t sizeBytes = 0;
    std::int64_t modifiedNs = 0;    ///< Since the epoch.
    std::int64_t changedNs = 0;     ///< Also of its name, owner, mode and times; nobody sets it.
    std::uint32_t owner = 0;        ///< User id.
    std::uint32_t permissions = 0;  ///< The twelve low bits of the mode.

    bool operator==(const FileFacts&) const = default;
};

struct DirectoryEntry {
    std::string name = {};
    FileFacts facts = {};
};

struct NamedEntry {
    std::string name = {};
    bool isDirectory = false;  ///< Itself; a link to one is none.
};

struct Space {
    std::uint64_t freeBytes = 0;  ///< For an ordinary user.
};

/// What a path lies on.
struct Volume {
    /// "NFS", "sshfs (FUSE)", ...: another computer or program keeps the files, so that locks and
    /// mapped memory do not reach everybody who has them open. Empty: this computer's kernel does.
    std::string foreignKind = {};
    bool readOnly = false;

    bool operator==(const Volume&) const = default;
};

enum class OpenFor {
    Reading,
    Updating,  ///< Must exist; read and write.
    Creating,  ///< Must not exist: AlreadyExists. Read and write.
    Keeping,   ///< Made when it is not there; read and write.
};

inline constexpr std::uint32_t kPrivateFile = 0600;
inline constexpr std::uint32_t kPrivateDirectory = 0700;

/// The disk, as every part but core/sqlite sees it; tests put a disk between that fails, fills or
/// loses what was not synced. Paths are bytes, absolute or relative to the working directory. Any
/// thread may use it. Every call blocks on the medium and names the path in its error: NotFound,
/// AlreadyExists, Forbidden, NoSpace, Io.
///
/// Never hand it the path of a followed database or of its -shm: closing such a file drops the
/// locks that SQLite holds on it in this process. `stat` is safe.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(
        const std::string& path, OpenFor purpose, std::uint32_t permissions = kPrivateFile) = 0;

    /// A file without a name in `directory`, which publish() can give one. Unsupported where the
    /// file system has no such files.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> createUnnamed(
        const std::string& directory, std::uint32_t permissions = kPrivateFile) = 0;

    /// Gives `unnamed`, from createUnnamed, the name `path`; AlreadyExists if it is taken.
    [[nodiscard]] virtual Status publish(File& unnamed, const std::string& path) = 0;

    /// Empty when there is nothing of that name. Follows links.
    [[nodiscard]] virtual Result<std::optional<FileFacts>> stat(const std::string& path) const = 0;

    /// Whether the name is taken, be it by a link that leads to nothing.
    [[nodiscard]] virtual Result<bool> isTaken(const std::string& path) const = 0;

    /// The entries but "." and "..", sorted by name; an entry that vanishes meanwhile is left out.
    [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(
        const std::string& directory) const = 0;

    /// What list() names, in no order and without a look at each: for folders of many thousand.
    [[nodiscard]] virtual Result<std::vector<NamedEntry>> names(const std::string& directory) const
    {
        TIDEMARK_TRY(const std::vector<DirectoryEntry> entries, list(directory));
        std::vector<NamedEntry> names;
        for (const DirectoryEntry& entry : entries) {
            names.push_back(
                {.name = entry.name, .isDirectory = entry.facts.kind == FileKind::Directory});
        }
        return names;
    }

    /// Makes the directory with its parents; there already is fine. TargetRefused, and never
    /// AlreadyExists, when something else has the name.
    [[nodiscard]] virtual Status makeDirectories(const std::string& path,
                                                 std::uint32_t permissions = kPrivateDirectory) = 0;

    /// Moves within one file system; AlreadyExists if `to` is taken.
    [[nodiscard]] virtual Status renameWithoutReplacing(const std::string& from,
                                                        const std::string& to) = 0;

    /// Moves within one file system; what was called `to` is gone. For our own files only.
    [[nodiscard]] virtual Status renameReplacing(const std::string& from,
                                                 const std::string& to) = 0;

    /// Removes a file or an empty directory. Nothing there is fine.
    [[nodiscard]] virtual Status remove(const std::string& path) = 0;

    /// Sets the modification time.
    [[nodiscard]] virtual Status setModified(const std::string& path, Timestamp time) = 0;

    /// Makes names in `directory` survive a power loss.
    [[nodiscard]] virtual Status syncDirectory(const std::string& directory) = 0;

    /// Takes an exclusive lock on `path`, which is made if need be. Never waits: Busy.
    [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;

    [[nodiscard]] virtual Result<Space> space(const std::string& path) const = 0;

    /// A disk of this computer, unless it is known to be something else.
    [[nodiscard]] virtual Result<Volume> volume(const std::string& path) const
    {
        static_cast<void>(path);
        return Volume{};
    }

    /// `path` without links, "." and "..". NotFound if it does not exist.
    [[nodiscard]] virtual Result<std::string> canonical(const std::string& path) const = 0;
};

/// The part of `path` before its last '/': "." for a bare name, "/" at the root.
[[nodiscard]] std::string parentOf(const std::string& path);

/// The part of `path` behind its last '/'.
[[nodiscard]] std::string nameOf(const std::string& path);

}  // namespace tidemark
