#include "core/service/replica_claim.h"

#include <span>
#include <utility>

namespace tidemark::service {
namespace {

/// Longer than any path.
constexpr std::size_t kMaxClaimBytes = 8192;

std::string readOwner(FileSystem& files, const std::string& path)
{
    const auto file = files.open(path, OpenFor::Reading);
    std::string owner(kMaxClaimBytes, '\0');
    const auto got = file.ok() ? file.value()->readAt(std::as_writable_bytes(std::span(owner)), 0)
                               : Result<std::size_t>(std::size_t{0});
    owner.resize(got.ok() ? got.value() : 0);
    return owner;
}

Error ofAnother(const std::string& owner)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = owner.empty()
                        ? Message{TIDEMARK_TEXT("service", "Another database has this replica.")}
                        : Message{TIDEMARK_TEXT("service", "This is the replica of %1."), {owner}},
            .next = {TIDEMARK_TEXT("service", "Give each database a place of its own.")}};
}

Error stillClaimed(const std::string& database)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service", "%1 is still being replicated into this replica."),
                     {database}},
            .next = {TIDEMARK_TEXT("service", "It is tried again in a moment.")}};
}

}  // namespace

Result<ReplicaClaim> ReplicaClaim::make(FileSystem& files, const std::string& data,
                                        const std::string& replicaId, const std::string& database)
{
    const std::string folder = data + "/replicas";
    TIDEMARK_TRY_STATUS(files.makeDirectories(folder));
    const std::string path = folder + '/' + replicaId;
    auto lock = files.lock(path);
    if (!lock.ok() && lock.error().code == ErrorCode::Busy) {
        const std::string owner = readOwner(files, path);
        return owner == database ? stillClaimed(database) : ofAnother(owner);
    }
    TIDEMARK_TRY(auto held, std::move(lock));
    return ReplicaClaim(files, path, database, std::move(held));
}

ReplicaClaim::ReplicaClaim(FileSystem& files, std::string path, std::string database,
                           std::unique_ptr<FileLock> lock)
    : m_files(&files),
      m_path(std::move(path)),
      m_database(std::move(database)),
      m_owner(readOwner(files, m_path)),
      m_lock(std::move(lock))
{
}

bool ReplicaClaim::isFree(FileSystem& files, const std::string& data,
                          const std::function<bool(const std::string& id)>& isMeant)
{
    const std::string folder = data + "/replicas";
    const auto ids = files.list(folder);
    if (!ids.ok()) {
        return false;
    }
    bool isAny = false;
    for (const auto& entry : ids.value()) {
        if (isMeant(entry.name)) {
            isAny = true;
            if (!files.lock(folder + '/' + entry.name).ok()) {
                return false;
            }
        }
    }
    return isAny;
}

Status ReplicaClaim::mayHoldOurs() const
{
    if (m_owner.empty() || m_owner == m_database) {
        return {};
    }
    // One whose file has gone may be ours, moved: its pages will tell.
    TIDEMARK_TRY(const auto there, m_files->stat(m_owner));
    return there ? Status(ofAnother(m_owner)) : Status();
}

Status ReplicaClaim::note()
{
    if (m_owner == m_database) {
        return {};
    }
    TIDEMARK_TRY(const auto file, m_files->open(m_path, OpenFor::Keeping));
    TIDEMARK_TRY_STATUS(file->resize(0));
    TIDEMARK_TRY_STATUS(file->writeAt(std::as_bytes(std::span(m_database)), 0));
    m_owner = m_database;
    return {};
}

}  // namespace tidemark::service
