#include "core/state/database_directory.h"

#include "core/base/durable_directories.h"
#include "core/base/hash.h"

#include <span>

namespace tidemark::state {

std::string databaseId(const std::string& canonicalPath)
{
    constexpr std::size_t kIdBytes = 8;
    const Sha256 digest = sha256(canonicalPath);
    return hex(std::span(digest).first<kIdBytes>());
}

DatabaseDirectory directoryOf(const std::string& data, const std::string& id)
{
    return {.path = data + "/databases/" + id};
}

Status prepare(FileSystem& files, const DatabaseDirectory& directory)
{
    return makeDirectoriesDurably(files, directory.spool());
}

}  // namespace tidemark::state
