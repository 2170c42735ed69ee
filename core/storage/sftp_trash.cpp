#include "core/storage/sftp_trash.h"

#include <chrono>
#include <utility>

namespace tidemark::storage {
namespace {

/// Whoever lets go of something does not wait for it. One answer may take a second.
constexpr std::chrono::seconds kTidyingLimit{1};

}  // namespace

SftpTrash::~SftpTrash()
{
    if (!m_isHurried) {
        takeOut({});
    }
}

void SftpTrash::add(std::string path, const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_paths.push_back(std::move(path));
    }
    takeOut(stop);
}

void SftpTrash::takeOut(const std::stop_token& stop)
{
    std::vector<std::string> paths;
    {
        const std::scoped_lock lock(m_mutex);
        m_isHurried = stop.stop_requested();
        if (m_isHurried) {
            return;
        }
        paths.swap(m_paths);
    }
    if (paths.empty()) {
        return;
    }
    const auto deadline = m_clock.monotonic() + kTidyingLimit;
    const auto lease = m_pool.borrowIdle();
    while (lease && !paths.empty() && m_clock.monotonic() < deadline &&
           lease->session()->tidy(stop).ok() && lease->session()->remove(paths.back(), stop).ok()) {
        paths.pop_back();
    }
    // What stays at the end is cleared as the leftover of a dead writer is.
    const std::scoped_lock lock(m_mutex);
    m_isHurried = stop.stop_requested() || (lease && lease->session()->isBroken());
    m_paths.insert(m_paths.end(), paths.begin(), paths.end());
}

}  // namespace tidemark::storage
