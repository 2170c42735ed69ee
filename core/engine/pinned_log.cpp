#include "core/engine/pinned_log.h"

#include <algorithm>

namespace tidemark::engine {
namespace {

constexpr std::size_t kNamed = 3;

/// Both programs, tidemark and tidemarkctl.
bool isOurs(const sqlite::LogReader& reader)
{
    return reader.program.starts_with("tidemark");
}

/// "python3 (process 123), process 456".
std::string namesOf(std::span<const sqlite::LogReader> readers)
{
    std::string names;
    for (const sqlite::LogReader& each : readers.first(std::min(readers.size(), kNamed))) {
        const std::string process = "process " + std::to_string(each.processId);
        names += names.empty() ? "" : ", ";
        names += each.program.empty() ? process : each.program + " (" + process + ")";
    }
    return readers.size() > kNamed ? names + " and others" : names;
}

Message reason(const std::string& path, std::span<const sqlite::LogReader> readers)
{
    if (readers.empty()) {
        return {TIDEMARK_TEXT("engine",
                              "A program keeps an old read transaction open in %1, so its "
                              "write-ahead log grows."),
                {path}};
    }
    return {TIDEMARK_TEXT("engine",
                          "An old read transaction is open in %1, so its write-ahead log grows. "
                          "Reading now: %2."),
            {path, namesOf(readers)}};
}

}  // namespace

Error pinnedLog(const std::string& path, std::span<const sqlite::LogReader> readers)
{
    const auto ours = std::ranges::find_if(readers, isOurs);
    if (ours != readers.end()) {
        return {.code = ErrorCode::Busy,
                .what = {TIDEMARK_TEXT("engine",
                                       "Another Tidemark (process %1) follows %2, too, so its "
                                       "write-ahead log grows until neither needs it."),
                         {std::to_string(ours->processId), path}},
                .next = {TIDEMARK_TEXT("engine",
                                       "Every change is saved all the same. One Tidemark can save "
                                       "a database to several places.")}};
    }
    return {.code = ErrorCode::Busy,
            .what = reason(path, readers),
            .next = {TIDEMARK_TEXT("engine",
                                   "Every change is saved all the same. End that transaction to "
                                   "let the log shrink.")}};
}

Error snapshotGivenUp(const std::string& path)
{
    return {.code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("engine",
                                   "The disk of %1 is filling up while its log cannot be cut, so "
                                   "the snapshot was given up."),
                     {path}},
            .next = {TIDEMARK_TEXT("engine",
                                   "Free some space there. The snapshot is tried again in ten "
                                   "minutes; every change is saved all the same.")}};
}

Error inUseAsBefore(const std::string& path, std::span<const sqlite::LogReader> users)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 was replaced, and a program that was not started again "
                                   "still uses the file before: %2."),
                     {path, namesOf(users)}},
            .next = {TIDEMARK_TEXT("engine",
                                   "End that program and start it again. Until then SQLite would "
                                   "write what it commits into the new file.")}};
}

}  // namespace tidemark::engine
