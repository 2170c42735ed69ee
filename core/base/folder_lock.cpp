#include "core/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace tidemark {
namespace {

Error cannotLock(const std::string& path, ErrorCode code)
{
    return {.code = code, .what = {TIDEMARK_TEXT("base", "Cannot lock the folder %1."), {path}}};
}

}  // namespace

Result<Descriptor> lockFolder(const std::string& path, LockFor purpose)
{
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const int kind = purpose == LockFor::Alone ? LOCK_EX : LOCK_SH;
    if (folder.valid() && ::flock(folder.number(), kind | LOCK_NB) == 0) {
        return folder;
    }
    const bool isHeld = folder.valid() && errno == EWOULDBLOCK;
    return cannotLock(path, isHeld ? ErrorCode::Busy : ErrorCode::Unsupported);
}

}  // namespace tidemark
