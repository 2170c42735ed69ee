#pragma once

#include "core/base/file_system.h"
#include "core/storage/storage.h"

#include <string>

namespace tidemark::storage {

/// What stat says of a file, as a listing tells it.
[[nodiscard]] ObjectEntry entryOf(std::string name, const FileFacts& facts);

/// Calls `entry` for each file below the folder `root` whose name starts with `prefix`, in
/// ascending order of whole names. `hidden` is a folder of the root that is left out. One folder's
/// names are held at a time.
[[nodiscard]] Status listFolder(const FileSystem& files, const std::string& root,
                                std::string_view prefix, std::string_view hidden,
                                const std::function<Listing(const ObjectEntry&)>& entry,
                                const std::stop_token& stop);

}  // namespace tidemark::storage
