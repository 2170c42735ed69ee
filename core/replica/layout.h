#pragma once

#include "core/ltx/file_name.h"
#include "core/replica/catalog.h"

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// All objects of a replica of Litestream 0.5 and of ours start with this.
inline constexpr std::string_view kLtxPrefix = "ltx/";

/// What an object's name says.
struct ObjectKey {
    int level = kSegmentLevel;
    ltx::TxRange range = {};
    bool operator==(const ObjectKey&) const = default;
};

/// "ltx/0/000000000000002a-000000000000002a.ltx": the names in folders, over SFTP and WebDAV.
[[nodiscard]] std::string objectName(const ObjectKey& key);

/// The segment of one transaction, as far as its number tells.
[[nodiscard]] ObjectInfo segmentAt(ltx::TxId txId);

/// That of several, written as one file.
[[nodiscard]] ObjectInfo segmentOf(ltx::TxRange range);

/// Empty for every name that objectName() does not write, and for a snapshot that does not start
/// at 1.
[[nodiscard]] std::optional<ObjectKey> parseObjectName(std::string_view name);

}  // namespace tidemark::replica
