#include "core/storage/made_folders.h"

#include "core/base/durable_directories.h"

namespace tidemark::storage {
namespace {

// Of a replica's levels there are ten. Whoever has more folders pays for a sync now and then.
constexpr std::size_t kMaxFolders = 1000;

}  // namespace

MadeFolders::MadeFolders(FileSystem& files, const FolderRoot& root) : m_files(files), m_root(root)
{
}

Status MadeFolders::make(const std::string& folder)
{
    const std::scoped_lock lock(m_mutex);
    if (m_durable.contains(folder)) {
        return {};
    }
    TIDEMARK_TRY_STATUS(m_root.check());
    TIDEMARK_TRY_STATUS(makeDirectoriesDurably(m_files, folder));
    if (m_durable.size() >= kMaxFolders) {
        m_durable.clear();
    }
    m_durable.insert(folder);
    return {};
}

Status MadeFolders::makeAnew(const std::string& folder)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_durable.clear();
    }
    return make(folder);
}

void MadeFolders::noteObjects(const std::string& folder)
{
    const std::scoped_lock lock(m_mutex);
    if (m_withObjects.size() < kMaxFolders) {
        m_withObjects.insert(folder);
    }
}

bool MadeFolders::hadObjects(const std::string& folder)
{
    const std::scoped_lock lock(m_mutex);
    return m_withObjects.erase(folder) > 0;
}

void MadeFolders::forget()
{
    const std::scoped_lock lock(m_mutex);
    m_durable.clear();
    m_withObjects.clear();
}

}  // namespace tidemark::storage
