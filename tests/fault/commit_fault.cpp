// A preloaded library that lets one chosen write or sync of an application's commit go wrong.
// COMMIT_FAULT_FILE names the database; COMMIT_FAULT_AT and COMMIT_FAULT_KIND say which and how.
#include "tests/fault/commit_fault.h"
#include "tests/fault/preloaded.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

using preloaded::die;
using preloaded::next;
using preloaded::setting;

namespace {

bool armed = false;
int calls = 0;

bool isWatched(int file)
{
    char buffer[preloaded::kPathBytes];
    const char* path = preloaded::pathOf(file, buffer);
    if (!path)
        return false;
    const char* database = setting("COMMIT_FAULT_FILE");
    const std::size_t length = std::strlen(database);
    return std::strncmp(path, database, length) == 0 &&
           (path[length] == '\0' || std::strcmp(path + length, "-wal") == 0);
}

bool isKind(const char* kind)
{
    return std::strcmp(setting("COMMIT_FAULT_KIND"), kind) == 0;
}

/// Counts a call of a watched file. True when it is the chosen one.
bool isChosen(int file)
{
    return armed && isWatched(file) && ++calls == std::atoi(setting("COMMIT_FAULT_AT"));
}

/// Runs `real` around the fault; `torn` writes half.
template <typename Real, typename Torn>
auto faulty(int file, Real real, Torn torn) -> decltype(real())
{
    if (!isChosen(file))
        return real();
    if (isKind("before"))
        die();
    if (isKind("eio")) {
        errno = EIO;
        return -1;
    }
    isKind("torn") ? torn() : real();
    die();
}

}  // namespace

extern "C" {

void commit_fault_arm()
{
    calls = 0;
    armed = true;
}

int commit_fault_disarm()
{
    armed = false;
    return calls;
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
    return faulty(
        file, [&] { return real(file, bytes, size, at); },
        [&] { return real(file, bytes, size / 2, at); });
}

ssize_t write(int file, const void* bytes, size_t size)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    return faulty(
        file, [&] { return real(file, bytes, size); }, [&] { return real(file, bytes, size / 2); });
}

int ftruncate64(int file, off64_t size) noexcept
{
    static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
    const auto whole = [&] { return real(file, size); };
    return faulty(file, whole, whole);
}

int fsync(int file)
{
    static const auto real = next<int (*)(int)>("fsync");
    const auto whole = [&] { return real(file); };
    return faulty(file, whole, whole);
}

int fdatasync(int file)
{
    static const auto real = next<int (*)(int)>("fdatasync");
    const auto whole = [&] { return real(file); };
    return faulty(file, whole, whole);
}
}
