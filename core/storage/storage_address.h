#pragma once

#include "core/base/result.h"

#include <map>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// The kinds that this version can open. Others are refused with Unsupported and their name.
enum class StorageKind { Folder };

/// Where a storage is, without any secret. A plain value; the order of options does not matter.
struct StorageAddress {
    StorageKind kind = StorageKind::Folder;
    std::string path = {};                            ///< Folder: absolute, no trailing '/'.
    std::map<std::string, std::string> options = {};  ///< Of the address's query part.

    bool operator==(const StorageAddress&) const = default;
};

/// Reads what people write: a path ("~/x" and relative ones from `workingDirectory`), file://PATH.
/// Fails with Usage for what is none of these or carries a password, Unsupported for kinds yet to
/// come.
[[nodiscard]] Result<StorageAddress> parseAddress(std::string_view text,
                                                  const std::string& workingDirectory,
                                                  const std::string& homeDirectory);

/// The address as parseAddress reads it: "file:///srv/backup/notes". Shown to people and hashed for
/// the id.
[[nodiscard]] std::string formatAddress(const StorageAddress& address);

/// 16 hex digits that stand for the replica: a hash of the address without options.
[[nodiscard]] std::string replicaId(const StorageAddress& address);

}  // namespace tidemark::storage
