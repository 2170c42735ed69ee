#pragma once

#include "core/storage/sftp_pool.h"

#include <mutex>
#include <string>
#include <vector>

namespace tidemark::storage {

/// Temporary files at a server that nobody needs any more. Any thread may use it.
class SftpTrash {
public:
    /// Both must outlive it.
    SftpTrash(SftpPool& pool, const Clock& clock) : m_pool(pool), m_clock(clock) {}
    SftpTrash(const SftpTrash&) = delete;
    SftpTrash& operator=(const SftpTrash&) = delete;
    /// Tries once more, unless the last call was stopped or found no server.
    ~SftpTrash();

    /// Removes the file now, with those from before, where a connection is idle, within two
    /// seconds; else, and after a stop, with the next one.
    void add(std::string path, const std::stop_token& stop);

    /// Removes what is left from before, in the same way.
    void takeOut(const std::stop_token& stop);

private:
    SftpPool& m_pool;
    const Clock& m_clock;
    std::mutex m_mutex;  // Guards what follows.
    bool m_isHurried = false;
    std::vector<std::string> m_paths;
};

}  // namespace tidemark::storage
