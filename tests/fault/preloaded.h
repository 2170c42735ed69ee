#pragma once

// What the preloaded libraries of the fault tests have in common. Each is configured by environment
// variables and stands before functions of the C library, which it calls in the end.
#include <dlfcn.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace preloaded {

inline constexpr std::size_t kPathBytes = 4096;

/// An environment variable; empty when it is not set.
inline const char* setting(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// The function that ours stands before.
template <typename Function>
Function next(const char* name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// As a power loss ends a program: nothing of it runs any more.
[[noreturn]] inline void die()
{
    kill(getpid(), SIGKILL);
    std::abort();
}

/// Where an open file lies, written into `buffer`; null when it has no path. Descriptors are asked,
/// since a file may have been opened long before anything was to go wrong.
inline const char* pathOf(int file, char (&buffer)[kPathBytes])
{
    char link[32];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t size = readlink(link, buffer, sizeof buffer - 1);
    if (size <= 0)
        return nullptr;
    buffer[size] = '\0';
    return buffer;
}

}  // namespace preloaded
