#include "core/base/parallel.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark {

Status parallelFor(unsigned threads, std::size_t count,
                   const std::function<Status(unsigned, std::size_t)>& work)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::optional<Error> failure;  // Guarded by `mutex`.
    const auto run = [&](unsigned thread) {
        for (std::size_t index = next++; index < count; index = next++) {
            auto done = work(thread, index);
            if (!done.ok()) {
                const std::scoped_lock lock(mutex);
                if (!failure) {
                    failure = std::move(done).error();
                }
                next = count;
            }
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned thread = 1; thread < threads && thread < count; ++thread) {
            others.emplace_back(run, thread);
        }
        run(0);
    }
    return failure ? Status(std::move(*failure)) : Status();
}

}  // namespace tidemark
