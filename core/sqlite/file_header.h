#pragma once

#include "core/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tidemark::sqlite {

/// Size of the header at the start of a database file:
/// https://www.sqlite.org/fileformat2.html#the_database_header
inline constexpr std::size_t kFileHeaderSize = 100;

struct FileHeader {
    std::uint32_t pageSizeBytes = 0;
    bool isWal = false;           ///< Read and write version 2; else 1, a rollback journal.
    std::uint32_t pageCount = 0;  ///< 0 when an old SQLite wrote last and the field means nothing.

    bool operator==(const FileHeader&) const = default;
};

/// Fails with Damaged for what is no SQLite database or is encrypted, be it behind a first line in
/// plain text; Unsupported for read and write versions of other programs (wal2, by name). `path` is
/// for the text.
[[nodiscard]] Result<FileHeader> decodeFileHeader(std::span<const std::byte, kFileHeaderSize> bytes,
                                                  const std::string& path);

/// Whether `bytes`, the start of a file, are those of an unencrypted database.
[[nodiscard]] bool startsLikeDatabase(std::span<const std::byte, 16> bytes);

/// The error for a file that does not.
[[nodiscard]] Error notADatabase(const std::string& path);

/// The error for one that is a database for sure, in pages that SQLite cannot read.
[[nodiscard]] Error encrypted(const std::string& path);

}  // namespace tidemark::sqlite
