#pragma once

#include "tests/support/passing_file_system.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// A disk that is several, one of which dies: whoever asks for certain paths hangs until letGo().
/// Files that are open already go on. Any thread.
class DeadDisk final : public PassingFileSystem {
public:
    /// Paths with `other` in them are on another disk than all else.
    DeadDisk(FileSystem& disk, std::string other)
        : PassingFileSystem(disk), m_other(std::move(other))
    {
    }

    /// Whoever uses a path that `isDead` hangs from now on.
    void die(std::function<bool(const std::string& path)> isDead)
    {
        const std::scoped_lock lock(m_mutex);
        m_isDead = std::move(isDead);
    }
    /// The other disk, as a whole.
    void die()
    {
        die([other = m_other](const std::string& path) {
            return path.find(other) != std::string::npos;
        });
    }
    void letGo()
    {
        die([](const std::string&) { return false; });
        m_changed.notify_all();
    }
    /// How many hang.
    [[nodiscard]] int hanging() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_hanging;
    }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        waitFor(path);
        return PassingFileSystem::open(path, purpose, permissions);
    }
    Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                std::uint32_t permissions) override
    {
        waitFor(directory);
        return PassingFileSystem::createUnnamed(directory, permissions);
    }
    Status publish(File& unnamed, const std::string& path) override
    {
        waitFor(path);
        return PassingFileSystem::publish(unnamed, path);
    }
    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        waitFor(path);
        TIDEMARK_TRY(auto facts, PassingFileSystem::stat(path));
        if (facts && path.find(m_other) != std::string::npos) {
            ++facts->device;
        }
        return facts;
    }
    Result<std::vector<DirectoryEntry>> list(const std::string& directory) const override
    {
        waitFor(directory);
        return PassingFileSystem::list(directory);
    }
    Status makeDirectories(const std::string& path, std::uint32_t permissions) override
    {
        waitFor(path);
        return PassingFileSystem::makeDirectories(path, permissions);
    }
    Status remove(const std::string& path) override
    {
        waitFor(path);
        return PassingFileSystem::remove(path);
    }
    Result<std::string> canonical(const std::string& path) const override
    {
        waitFor(path);
        return PassingFileSystem::canonical(path);
    }

private:
    void waitFor(const std::string& path) const
    {
        std::unique_lock lock(m_mutex);
        ++m_hanging;
        m_changed.wait(lock, [&] { return !m_isDead(path); });
        --m_hanging;
    }

    const std::string m_other;
    mutable std::mutex m_mutex;  // Guards what follows.
    mutable std::condition_variable m_changed;
    std::function<bool(const std::string&)> m_isDead = [](const std::string&) { return false; };
    mutable int m_hanging = 0;
};

}  // namespace tidemark
