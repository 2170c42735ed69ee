#pragma once

#include "core/sqlite/source_identity.h"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::service {

/// Which files the databases of one service are. One that has several names is followed by one of
/// them: SQLite has a log for each. Any thread may use it.
class SourceFiles {
public:
    /// The other path by which the file is followed; empty when it is the caller's from now on.
    /// `isStill` tells whether that path leads to the file yet: a number is used again when a file
    /// has gone. It is called with nothing held, since it asks the disk.
    [[nodiscard]] std::optional<std::string> take(
        const sqlite::FileId& id, const std::string& path,
        const std::function<bool(const std::string& other)>& isStill);

    /// Nobody follows it by this path any more.
    void giveBack(const std::string& path);

private:
    struct Taken {
        sqlite::FileId id = {};
        std::string path = {};
        bool operator==(const Taken&) const = default;
    };

    /// Whose it is then.
    [[nodiscard]] std::string takeFree(const Taken& wanted);
    void giveBack(const Taken& taken);

    std::mutex m_mutex;          // Guards m_taken.
    std::vector<Taken> m_taken;  // Each file once; some hundred at most.
};

}  // namespace tidemark::service
