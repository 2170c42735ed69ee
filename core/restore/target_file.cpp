#include "core/restore/target_file.h"

#include <array>
#include <cstring>
#include <utility>

namespace tidemark::restore {
namespace {

constexpr std::string_view kTemporaryStem = ".tidemark-restore-";

// Opening the restored file, SQLite would apply or remove what lies there.
constexpr std::array kCompanions{"-wal", "-shm", "-journal"};

Error refused(Error error)
{
    if (error.code == ErrorCode::Forbidden || error.code == ErrorCode::NotFound) {
        error.code = ErrorCode::TargetRefused;
    }
    return error;
}

template <typename Value>
Result<Value> orRefused(Result<Value> looked)
{
    return looked.ok() ? std::move(looked) : Result<Value>(refused(std::move(looked).error()));
}

Error alreadyThere(const std::string& path)
{
    return {
        .code = ErrorCode::AlreadyExists,
        .what = {TIDEMARK_TEXT("restore", "%1 exists already."), {path}},
        .next = {TIDEMARK_TEXT("restore", "Choose another name; nothing is ever overwritten.")}};
}

}  // namespace

Status checkNewFile(const FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const bool isTaken, orRefused(files.isTaken(path)));
    if (isTaken) {
        return alreadyThere(path);
    }
    const std::string folder = parentOf(path);
    TIDEMARK_TRY(const auto parent, orRefused(files.stat(folder)));
    if (!parent || parent->kind != FileKind::Directory || nameOf(path).empty()) {
        return Error{.code = ErrorCode::TargetRefused,
                     .what = {TIDEMARK_TEXT("restore", "There is no folder %1."), {folder}},
                     .next = {TIDEMARK_TEXT("restore", "Make it, or choose another place.")}};
    }
    return {};
}

Status checkTarget(const FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY_STATUS(checkNewFile(files, path));
    for (const char* const companion : kCompanions) {
        const std::string database =
            path.ends_with(companion) ? path.substr(0, path.size() - std::strlen(companion)) : "";
        TIDEMARK_TRY(const bool isBeside,
                     orRefused(database.empty() ? Result<bool>(false) : files.isTaken(database)));
        if (isBeside) {
            return Error{
                .code = ErrorCode::TargetRefused,
                .what = {TIDEMARK_TEXT("restore", "%1 is where SQLite keeps a file of %2."),
                         {path, database}},
                .next = {TIDEMARK_TEXT("restore", "Choose another name.")}};
        }
        TIDEMARK_TRY(const bool there, orRefused(files.isTaken(path + companion)));
        if (there) {
            return Error{.code = ErrorCode::TargetRefused,
                         .what = {TIDEMARK_TEXT("restore",
                                                "%1 exists, and SQLite would take it for "
                                                "a part of the restored file."),
                                  {path + companion}},
                         .next = {TIDEMARK_TEXT("restore", "Choose another name.")}};
        }
    }
    return {};
}

Result<TargetFile> TargetFile::create(FileSystem& files, Random& random, const std::string& path,
                                      std::uint64_t sizeBytes)
{
    const std::string folder = parentOf(path);
    TIDEMARK_TRY(const Space space, orRefused(files.space(folder)));
    if (space.freeBytes < sizeBytes) {
        return Error{.code = ErrorCode::NoSpace,
                     .what = {TIDEMARK_TEXT("restore",
                                            "The disk of %1 has %2 bytes free; the new file "
                                            "needs %3."),
                              {folder, std::to_string(space.freeBytes), std::to_string(sizeBytes)}},
                     .next = {TIDEMARK_TEXT("restore", "Free some space or choose another disk.")}};
    }
    TargetFile target(files, path);
    auto unnamed = files.createUnnamed(folder, kPrivateFile);
    if (unnamed.ok()) {
        target.m_unnamed = std::move(unnamed).value();
        return target;
    }
    if (unnamed.error().code != ErrorCode::Unsupported) {
        return refused(std::move(unnamed).error());
    }
    if (Status removed = storage::removeLeftovers(files, folder, kTemporaryStem); !removed.ok()) {
        return refused(std::move(removed).error());
    }
    auto temporary =
        storage::TemporaryFile::make(files, random, folder + '/' + std::string(kTemporaryStem));
    if (!temporary.ok()) {
        return refused(std::move(temporary).error());
    }
    target.m_temporary.emplace(std::move(temporary).value());
    return target;
}

Status TargetFile::publish()
{
    auto named = m_temporary ? m_files->renameWithoutReplacing(m_temporary->path(), m_path)
                             : m_files->publish(*m_unnamed, m_path);
    if (!named.ok() && named.error().code == ErrorCode::AlreadyExists) {
        return alreadyThere(m_path);
    }
    if (!named.ok()) {
        return refused(std::move(named).error());
    }
    Status synced = m_files->syncDirectory(parentOf(m_path));
    if (!synced.ok()) {
        // A name that may not last is none, and nothing stays after a failure.
        static_cast<void>(m_files->remove(m_path));
        return refused(std::move(synced).error());
    }
    return {};
}

}  // namespace tidemark::restore
