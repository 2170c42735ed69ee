#include "core/base/durable_directories.h"

namespace tidemark {
namespace {

/// A parent that was there may be nobody's to read, and some mounts cannot sync one: what was
/// durable before us still is.
bool mayGoUnsynced(const Error& error)
{
    return error.code == ErrorCode::Forbidden || error.code == ErrorCode::Unsupported;
}

}  // namespace

Status makeDirectoriesDurably(FileSystem& files, const std::string& path, std::uint32_t permissions)
{
    const std::string parent = parentOf(path);
    TIDEMARK_TRY(const auto facts, files.stat(path));
    const bool isThere = facts && facts->kind == FileKind::Directory;
    if (!isThere) {
        if (parent != path) {
            TIDEMARK_TRY_STATUS(makeDirectoriesDurably(files, parent, permissions));
        }
        TIDEMARK_TRY_STATUS(files.makeDirectories(path, permissions));
    }
    const Status synced = files.syncDirectory(parent);
    return isThere && !synced.ok() && mayGoUnsynced(synced.error()) ? Status() : synced;
}

}  // namespace tidemark
