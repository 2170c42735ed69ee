#pragma once

#include <string>

#include "tests/load/truth.h"

namespace load {

/// Beside the database: what COMMIT answered with success. An entry is 16 bytes in the machine's
/// byte order, the counter and the check of the truth. It is written after the commit, so the last
/// commit of a killed process may be missing; none is there that was not committed.
class Journal {
public:
    /// Appends to `path`; several processes may share one file.
    explicit Journal(const std::string& path);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void add(const TruthRow& committed);

private:
    int m_file;
};

}  // namespace load
