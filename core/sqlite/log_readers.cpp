#include "core/sqlite/log_readers.h"

#include "core/base/kernel_text.h"
#include "core/base/process.h"
#include "core/base/whole_number.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <sstream>

namespace tidemark::sqlite {
namespace {

struct Bytes {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
constexpr Bytes kReadLocks{123, 127};
constexpr Bytes kOpenLock{128, 128};
constexpr Bytes kSharedLock{0x40000002, 0x400001ff};  // os.h: SHARED_FIRST, SHARED_SIZE

/// Of "1: POSIX  ADVISORY  READ  1234 fe:00:5678 124 124".
struct Line {
    std::string id, kind, mode, access, process, file, first, last;
};

bool isOf(const Line& line, const FileId& wanted, const Bytes& bytes)
{
    const auto inode = wholeNumber(std::string_view(line.file).substr(line.file.rfind(':') + 1));
    const auto first = wholeNumber(line.first);
    const auto last = wholeNumber(line.last);
    // A lock on the whole file ends with "EOF", and is not SQLite's. Neighbours of one process are
    // told as one.
    return inode == wanted.inode && first && last && *first <= bytes.last && *last >= bytes.first;
}

std::vector<int> holdersOf(const Bytes& bytes, std::string_view locks, const FileId& file,
                           int except)
{
    std::vector<int> found;
    // A computer has hundreds of locks, and a database some: only these are taken apart.
    const std::string mark = ":" + std::to_string(file.inode) + " ";
    for (std::size_t at = locks.find(mark); at != std::string_view::npos;
         at = locks.find(mark, at + 1)) {
        const std::size_t begin = locks.rfind('\n', at) + 1;
        Line line;
        std::istringstream words{std::string(locks.substr(begin, locks.find('\n', at) - begin))};
        // Who waits for one has "->" in the place of the kind.
        if (!(words >> line.id >> line.kind >> line.mode >> line.access >> line.process >>
              line.file >> line.first >> line.last) ||
            line.kind != "POSIX" || line.access != "READ" || !isOf(line, file, bytes)) {
            continue;
        }
        const auto process = wholeNumber<std::uint32_t>(line.process);
        if (process && *process > 0 && static_cast<int>(*process) != except) {
            found.push_back(static_cast<int>(*process));
        }
    }
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
}

std::vector<LogReader> named(const std::vector<int>& processes)
{
    std::vector<LogReader> readers;
    for (const int process : processes) {
        readers.push_back(logReader(process));
    }
    return readers;
}

}  // namespace

LogReader logReader(int processId)
{
    const std::string name = kernelText("/proc/" + std::to_string(processId) + "/comm");
    return {.processId = processId, .program = name.substr(0, name.find('\n'))};
}

std::vector<LogReader> logReaders(const FileId& shm)
{
    return named(readersIn(kernelText("/proc/locks"), shm, processId()));
}

std::vector<LogReader> usersOfOther(const FileId& shm, const FileId& before, const FileId& now)
{
    // A lock may be missed between two pieces of the text: two readings have to agree.
    const auto usersIn = [&](std::string_view locks) {
        std::vector<int> users = openersIn(locks, shm, processId());
        const auto ofBefore = fileOpenersIn(locks, before, 0);
        const auto ofNow = fileOpenersIn(locks, now, 0);
        std::erase_if(users, [&](int process) {
            return !std::ranges::binary_search(ofBefore, process) ||
                   std::ranges::binary_search(ofNow, process);
        });
        return users;
    };
    const auto first = usersIn(kernelText("/proc/locks"));
    if (first.empty()) {
        return {};
    }
    const auto second = usersIn(kernelText("/proc/locks"));
    std::vector<int> both;
    std::ranges::set_intersection(first, second, std::back_inserter(both));
    return named(both);
}

bool othersUse(const FileId& shm, const FileId& database)
{
    const std::string locks = kernelText("/proc/locks");
    const auto users = openersIn(locks, shm, processId());
    const auto ofFile = fileOpenersIn(locks, database, processId());
    return std::ranges::find_first_of(users, ofFile) != users.end();
}

std::vector<int> readersIn(std::string_view locks, const FileId& shm, int except)
{
    return holdersOf(kReadLocks, locks, shm, except);
}

std::vector<int> openersIn(std::string_view locks, const FileId& shm, int except)
{
    return holdersOf(kOpenLock, locks, shm, except);
}

std::vector<int> fileOpenersIn(std::string_view locks, const FileId& database, int except)
{
    return holdersOf(kSharedLock, locks, database, except);
}

}  // namespace tidemark::sqlite
