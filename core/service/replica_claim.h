#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>

namespace tidemark::service {

/// A replica is one database's. `<data>/replicas/<replica id>` names the file of the database whose
/// history is there, and is locked while somebody replicates into it.
class ReplicaClaim {
public:
    /// Claims the replica for `database`, until the result goes. AlreadyExists when another
    /// database has it, Busy when this one has it elsewhere or still lets go of it.
    [[nodiscard]] static Result<ReplicaClaim> make(FileSystem& files, const std::string& data,
                                                   const std::string& replicaId,
                                                   const std::string& database);

    /// Whether the replicas whose ids `isMeant` picks were claimed from this installation once, and
    /// are by nobody now. Tries their locks.
    [[nodiscard]] static bool isFree(FileSystem& files, const std::string& data,
                                     const std::function<bool(const std::string& id)>& isMeant);

    /// Whether a history in the replica may be this database's, as far as this computer knows.
    /// AlreadyExists when it is that of another one whose file is still there.
    [[nodiscard]] Status mayHoldOurs() const;

    /// Whether it is, by what was noted.
    [[nodiscard]] bool isNotedOurs() const { return m_owner == m_database; }

    /// What is in the replica is ours from now on.
    [[nodiscard]] Status note();

private:
    ReplicaClaim(FileSystem& files, std::string path, std::string database,
                 std::unique_ptr<FileLock> lock);

    FileSystem* m_files;
    std::string m_path;
    std::string m_database;
    std::string m_owner;  // As the file named it.
    std::unique_ptr<FileLock> m_lock;
};

}  // namespace tidemark::service
