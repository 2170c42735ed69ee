#include "core/storage/sftp_trash.h"

#include <utility>

namespace tidemark::storage {

void SftpTrash::add(std::string path)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_paths.push_back(std::move(path));
    }
    takeOut();
}

void SftpTrash::takeOut()
{
    std::vector<std::string> paths;
    {
        const std::scoped_lock lock(m_mutex);
        paths.swap(m_paths);
    }
    if (paths.empty()) {
        return;
    }
    const auto lease = m_pool.borrowIdle();
    while (lease && !paths.empty() && lease->session()->tidy({}).ok() &&
           lease->session()->remove(paths.back(), {}).ok()) {
        paths.pop_back();
    }
    // What stays at the end is cleared as the leftover of a dead writer is.
    const std::scoped_lock lock(m_mutex);
    m_paths.insert(m_paths.end(), paths.begin(), paths.end());
}

}  // namespace tidemark::storage
