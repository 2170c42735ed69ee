#pragma once

#include "core/base/file_system.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidemark::sqlite {

/// A folder that a program keeps in step with other computers.
struct SyncedFolder {
    std::string program = {};  ///< "Dropbox".
    std::string path = {};

    bool operator==(const SyncedFolder&) const = default;
};

/// The program that leaves such names in the folders it keeps in step; empty for none.
[[nodiscard]] std::string_view syncProgramOf(std::span<const NamedEntry> entries);

/// The program whose folders have such a path: macOS keeps those of all clouds in two places.
[[nodiscard]] std::optional<SyncedFolder> syncedByPath(std::string_view path);

/// The synchronised folder that `path`, which is canonical, lies in, by what lies in each folder
/// above it. A folder that may not be read, or of many thousand names, is passed over.
[[nodiscard]] std::optional<SyncedFolder> syncedFolderOf(const FileSystem& files,
                                                         const std::string& path);

}  // namespace tidemark::sqlite
