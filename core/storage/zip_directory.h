#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/storage/zip_index.h"

#include <cstdint>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// Reads the directory of the archive in `file`, all of it. Damaged for what is no archive, is cut
/// off, or contradicts itself (see ZipIndex::of); Unsupported for an archive of several files, an
/// encrypted entry, a compression other than deflate, a link or device among the entries, and more
/// than kMaxZipEntries; Cancelled; else as File::readAt. `archive` is how it is called. Blocks on
/// the medium; any thread.
[[nodiscard]] Result<ZipIndex> readZipDirectory(const File& file, const std::string& archive,
                                                const std::stop_token& stop);

/// Where the bytes of `entry` begin. Reads its local header, which must say the same as the
/// directory: Damaged otherwise.
[[nodiscard]] Result<std::uint64_t> zipBytesOffset(const File& file, const ZipEntry& entry,
                                                   const std::string& archive);

}  // namespace tidemark::storage
