#include "core/base/posix_file_system.h"

#include "core/base/descriptor.h"
#include "core/base/posix_error.h"
#include "core/base/posix_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace tidemark {
namespace {

std::int64_t nanoseconds(const timespec& time)
{
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileFacts factsOf(const struct stat& status)
{
    FileFacts facts;
    facts.kind = S_ISREG(status.st_mode)   ? FileKind::Regular
                 : S_ISDIR(status.st_mode) ? FileKind::Directory
                                           : FileKind::Other;
    facts.device = status.st_dev;
    facts.inode = status.st_ino;
    facts.sizeBytes = static_cast<std::uint64_t>(status.st_size);
    facts.modifiedNs = nanoseconds(status.st_mtim);
    facts.changedNs = nanoseconds(status.st_ctim);
    facts.owner = status.st_uid;
    facts.permissions = status.st_mode & 07777;
    return facts;
}

class PosixFileLock final : public FileLock {
public:
    explicit PosixFileLock(Descriptor descriptor) : m_descriptor(std::move(descriptor)) {}

private:
    Descriptor m_descriptor;  // Closing it gives the lock back.
};

int flagsFor(OpenFor purpose)
{
    switch (purpose) {
    case OpenFor::Reading: return O_RDONLY;
    case OpenFor::Updating: return O_RDWR;
    case OpenFor::Creating: return O_RDWR | O_CREAT | O_EXCL;
    case OpenFor::Keeping: return O_RDWR | O_CREAT;
    }
    return O_RDONLY;
}

/// Calls `take` with the open folder and each of its entries but "." and "..", until it fails.
template <typename Take>
Status forEachEntry(const std::string& directory, Take take)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), &::closedir);
    if (!stream) {
        return systemError(TIDEMARK_TEXT("base", "Cannot list %1: %2."), directory);
    }
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(stream.get());
        if (entry == nullptr) {
            break;
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            TIDEMARK_TRY_STATUS(take(::dirfd(stream.get()), *entry));
        }
    }
    if (errno != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot list %1: %2."), directory);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, OpenFor purpose,
                                                    std::uint32_t permissions)
{
    Descriptor descriptor(::open(path.c_str(), flagsFor(purpose) | O_CLOEXEC, permissions));
    if (!descriptor.valid()) {
        return systemError(TIDEMARK_TEXT("base", "Cannot open %1: %2."), path);
    }
    return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), path));
}

Result<std::unique_ptr<File>> PosixFileSystem::createUnnamed(const std::string& directory,
                                                             std::uint32_t permissions)
{
    Descriptor descriptor(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, permissions));
    if (!descriptor.valid()) {
        // Old kernels and some file systems take O_TMPFILE for an attempt to write a directory.
        const bool hasNone = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
        return systemError(TIDEMARK_TEXT("base", "Cannot write into %1: %2."), directory,
                           hasNone ? EOPNOTSUPP : errno);
    }
    return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), directory));
}

Status PosixFileSystem::publish(File& unnamed, const std::string& path)
{
    const auto& file = dynamic_cast<const PosixFile&>(unnamed);
    const std::string self = "/proc/self/fd/" + std::to_string(file.descriptor());
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot create %1: %2."), path);
    }
    return {};
}

Result<std::optional<FileFacts>> PosixFileSystem::stat(const std::string& path) const
{
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
        return std::optional(factsOf(status));
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return std::optional<FileFacts>();
    }
    return systemError(TIDEMARK_TEXT("base", "Cannot look at %1: %2."), path);
}

Result<bool> PosixFileSystem::isTaken(const std::string& path) const
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) {
        return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return false;
    }
    return systemError(TIDEMARK_TEXT("base", "Cannot look at %1: %2."), path);
}

Result<std::vector<DirectoryEntry>> PosixFileSystem::list(const std::string& directory) const
{
    std::vector<DirectoryEntry> entries;
    TIDEMARK_TRY_STATUS(forEachEntry(directory, [&](int folder, const dirent& entry) -> Status {
        struct stat status {};
        if (::fstatat(folder, entry.d_name, &status, 0) == 0) {
            entries.push_back({.name = entry.d_name, .facts = factsOf(status)});
        } else if (errno != ENOENT) {
            // Left out it would be taken for one that is not there.
            return systemError(TIDEMARK_TEXT("base", "Cannot look at %1: %2."),
                               directory + '/' + entry.d_name);
        }
        return {};
    }));
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
}

