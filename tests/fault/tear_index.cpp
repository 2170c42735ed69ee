// A writer that dies between the two copies of the wal-index header.  tear_index DB
// SQLite writes the second copy, then the first. Whoever finds them different runs recovery, which
// takes every frame with a commit mark and the right checksum for committed. No system call lies in
// between, so the tear is made by hand, under the writer's lock, by a process that does not survive
// it.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>

#include "tests/load/database.h"

namespace load {
namespace {

constexpr std::size_t kHeaderWords = 12;  // 48 bytes a copy
constexpr std::size_t kChangeWord = 2;    // counts the transactions

[[noreturn]] void tear(const std::string& path)
{
    Database database(path, {.busyTimeoutMs = 30'000});
    database.run("BEGIN IMMEDIATE");
    const int file = open((path + "-shm").c_str(), O_RDWR | O_CLOEXEC);
    void* mapped = mmap(nullptr, 2 * kHeaderWords * sizeof(std::uint32_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        throw std::runtime_error("the -shm file cannot be mapped");
    ++static_cast<std::uint32_t*>(mapped)[kHeaderWords + kChangeWord];
    kill(getpid(), SIGKILL);
    throw std::runtime_error("SIGKILL did not come");
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    if (count != 2) {
        std::fprintf(stderr, "usage: tear_index DB\n");
        return 2;
    }
    try {
        load::tear(words[1]);
    } catch (const load::Busy&) {
        std::fprintf(stderr, "the database stayed locked\n");
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
    }
    return 1;
}
