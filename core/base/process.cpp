#include "core/base/process.h"

#include "core/base/whole_number.h"

#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>

namespace tidemark {

int processId()
{
    return static_cast<int>(::getpid());
}

std::vector<int> openDescriptors()
{
    std::vector<int> numbers;
    std::error_code failure;
    for (std::filesystem::directory_iterator each("/proc/self/fd", failure), end;
         !failure && each != end; each.increment(failure)) {
        if (const auto number = wholeNumber<std::uint32_t>(each->path().filename().string())) {
            numbers.push_back(static_cast<int>(*number));
        }
    }
    return numbers;
}

bool seesEveryProcess()
{
    // PROC_PID_INIT_INO of linux/proc_ns.h: the first name space of processes.
    constexpr ino_t kFirstSpace = 0xeffffffc;
    struct stat space {};
    return ::stat("/proc/self/ns/pid", &space) == 0 && space.st_ino == kFirstSpace;
}

std::string userName(
    const std::function<std::optional<std::string>(const std::string& name)>& variable)
{
    for (const char* const name : {"LOGNAME", "USER"}) {
        if (const auto value = variable(name); value && !value->empty()) {
            return *value;
        }
    }
    constexpr std::size_t kEntryBytes = 4096;
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, kEntryBytes> buffer{};
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::string() : std::string(found->pw_name);
}

void ignoreWriteSignals()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void endAtOnce(ErrorCode code)
{
    static_cast<void>(std::fflush(nullptr));
    ::_exit(exitCode(code));
}

void raiseOpenFileLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        // Where that is not allowed, the old limit holds, and who needs more is told.
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

std::uint64_t openFileLimit()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::uint64_t{limit.rlim_cur}
                                                   : std::numeric_limits<std::uint64_t>::max();
}

}  // namespace tidemark