Result<std::vector<NamedEntry>> PosixFileSystem::names(const std::string& directory) const
{
    std::vector<NamedEntry> names;
    TIDEMARK_TRY_STATUS(forEachEntry(directory, [&](int folder, const dirent& entry) -> Status {
        bool isDirectory = entry.d_type == DT_DIR;
        // Some disks do not say it along with the name.
        if (struct stat status{}; entry.d_type == DT_UNKNOWN) {
            isDirectory = ::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                          S_ISDIR(status.st_mode);
        }
        names.push_back({.name = entry.d_name, .isDirectory = isDirectory});
        return {};
    }));
    return names;
}

Status PosixFileSystem::makeDirectories(const std::string& path, std::uint32_t permissions)
{
    if (::mkdir(path.c_str(), permissions) == 0) {
        return {};
    }
    if (errno == ENOENT && parentOf(path) != path) {
        TIDEMARK_TRY_STATUS(makeDirectories(parentOf(path), permissions));
        if (::mkdir(path.c_str(), permissions) == 0) {
            return {};
        }
    }
    const int number = errno;
    struct stat status {};
    if (number == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        return {};
    }
    // Neither "there already" nor "not there": both would be taken for answers.
    if (number == EEXIST || number == ENOTDIR) {
        return Error{
            .code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("base",
                                   "The folder %1 cannot be made: something that is no folder has "
                                   "that name."),
                     {path}},
            .next = {TIDEMARK_TEXT("base", "Rename it, or choose another place.")}};
    }
    return systemError(TIDEMARK_TEXT("base", "Cannot make the folder %1: %2."), path, number);
}

Status PosixFileSystem::renameWithoutReplacing(const std::string& from, const std::string& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    // File systems without that flag: a link refuses a taken name just as well.
    if (errno == EINVAL || errno == ENOSYS) {
        if (::link(from.c_str(), to.c_str()) == 0) {
            ::unlink(from.c_str());
            return {};
        }
    }
    return systemError(TIDEMARK_TEXT("base", "Cannot create %1: %2."), to);
}

Status PosixFileSystem::renameReplacing(const std::string& from, const std::string& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot write %1: %2."), to);
    }
    return {};
}

Status PosixFileSystem::remove(const std::string& path)
{
    if (std::remove(path.c_str()) != 0 && errno != ENOENT) {
        return systemError(TIDEMARK_TEXT("base", "Cannot remove %1: %2."), path);
    }
    return {};
}

Status PosixFileSystem::setModified(const std::string& path, Timestamp time)
{
    const auto sinceEpoch = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(sinceEpoch);
    const std::chrono::nanoseconds rest = sinceEpoch - seconds;
    const timespec modified{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    const timespec times[2] = {modified, modified};
    if (::utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot set the time of %1: %2."), path);
    }
    return {};
}

Status PosixFileSystem::syncDirectory(const std::string& directory)
{
    const Descriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some network and FUSE file systems cannot sync a directory and say EINVAL: nothing to wait
    // for.
    if (!descriptor.valid() || (::fsync(descriptor.number()) != 0 && errno != EINVAL)) {
        return systemError(TIDEMARK_TEXT("base", "Cannot sync %1 to disk: %2."), directory);
    }
    return {};
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path)
{
    Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile));
    if (!descriptor.valid() || ::flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot lock %1: %2."), path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(descriptor)));
}

Result<Space> PosixFileSystem::space(const std::string& path) const
{
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot look at %1: %2."), path);
    }
    return Space{.freeBytes = std::uint64_t{status.f_bavail} * status.f_frsize};
}

Result<std::string> PosixFileSystem::canonical(const std::string& path) const
{
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr),
                                                      &std::free);
    if (!real) {
        return systemError(TIDEMARK_TEXT("base", "Cannot find %1: %2."), path);
    }
    return std::string(real.get());
}

std::string parentOf(const std::string& path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string nameOf(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

}  // namespace tidemark
