#pragma once

#include "core/storage/sftp_pool.h"

#include <mutex>
#include <string>
#include <vector>

namespace tidemark::storage {

/// Temporary files at a server that nobody needs any more. Any thread may use it.
class SftpTrash {
public:
    /// `pool` must outlive it.
    explicit SftpTrash(SftpPool& pool) : m_pool(pool) {}
    SftpTrash(const SftpTrash&) = delete;
    SftpTrash& operator=(const SftpTrash&) = delete;
    ~SftpTrash() { takeOut(); }

    /// Removes the file now, where a connection is idle, within a second; else with the next one.
    void add(std::string path);

    /// Removes what is left from before, in the same way.
    void takeOut();

private:
    SftpPool& m_pool;
    std::mutex m_mutex;  // Guards m_paths.
    std::vector<std::string> m_paths;
};

}  // namespace tidemark::storage
