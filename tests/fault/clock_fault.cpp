// A preloaded library for a whole test's programs, by whose clock it is another time:
// CLOCK_FAULT_FILE holds the difference in seconds, a 64-bit number of this machine, which may
// change while they run.
#include "tests/fault/preloaded.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

namespace {

/// Null when there is none: then the clock is right.
const volatile std::int64_t* mapped()
{
    const int file = open(preloaded::setting("CLOCK_FAULT_FILE"), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return nullptr;
    void* found = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return found == MAP_FAILED ? nullptr : static_cast<const volatile std::int64_t*>(found);
}

std::int64_t differenceSeconds()
{
    static const volatile std::int64_t* const difference = mapped();
    return difference ? *difference : 0;
}

int now(clockid_t clock, timespec* time)
{
    static const auto real = preloaded::next<int (*)(clockid_t, timespec*)>("clock_gettime");
    return real(clock, time);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept
{
    const int result = now(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += differenceSeconds();
    return result;
}

int gettimeofday(timeval* __restrict time, void* __restrict) noexcept
{
    timespec found{};
    const int result = now(CLOCK_REALTIME, &found);
    time->tv_sec = found.tv_sec + differenceSeconds();
    time->tv_usec = found.tv_nsec / 1000;
    return result;
}

time_t time(time_t* out) noexcept
{
    timespec found{};
    now(CLOCK_REALTIME, &found);
    const time_t seconds = found.tv_sec + differenceSeconds();
    if (out)
        *out = seconds;
    return seconds;
}
}
