#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <stop_token>
#include <string>

namespace tidemark::service {

/// Compares some pages of the newest moment in a replica with those of the database at `path`, to
/// tell a history that this database may go on with from another one's. AlreadyExists when most of
/// them differ; fine when the replica has no moment. Reads a few pages, whatever the journal mode.
/// Fails as the storage and sqlite::readSample do.
[[nodiscard]] Status checkSameDatabase(FileSystem& files, const storage::Storage& storage,
                                       const replica::Catalog& catalog, const std::string& path,
                                       const std::stop_token& stop);

}  // namespace tidemark::service
