#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <string>

namespace tidemark::state {

/// What this computer remembers about one database lies in `<data>/databases/<id>/`.
struct DatabaseDirectory {
    std::string path = {};

    [[nodiscard]] std::string lock() const { return path + "/lock"; }
    [[nodiscard]] std::string stateDb() const { return path + "/state.db"; }
    [[nodiscard]] std::string checksums() const { return path + "/pages.crc"; }
    [[nodiscard]] std::string spool() const { return path + "/spool"; }

    bool operator==(const DatabaseDirectory&) const = default;
};

/// The id of a database: the first 16 hex digits of SHA-256 of its canonical path, so that each
/// program finds the directory without any settings.
[[nodiscard]] std::string databaseId(const std::string& canonicalPath);

/// The directory under `data` for the id; nothing is made.
[[nodiscard]] DatabaseDirectory directoryOf(const std::string& data, const std::string& id);

/// Makes it, with its spool, for nobody else to read, so that its name survives a power loss.
[[nodiscard]] Status prepare(FileSystem& files, const DatabaseDirectory& directory);

}  // namespace tidemark::state
