#include "core/base/posix_file_system.h"

#include <sys/statfs.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace tidemark {
namespace {

struct Kind {
    std::uint32_t magic;
    const char* name;
};

// The numbers of statfs(2). What the kernel keeps itself is not in it, and what nobody knows counts
// as such.
constexpr std::array kForeign{
    Kind{0x6969, "NFS"},
    Kind{0x517b, "SMB"},
    Kind{0xff534d42, "SMB"},
    Kind{0xfe534d42, "SMB"},
    Kind{0x01021997, "9p"},
    Kind{0x65735546, "FUSE or virtiofs"},
    Kind{0x00c36400, "Ceph"},
    Kind{0x5346414f, "AFS"},
    Kind{0x73757245, "Coda"},
    Kind{0x786f4256, "vboxsf"},
    Kind{0xbacbacbc, "VMware shared folder"},
};

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
    Volume volume;
    volume.readOnly = (status.f_flags & ST_RDONLY) != 0;
    for (const Kind& kind : kForeign) {
        if (kind.magic == static_cast<std::uint32_t>(status.f_type)) {
            volume.foreignKind = kind.name;
        }
    }
    return volume;
}

}  // namespace tidemark
