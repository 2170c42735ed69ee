#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tidemark::sqlite {

/// Some pages of a database at one committed state, by number.
struct PageSample {
    std::uint32_t pageSizeBytes = 0;
    std::map<std::uint32_t, std::vector<std::byte>> pages = {};
};

/// Reads the pages of `numbers` (1 is the first) that the database has, whatever its journal mode.
/// Without WAL mode it holds the shared lock meanwhile, so that writers wait: ask for few. Busy
/// while a writer, or the switch to WAL mode, stands in the way; else fails as Connection does.
[[nodiscard]] Result<PageSample> readSample(FileSystem& files, const std::string& path,
                                            std::span<const std::uint32_t> numbers);

}  // namespace tidemark::sqlite
