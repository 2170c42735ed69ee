#pragma once

#include "core/storage/storage_address.h"

#include <chrono>
#include <cstdint>
#include <string_view>

/// Every value that a person did not choose, in one place: what settings.json leaves out is this.
namespace tidemark::config {

/// A burst of commits gets a segment each so often.
inline constexpr std::chrono::milliseconds kSyncInterval{100};

/// Whether the first snapshot is restored once, checked and deleted.
inline constexpr bool kProveFirstSnapshot = true;

/// Each replica is proven so often by restoring its newest moment once.
inline constexpr std::chrono::hours kDrillEvery{7 * 24};

/// What waits for a replica may take so much of the disk; 0: by the size of the disk, see
/// engine::spoolRoom.
inline constexpr int kSpoolLimitMib = 0;

/// How a replica is called until its owner names it.
[[nodiscard]] constexpr std::string_view replicaName(storage::StorageKind kind)
{
    using Kind = storage::StorageKind;
    switch (kind) {
    case Kind::Folder: break;
    case Kind::S3: return "S3";
    case Kind::Azure: return "Azure";
    case Kind::Sftp: return "SFTP";
    case Kind::WebDav: return "WebDAV";
    case Kind::Zip: return "Zip";
    }
    return "Folder";
}

/// Below the home folder: where the desktop proposes to keep the history of a database.
inline constexpr std::string_view kProposedFolder = "Tidemark";

/// Name of the settings file in the configuration folder.
inline constexpr std::string_view kSettingsName = "settings.json";

/// A settings file or a litestream.yml above this size is not one.
inline constexpr std::uint64_t kMaxConfigBytes = 16ULL * 1024 * 1024;

}  // namespace tidemark::config
