#include "core/restore/parallel.h"

#include <algorithm>
#include <thread>

namespace tidemark::restore {
namespace {

constexpr unsigned kMaxThreads = 8;

}  // namespace

unsigned restoreThreads()
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxThreads);
}

unsigned restoreThreads(const storage::Storage& storage)
{
    return std::max(restoreThreads(), storage.readsAtOnce());
}

}  // namespace tidemark::restore
