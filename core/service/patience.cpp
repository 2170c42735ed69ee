#include "core/service/patience.h"

#include <future>
#include <thread>
#include <utility>

namespace tidemark::service {

bool endsWithin(std::chrono::milliseconds limit, std::function<void()> task)
{
    std::packaged_task<void()> job(std::move(task));
    const auto ended = job.get_future();
    std::thread(std::move(job)).detach();
    return ended.wait_for(limit) == std::future_status::ready;
}

}  // namespace tidemark::service
