#pragma once

#include "core/base/file_system.h"
#include "core/restore/progress_meter.h"
#include "core/restore/restorer.h"

#include <cstdint>
#include <optional>
#include <stop_token>

namespace tidemark::restore {

/// What a restored file must be.
struct Expected {
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t pageCount = 0;
    std::optional<std::uint64_t> digest = {};  ///< If one was recorded; else the rest is unused.
};

struct FileChecked {
    Verdict verdict = Verdict::Checked;
    bool bySqlite = false;  ///< SQLite checked all of it: it was asked to, and could.
};

/// Compares the digest of the file, as it can be read back, with the recorded one, lets SQLite
/// check it, and meanwhile brings it to the medium. `name` is for texts. Damaged if one of the
/// checks finds anything.
[[nodiscard]] Result<FileChecked> checkFile(File& file, const std::string& name,
                                            const Expected& expected, Check check, bool durable,
                                            ProgressMeter& progress, const std::stop_token& stop);

}  // namespace tidemark::restore
