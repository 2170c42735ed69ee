// A preloaded library that kills its program at one chosen call by which it changes what lies under
// a folder: KILL_FAULT_UNDER names the folder, KILL_FAULT_AT says which call (from 1),
// KILL_FAULT_KIND whether it dies instead of the call ("before") or after half of a write ("torn").
// With "lock" the calls that take or give back a lock count instead of those: SQLite sets the marks
// of its mapped -shm between two of them, by no call.
#include "tests/fault/preloaded.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

using preloaded::die;
using preloaded::next;
using preloaded::setting;

namespace {

std::atomic<int> calls{0};

bool isUnder(const char* path)
{
    const char* folder = setting("KILL_FAULT_UNDER");
    const std::size_t length = std::strlen(folder);
    return length > 0 && std::strncmp(path, folder, length) == 0 && path[length] == '/';
}

bool isUnder(int file)
{
    char buffer[preloaded::kPathBytes];
    const char* path = preloaded::pathOf(file, buffer);
    return path && isUnder(path);
}

bool isKind(const char* kind)
{
    return std::strcmp(setting("KILL_FAULT_KIND"), kind) == 0;
}

bool isTheChosenOne()
{
    return ++calls == std::atoi(setting("KILL_FAULT_AT"));
}

/// Counts a call that changes `what`, a path or a descriptor. True when it is the chosen one.
template <typename What>
bool isChosen(What what)
{
    return !isKind("lock") && isUnder(what) && isTheChosenOne();
}

template <typename What>
void count(What what)
{
    if (isChosen(what))
        die();
}

/// `half` writes the first half.
template <typename Half>
void countWrite(int file, Half half)
{
    if (!isChosen(file))
        return;
    if (isKind("torn"))
        half();
    die();
}

void countLock(int file, int command)
{
    const bool isOfLock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
                          command == F_OFD_SETLKW;
    if (isOfLock && isKind("lock") && isUnder(file) && isTheChosenOne())
        die();
}

using Fcntl = int (*)(int, int, ...);
using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);

ssize_t writeAt(Pwrite real, int file, const void* bytes, size_t size, off_t at)
{
    countWrite(file, [&] { real(file, bytes, size / 2, at); });
    return real(file, bytes, size, at);
}

}  // namespace

extern "C" {

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at)
{
    static const auto real = next<Pwrite>("pwrite");
    return writeAt(real, file, bytes, size, at);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at)
{
    static const auto real = next<Pwrite>("pwrite64");
    return writeAt(real, file, bytes, size, at);
}

ssize_t write(int file, const void* bytes, size_t size)
{
    static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
    countWrite(file, [&] { real(file, bytes, size / 2); });
    return real(file, bytes, size);
}

int ftruncate(int file, off_t size) noexcept
{
    static const auto real = next<int (*)(int, off_t)>("ftruncate");
    count(file);
    return real(file, size);
}

int ftruncate64(int file, off64_t size) noexcept
{
    static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
    count(file);
    return real(file, size);
}

int fsync(int file)
{
    static const auto real = next<int (*)(int)>("fsync");
    count(file);
    return real(file);
}

int fdatasync(int file)
{
    static const auto real = next<int (*)(int)>("fdatasync");
    count(file);
    return real(file);
}

// Each argument that the third one may be is passed on as a pointer is.
int fcntl(int file, int command, ...)
{
    static const auto real = next<Fcntl>("fcntl");
    va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);
    va_end(more);
    countLock(file, command);
    return real(file, command, argument);
}

int fcntl64(int file, int command, ...)
{
    static const auto real = next<Fcntl>("fcntl64");
    va_list more;
    va_start(more, command);
    void* const argument = va_arg(more, void*);
    va_end(more);
    countLock(file, command);
    return real(file, command, argument);
}

int rename(const char* from, const char* to) noexcept
{
    static const auto real = next<int (*)(const char*, const char*)>("rename");
    count(to);
    return real(from, to);
}

int renameat2(int fromFolder, const char* from, int toFolder, const char* to,
              unsigned flags) noexcept
{
    static const auto real =
        next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
    count(to);
    return real(fromFolder, from, toFolder, to, flags);
}

int linkat(int fromFolder, const char* from, int toFolder, const char* to, int flags) noexcept
{
    static const auto real = next<int (*)(int, const char*, int, const char*, int)>("linkat");
    count(to);
    return real(fromFolder, from, toFolder, to, flags);
}

int unlink(const char* path) noexcept
{
    static const auto real = next<int (*)(const char*)>("unlink");
    count(path);
    return real(path);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
    count(path);
    return real(path, mode);
}
}
