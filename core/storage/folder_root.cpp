#include "core/storage/folder_root.h"

#include "core/base/durable_directories.h"
#include "core/storage/temporary_file.h"

#include <utility>

namespace tidemark::storage {

FolderRoot::FolderRoot(FileSystem& files, std::string path)
    : m_files(files), m_path(std::move(path))
{
}

Error FolderRoot::vanished(const std::string& folder)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The folder %1 has vanished."), {folder}},
            .next = {TIDEMARK_TEXT("storage", "Connect the disk again.")}};
}

Error FolderRoot::changed(const std::string& folder)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "Another folder is in the place of %1."), {folder}},
        .next = {TIDEMARK_TEXT("storage", "What it holds is looked at before it is written to.")}};
}

std::string FolderRoot::temporaryFolder() const
{
    return m_path + '/' + std::string(kTemporaryFolder);
}

/// A share that was mounted again has another number. What was written to has our folder for
/// temporary files; an empty mount point has not, be it on the same disk.
Result<bool> FolderRoot::isTheSame(const Identity& found) const
{
    const bool isOnlyRead = !m_prepared && m_seen && m_seen->device == found.device;
    if (!m_seen || *m_seen == found || isOnlyRead) {
        return true;
    }
    TIDEMARK_TRY(const auto temporaries, m_files.stat(temporaryFolder()));
    return temporaries.has_value();
}

Status FolderRoot::check() const
{
    const std::scoped_lock lock(m_mutex);
    return look();
}

Status FolderRoot::look() const
{
    TIDEMARK_TRY(const auto facts, m_files.stat(m_path));
    const bool there = facts && facts->kind == FileKind::Directory;
    if (there) {
        const Identity found{.device = facts->device, .inode = facts->inode};
        TIDEMARK_TRY(const bool isOurs, isTheSame(found));
        if (isOurs) {
            m_seen = found;
            return {};
        }
    }
    if (m_seen) {
        return vanished(m_path);
    }
    if (facts && !there) {
        return Error{
            .code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 is not a folder."), {m_path}},
            .next = {TIDEMARK_TEXT("storage", "If it is an exported archive, write zip://%1."),
                     {m_path}}};
    }
    return Error{.code = ErrorCode::NotFound,
                 .what = {TIDEMARK_TEXT("storage", "There is no folder %1."), {m_path}},
                 .next = {TIDEMARK_TEXT("storage", "Check the path, or connect its disk.")}};
}

Status FolderRoot::checkUnchanged() const
{
    TIDEMARK_TRY_STATUS(check());
    const std::scoped_lock lock(m_mutex);
    return m_prepared && m_written != m_seen ? Status(changed(m_path)) : Status();
}

Result<bool> FolderRoot::prepare()
{
    const std::scoped_lock lock(m_mutex);
    if (m_prepared) {
        return std::exchange(m_written, m_seen) == m_seen;
    }
    // One that was seen and is not there is a disk that has gone: never made anew.
    TIDEMARK_TRY_STATUS(m_seen ? look() : makeDirectoriesDurably(m_files, m_path));
    TIDEMARK_TRY_STATUS(m_files.makeDirectories(temporaryFolder(), kPrivateDirectory));
    TIDEMARK_TRY_STATUS(removeLeftovers(m_files, temporaryFolder(), {}));
    TIDEMARK_TRY(const auto facts, m_files.stat(m_path));
    if (facts) {
        m_seen = Identity{.device = facts->device, .inode = facts->inode};
    }
    m_written = m_seen;
    m_prepared = true;
    return true;
}

}  // namespace tidemark::storage
