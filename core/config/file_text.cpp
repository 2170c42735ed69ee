#include "core/config/file_text.h"

#include "core/base/small_file.h"
#include "core/config/defaults.h"

namespace tidemark::config {

Result<std::optional<std::string>> readText(FileSystem& files, const std::string& path)
{
    return readSmallFile(files, path, kMaxConfigBytes);
}

}  // namespace tidemark::config
