#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>

namespace tidemark::sqlite {

/// What a file is, asked of SQLite, before anything is attached to it.
struct SourceFacts {
    std::string path = {};  ///< Canonical.
    std::uint64_t sizeBytes = 0;
    std::uint32_t pageSizeBytes = 0;
    bool isWal = false;
};

/// What is to be done with it.
enum class SourceUse {
    Followed,
    Watched  ///< Only read where it is not in WAL mode, so it need not be writable then.
};

/// Looks without changing anything. NotFound, Forbidden; Damaged: not a SQLite database, encrypted,
/// cut short; Unsupported, by name: a place where it cannot be followed safely (source_place.h),
/// wal2, another WAL version; Busy: locked exclusively by another program.
[[nodiscard]] Result<SourceFacts> probeSource(FileSystem& files, const std::string& path,
                                              SourceUse use = SourceUse::Followed);

/// Puts the database into WAL mode, as its owner asked. Busy while other connections are open in
/// it.
[[nodiscard]] Status switchToWal(const std::string& path);

}  // namespace tidemark::sqlite
