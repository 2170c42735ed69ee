#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <stop_token>
#include <string>

namespace tidemark::sqlite {

enum class Integrity {
    Sound,  ///< SQLite checked everything and found nothing.
    /// It found nothing in what it can check. Some of the rest is ordered or computed by
    /// collations, functions or modules that only the application has.
    SoundInPart,
};

/// Lets SQLite check a database file that nobody writes to, with `quick_check` or, `full`, with
/// `integrity_check`. Changes no byte, makes no file, takes no lock; what a -wal beside it holds is
/// not looked at. Damaged with SQLite's first words, NotFound, Forbidden, Io, Cancelled. Blocks for
/// as long as it takes to read the file.
[[nodiscard]] Result<Integrity> checkIntegrity(const std::string& path, bool full,
                                               std::stop_token stop);

/// The same for a file that is open and may have no name yet; `name` is for the text. Reads through
/// `file` alone.
[[nodiscard]] Result<Integrity> checkIntegrity(const File& file, const std::string& name, bool full,
                                               std::stop_token stop);

}  // namespace tidemark::sqlite
