#include "core/sqlite/synced_folder.h"

#include <array>

namespace tidemark::sqlite {
namespace {

// What a folder of so many bytes holds are thousands of names: no root of a synchronised tree, and
// too much to read for each database in it.
constexpr std::uint64_t kMaxFolderBytes = 32 * 1024;

enum class What { File, Folder, Either };

/// A name, or what it begins and ends with, in the root of what a program keeps in step.
struct Marker {
    std::string_view program;
    std::string_view start;
    std::string_view end;
    What what;
};

// ~/.dropbox is a folder and holds settings; in the root of a Dropbox it is a file.
constexpr std::array kMarkers{
    Marker{"Dropbox", ".dropbox", "", What::File},
    Marker{"Dropbox", ".dropbox.cache", "", What::Folder},
    Marker{"OneDrive", ".849C9593-D756-4E56-8D6E-42412F2A707B", "", What::Either},
    Marker{"Google Drive", ".tmp.driveupload", "", What::Folder},
    Marker{"Google Drive", ".tmp.drivedownload", "", What::Folder},
    Marker{"Syncthing", ".stfolder", "", What::Either},
    Marker{"Nextcloud or ownCloud", ".sync_", ".db", What::File},
    Marker{"Nextcloud or ownCloud", "._sync_", ".db", What::File},
};

bool isMarked(const Marker& marker, const NamedEntry& entry)
{
    const bool isKind =
        marker.what == What::Either || (marker.what == What::Folder) == entry.isDirectory;
    if (!isKind) {
        return false;
    }
    return marker.end.empty()
               ? entry.name == marker.start
               : entry.name.starts_with(marker.start) && entry.name.ends_with(marker.end);
}

struct Place {
    std::string_view part;
    std::string_view program;
};
constexpr std::array kPlaces{
    Place{"/Library/Mobile Documents/", "iCloud Drive"},
    Place{"/Library/CloudStorage/Dropbox", "Dropbox"},
    Place{"/Library/CloudStorage/OneDrive", "OneDrive"},
    Place{"/Library/CloudStorage/GoogleDrive", "Google Drive"},
};

std::string_view syncProgramIn(const FileSystem& files, const std::string& folder)
{
    const auto facts = files.stat(folder);
    if (!facts.ok() || !facts.value() || facts.value()->sizeBytes > kMaxFolderBytes) {
        return {};
    }
    const auto names = files.names(folder);
    return names.ok() ? syncProgramOf(names.value()) : std::string_view();
}

}  // namespace

std::string_view syncProgramOf(std::span<const NamedEntry> entries)
{
    for (const NamedEntry& entry : entries) {
        for (const Marker& marker : kMarkers) {
            if (isMarked(marker, entry)) {
                return marker.program;
            }
        }
    }
    return {};
}

std::optional<SyncedFolder> syncedByPath(std::string_view path)
{
    for (const Place& place : kPlaces) {
        const auto at = path.find(place.part);
        if (at != std::string_view::npos) {
            const auto end = path.find('/', at + place.part.size());
            return SyncedFolder{.program = std::string(place.program),
                                .path = std::string(path.substr(0, end))};
        }
    }
    return std::nullopt;
}

std::optional<SyncedFolder> syncedFolderOf(const FileSystem& files, const std::string& path)
{
    if (auto known = syncedByPath(path)) {
        return known;
    }
    std::string folder = path;
    do {
        folder = parentOf(folder);
        const std::string_view program = syncProgramIn(files, folder);
        if (!program.empty()) {
            return SyncedFolder{.program = std::string(program), .path = folder};
        }
    } while (folder != "/" && folder != ".");
    return std::nullopt;
}

}  // namespace tidemark::sqlite
