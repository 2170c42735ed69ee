#include "core/sqlite/open_database.h"

#include "core/base/posix_file_system.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace tidemark::sqlite {
namespace {

/// SQLite's index and POSIX's locks are the process's, so this is, too.
struct Registry {
    std::mutex mutex;
    std::list<SourceIdentity> entries;
};

Registry& registry()
{
    static Registry ofThisProcess;
    return ofThisProcess;
}

/// Whether a connection to `next` would share one file with a connection to `open`, but not both.
/// One that did not begin yet has no -shm: it takes the one that is there then.
bool sharesOnlyOne(const SourceIdentity& open, const SourceIdentity& next)
{
    return open.shm && (open.database == next.database) != (open.shm == next.shm);
}

Error stillOpen(const std::string& path)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("sqlite",
                                   "Tidemark still reads %1 as it was before its files were "
                                   "replaced, or follows it under another name."),
                     {path}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "It goes on here as soon as that has ended. Nothing that the "
                                   "database holds is lost.")}};
}

/// With the mutex of `all` held.
Status mayJoin(const Registry& all, const SourceIdentity& next, const std::string& path)
{
    const bool isShared = std::ranges::any_of(
        all.entries, [&](const auto& each) { return sharesOnlyOne(each, next); });
    return isShared ? Status(stillOpen(path)) : Status();
}

}  // namespace

OpenDatabase::OpenDatabase(std::string path) : m_path(std::move(path)) {}

Status OpenDatabase::mayEnter(const std::string& path)
{
    TIDEMARK_TRY(const SourceIdentity next, identify(PosixFileSystem(), path));
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    return mayJoin(all, next, path);
}

Result<std::unique_ptr<OpenDatabase>> OpenDatabase::enter(const std::string& path)
{
    TIDEMARK_TRY(const SourceIdentity next, identify(PosixFileSystem(), path));
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    TIDEMARK_TRY_STATUS(mayJoin(all, next, path));
    std::unique_ptr<OpenDatabase> entered(new OpenDatabase(path));
    entered->m_entry = all.entries.insert(all.entries.end(), {.database = next.database});
    return entered;
}

OpenDatabase::~OpenDatabase()
{
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    all.entries.erase(m_entry);
}

Status OpenDatabase::logOpened()
{
    TIDEMARK_TRY(const SourceIdentity now, identify(PosixFileSystem(), m_path));
    if (auto difference = differenceTo({.database = m_entry->database}, now, m_path)) {
        return std::move(*difference);
    }
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    TIDEMARK_TRY_STATUS(mayJoin(all, now, m_path));
    m_entry->shm = now.shm;
    return {};
}

}  // namespace tidemark::sqlite
