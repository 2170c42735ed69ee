#include "core/sqlite/source_place.h"

#include "core/sqlite/source_identity.h"
#include "core/sqlite/sqlite_error.h"
#include "core/sqlite/synced_folder.h"

#include <unistd.h>

#include <utility>

namespace tidemark::sqlite {
namespace {

Status checkKind(const FileFacts& facts, const std::string& path)
{
    if (facts.kind == FileKind::Directory) {
        return unsupported({TIDEMARK_TEXT("sqlite", "%1 is a folder."), {path}},
                           {TIDEMARK_TEXT("sqlite", "Choose the database file in it.")});
    }
    if (facts.kind != FileKind::Regular) {
        return unsupported({TIDEMARK_TEXT("sqlite", "%1 is not a file."), {path}},
                           {TIDEMARK_TEXT("sqlite", "Choose a database file.")});
    }
    return {};
}

Status checkVolume(const Volume& volume, const std::string& path)
{
    if (!volume.foreignKind.empty()) {
        return unsupported(
            {TIDEMARK_TEXT("sqlite",
                           "%1 lies on %2, where the locks of programs do not reach each "
                           "other: following it could damage it."),
             {path, volume.foreignKind}},
            {TIDEMARK_TEXT("sqlite",
                           "Run Tidemark on the computer where the application runs and "
                           "the file lies.")});
    }
    if (volume.readOnly) {
        return Error{.code = ErrorCode::Forbidden,
                     .what = {TIDEMARK_TEXT("sqlite",
                                            "%1 lies on a disk that is mounted "
                                            "read-only."),
                              {path}},
                     .next = {TIDEMARK_TEXT("sqlite",
                                            "Nothing can change it there. To protect it, "
                                            "mount the disk for writing.")}};
    }
    return {};
}

/// Such a program copies the files one by one and takes no lock.
Status checkSynced(const FileSystem& files, const std::string& path)
{
    const auto synced = syncedFolderOf(files, path);
    if (!synced) {
        return {};
    }
    return unsupported({TIDEMARK_TEXT("sqlite",
                                      "%1 lies in %2, which %3 keeps in step with other computers: "
                                      "it copies a database without its log and puts another one "
                                      "in its place, which can damage it."),
                        {path, synced->path, synced->program}},
                       {TIDEMARK_TEXT("sqlite",
                                      "Move the database out of that folder. Its history may be "
                                      "kept there.")});
}

/// -wal and -shm that we make belong to us; another user's application could not open them.
Status checkOwner(const FileSystem& files, const FileFacts& facts, const std::string& path)
{
    const auto us = ::geteuid();
    if (us == 0 || us == facts.owner) {
        return {};
    }
    TIDEMARK_TRY(const auto wal, files.stat(walPath(path)));
    TIDEMARK_TRY(const auto shm, files.stat(shmPath(path)));
    if (wal && shm) {
        return {};
    }
    return unsupported({TIDEMARK_TEXT("sqlite", "%1 belongs to another user."), {path}},
                       {TIDEMARK_TEXT("sqlite",
                                      "Run Tidemark as that user, or start the "
                                      "application that uses the database first.")});
}

/// Whether SQLite could make and write the three files; root may where the bits say no.
Status checkWritable(const std::string& path)
{
    // access(2) opens nothing, so that it drops no lock.
    for (const std::string& target : {path, parentOf(path)}) {
        if (::access(target.c_str(), R_OK | W_OK) != 0) {
            return Error{.code = ErrorCode::Forbidden,
                         .what = {TIDEMARK_TEXT("sqlite", "%1 may not be written to."), {target}},
                         .next = {TIDEMARK_TEXT("sqlite",
                                                "SQLite's WAL mode needs to write in the "
                                                "file and its folder. Allow it, or run "
                                                "Tidemark as the user who may.")}};
        }
    }
    return {};
}

}  // namespace

Status mayLieThere(const FileSystem& files, const FileFacts& facts, const std::string& path)
{
    TIDEMARK_TRY_STATUS(checkKind(facts, path));
    TIDEMARK_TRY(const Volume volume, files.volume(path));
    TIDEMARK_TRY_STATUS(checkVolume(volume, path));
    return checkSynced(files, path);
}

Status mayBeOpened(const FileSystem& files, const FileFacts& facts, const std::string& path)
{
    TIDEMARK_TRY_STATUS(checkWritable(path));
    return checkOwner(files, facts, path);
}

}  // namespace tidemark::sqlite
