#include "core/sqlite/held_files.h"

#include "core/base/process.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

namespace tidemark::sqlite {
namespace {

constexpr off_t kOpenLock = 128;

bool isOf(const struct stat& found, const FileId& file)
{
    return found.st_dev == file.device && found.st_ino == file.inode;
}

/// Descriptors of this process by their files.
class Descriptors {
public:
    /// One of them, whoever opened it; it may be closed at any time.
    [[nodiscard]] std::optional<int> of(const FileId& file)
    {
        const std::scoped_lock lock(m_mutex);
        auto found = m_known.find(keyOf(file));
        struct stat facts = {};
        const bool isStill =
            found != m_known.end() && ::fstat(found->second, &facts) == 0 && isOf(facts, file);
        if (!isStill) {
            lookAgain();
            found = m_known.find(keyOf(file));
        }
        return found != m_known.end() ? std::optional(found->second) : std::nullopt;
    }

private:
    using Key = std::pair<std::uint64_t, std::uint64_t>;

    static Key keyOf(const FileId& file) { return {file.device, file.inode}; }

    void lookAgain()
    {
        m_known.clear();
        for (const int each : openDescriptors()) {
            struct stat facts = {};
            if (::fstat(each, &facts) == 0 && S_ISREG(facts.st_mode)) {
                m_known.emplace(Key(facts.st_dev, facts.st_ino), each);
            }
        }
    }

    std::mutex m_mutex;  // Guards m_known.
    std::map<Key, int> m_known;
};

Descriptors& descriptors()
{
    static Descriptors own;
    return own;
}

}  // namespace

bool othersHaveOpen(const FileId& shm)
{
    const auto descriptor = descriptors().of(shm);
    if (!descriptor) {
        return true;
    }
    // A process is told of no lock of its own.
    struct flock wanted = {};
    wanted.l_type = F_WRLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = kOpenLock;
    wanted.l_len = 1;
    return ::fcntl(*descriptor, F_GETLK, &wanted) != 0 || wanted.l_type != F_UNLCK;
}

bool hasNoName(const FileId& file)
{
    const auto descriptor = descriptors().of(file);
    struct stat facts = {};
    return descriptor && ::fstat(*descriptor, &facts) == 0 && isOf(facts, file) &&
           facts.st_nlink == 0;
}

std::optional<std::string> onlyNameOf(const FileId& file)
{
    const auto descriptor = descriptors().of(file);
    std::error_code failure;
    const std::string name =
        descriptor
            ? std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(*descriptor), failure)
                  .string()
            : std::string();
    // The name of one that was removed is told with a word behind it.
    struct stat facts = {};
    const bool isIt = !name.empty() && ::stat(name.c_str(), &facts) == 0 && isOf(facts, file);
    return isIt && facts.st_nlink == 1 ? std::optional(name) : std::nullopt;
}

}  // namespace tidemark::sqlite
