#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/process.h"
#include "core/service/preflight.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tidemark::service {

/// Whether Litestream follows a database that we follow, since whenever. Its folder and its tables
/// stay when it has gone; so they count only if they came or changed since the first look, or while
/// a program of its name has the database open. For the thread that follows it.
class LitestreamWatch {
    [[nodiscard]] static std::string kernelLocks();

public:
    /// A look asks the disk for the folder beside the database,
    static constexpr std::chrono::minutes kPause{1};
    /// and this often opens it to look for the tables, by which one is found that has its folder
    /// elsewhere.
    static constexpr std::chrono::minutes kTablesPause{30};

    /// `path` is canonical. `locks` gives what the kernel tells of them (/proc/locks), and is asked
    /// where there are traces alone. What a look does not see of other processes the folder has to
    /// tell.
    LitestreamWatch(const FileSystem& files, std::string path,
                    std::function<std::string()> locks = kernelLocks,
                    bool seesAll = seesEveryProcess());

    /// Looks if a look is due; whether caution() changed.
    [[nodiscard]] bool look(Clock::Instant now);

    /// That it follows the database, too.
    [[nodiscard]] const std::optional<Caution>& caution() const { return m_caution; }

private:
    /// What it leaves, and when it was written to.
    struct Traces {
        bool tables = false;
        std::optional<std::int64_t> folderNs = {};
        std::optional<std::int64_t> filesNs = {};

        bool operator==(const Traces&) const = default;
    };

    [[nodiscard]] Traces traces(Clock::Instant now);
    [[nodiscard]] bool isAttached(const Traces& now);

    const FileSystem& m_files;
    const std::string m_path;
    const std::function<std::string()> m_locks;
    const bool m_seesAll;

    Clock::Instant m_next = {};
    Clock::Instant m_nextTables = {};
    bool m_hasTables = false;
    std::optional<Traces> m_known;  // Of one that has gone.
    bool m_isNamed = false;         // The one of m_caution was seen by its name.
    Traces m_seen;                  // At the last look.
    int m_sameLooks = 0;            // In a row, as the next.
    int m_absences = 0;             // Looks in a row.
    std::optional<Caution> m_caution;
};

}  // namespace tidemark::service
