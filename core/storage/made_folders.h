#pragma once

#include "core/base/file_system.h"
#include "core/storage/folder_root.h"

#include <mutex>
#include <set>
#include <string>

namespace tidemark::storage {

/// The folders below a root, as far as they need not be made or synced again. Any thread may use
/// it.
class MadeFolders {
public:
    /// Both must outlive it.
    MadeFolders(FileSystem& files, const FolderRoot& root);

    /// Makes a folder and its parents, so that they survive a power loss; each once. Also one that
    /// is there: another writer, or one before us that failed, may have got no further than to make
    /// it. Blocks on the disk.
    [[nodiscard]] Status make(const std::string& folder);

    /// One that was found missing: what was known of it and its parents holds no more.
    [[nodiscard]] Status makeAnew(const std::string& folder);

    /// Objects were seen or written in it.
    void noteObjects(const std::string& folder);

    /// Whether there were any. True once: who asks again has looked at what is left.
    [[nodiscard]] bool hadObjects(const std::string& folder);

    /// There is another disk in the place of the root's.
    void forget();

private:
    FileSystem& m_files;
    const FolderRoot& m_root;
    std::mutex m_mutex;  // Held while folders are made and synced; guards what follows.
    std::set<std::string> m_durable;      // Their names survive a power loss.
    std::set<std::string> m_withObjects;  // Objects were seen or written in them.
};

}  // namespace tidemark::storage
