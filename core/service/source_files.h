#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace tidemark::service {

/// Which files the databases of one service are. One that has several names is followed by one of
/// them: SQLite has a log for each. Any thread may use it.
class SourceFiles {
public:
    struct Id {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;

        auto operator<=>(const Id&) const = default;
    };

    /// The other path by which the file is followed; empty when it is the caller's from now on.
    /// `isStill` tells whether that path leads to the file yet: a number is used again when a file
    /// has gone. It is called with nothing held, since it asks the disk.
    [[nodiscard]] std::optional<std::string> take(
        const Id& id, const std::string& path,
        const std::function<bool(const std::string& other)>& isStill)
    {
        for (;;) {
            const std::string other = takeFree(id, path);
            if (other == path) {
                return std::nullopt;
            }
            if (isStill(other)) {
                return other;
            }
            giveBack(other, id);
        }
    }

    /// Nobody follows it by this path any more.
    void giveBack(const std::string& path)
    {
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_paths, [&path](const auto& entry) { return entry.second == path; });
    }

private:
    /// Whose it is then.
    [[nodiscard]] std::string takeFree(const Id& id, const std::string& path)
    {
        const std::scoped_lock lock(m_mutex);
        return m_paths.try_emplace(id, path).first->second;
    }

    void giveBack(const std::string& path, const Id& id)
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto found = m_paths.find(id); found != m_paths.end() && found->second == path) {
            m_paths.erase(found);
        }
    }

    std::mutex m_mutex;  // Guards m_paths.
    std::map<Id, std::string> m_paths;
};

}  // namespace tidemark::service
