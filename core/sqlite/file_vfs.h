#pragma once

#include "core/base/file_system.h"

#include <sqlite3.h>

#include <string>

namespace tidemark::sqlite {

/// Lets SQLite read a database from an open file that may have no name and never changes. While it
/// lives, a connection that names this VFS reads that file, whatever path it asks for; it has no
/// journal, no log and no lock, and nothing can be written. For connections of one thread.
class FileVfs {
public:
    /// `file` outlives this, and this its connections.
    explicit FileVfs(const File& file);
    ~FileVfs();
    FileVfs(const FileVfs&) = delete;
    FileVfs& operator=(const FileVfs&) = delete;

    [[nodiscard]] const char* name() const { return m_name.c_str(); }

private:
    std::string m_name;
    sqlite3_vfs m_vfs = {};
};

}  // namespace tidemark::sqlite
