#pragma once

#include "core/storage/storage_address.h"

#include <QString>

namespace tidemark::app {

/// `path` as people say it: "~/dev/notes" below `home`.
[[nodiscard]] QString shortPath(const QString& path, const QString& home);

/// And back.
[[nodiscard]] QString fromHome(const QString& path, const QString& home);

/// Where a replica lies, as people say it: a path, "s3://bucket/notes".
[[nodiscard]] QString placeOf(const storage::StorageAddress& address, const QString& home);

/// The same as tidemarkctl takes it: whole, with all options.
[[nodiscard]] QString placeInCommand(const storage::StorageAddress& address);

/// What a replica there is called where nobody named it: "notes", or the bucket.
[[nodiscard]] QString nameOfPlace(const storage::StorageAddress& address);

/// The part of `path` before its last '/', "/" for a file at the root.
[[nodiscard]] QString folderOf(const QString& path);

/// The part behind the last '/'.
[[nodiscard]] QString fileNameOf(const QString& path);

/// `fileName` without what stands behind its last dot: "shop" of "shop.db", ".hidden" as it is.
[[nodiscard]] QString stemOf(const QString& fileName);

/// The last dot of `fileName` and what stands behind it: ".db", or nothing.
[[nodiscard]] QString suffixOf(const QString& fileName);

/// `argument` as one word of a POSIX shell: quoted only where it must be.
[[nodiscard]] QString shellWord(const QString& argument);

}  // namespace tidemark::app
