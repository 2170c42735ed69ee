#include "core/service/database_lock.h"

#include <nlohmann/json.hpp>

#include <span>

namespace tidemark::service {
namespace {

constexpr std::size_t kMaxOwnerBytes = 4096;

Status writeOwner(FileSystem& files, const std::string& path, const LockOwner& owner)
{
    const nlohmann::json line = {
        {"pid", owner.processId}, {"program", owner.program}, {"socket", owner.socket}};
    // A socket's path may hold any bytes.
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    TIDEMARK_TRY(const auto file, files.open(path, OpenFor::Keeping));
    TIDEMARK_TRY_STATUS(file->resize(0));
    return file->writeAt(std::as_bytes(std::span(text)), 0);
}

}  // namespace

Result<std::unique_ptr<FileLock>> lockDatabase(FileSystem& files, const std::string& path,
                                               const LockOwner& owner, const std::string& database)
{
    auto lock = files.lock(path);
    if (lock.ok()) {
        TIDEMARK_TRY_STATUS(writeOwner(files, path, owner));
        return lock;
    }
    if (lock.error().code != ErrorCode::Busy) {
        return lock;
    }
    return followedElsewhere(files, path, database);
}

Error followedElsewhere(FileSystem& files, const std::string& path, const std::string& database)
{
    const LockOwner holder = readLockOwner(files, path);
    const bool isKnown = holder.processId > 0;
    return {.code = ErrorCode::Busy,
            .what = isKnown ? Message{TIDEMARK_TEXT("service",
                                                    "%1 is followed already, by %2 (process "
                                                    "%3)."),
                                      {database, holder.program, std::to_string(holder.processId)}}
                            : Message{TIDEMARK_TEXT("service",
                                                    "%1 is followed already, by another "
                                                    "program of yours."),
                                      {database}},
            .next = {TIDEMARK_TEXT("service", "Stop it there first.")}};
}

LockOwner readLockOwner(FileSystem& files, const std::string& path)
{
    const auto file = files.open(path, OpenFor::Reading);
    std::string text(kMaxOwnerBytes, '\0');
    const auto got = file.ok() ? file.value()->readAt(std::as_writable_bytes(std::span(text)), 0)
                               : Result<std::size_t>(std::size_t{0});
    text.resize(got.ok() ? got.value() : 0);
    const auto line = nlohmann::json::parse(text, nullptr, false);
    LockOwner owner;
    if (!line.is_object()) {
        return owner;
    }
    if (const auto pid = line.find("pid"); pid != line.end() && pid->is_number_integer()) {
        owner.processId = pid->get<int>();
    }
    if (const auto name = line.find("program"); name != line.end() && name->is_string()) {
        owner.program = name->get<std::string>();
    }
    if (const auto socket = line.find("socket"); socket != line.end() && socket->is_string()) {
        owner.socket = socket->get<std::string>();
    }
    return owner;
}

}  // namespace tidemark::service
