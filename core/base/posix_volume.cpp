#include "core/base/descriptor.h"
#include "core/base/posix_file_system.h"
#include "core/base/volume_kind.h"

#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace tidemark {
namespace {

// The largest table that is read: some thousand mounts.
constexpr std::size_t kMaxTableBytes = std::size_t{4} << 20;

/// The mounts that this process sees, as the system tells them; empty where it does not.
std::string mountTable()
{
    const Descriptor file(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
    std::array<char, 65536> buffer{};
    std::string table;
    while (file.valid() && table.size() < kMaxTableBytes) {
        const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
        if (got <= 0) {
            break;
        }
        table.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return table;
}

}  // namespace

Result<Volume> PosixFileSystem::volume(const std::string& path) const
{
    struct statfs status {};
    if (::statfs(path.c_str(), &status) != 0) {
        const int number = errno;
        return Error{.code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound
                             : number == EACCES                    ? ErrorCode::Forbidden
                                                                   : ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("base", "Cannot look at the disk of %1: %2."),
                              {path, std::strerror(number)}}};
    }
    const auto magic = static_cast<std::uint32_t>(status.f_type);
    return Volume{
        .foreignKind = foreignKindOf(
            magic, isNamedByMount(magic) ? mountOf(mountTable(), path) : std::optional<Mount>()),
        .readOnly = (status.f_flags & ST_RDONLY) != 0};
}

}  // namespace tidemark
