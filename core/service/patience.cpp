#include "core/service/patience.h"

#include <future>
#include <thread>
#include <utility>

namespace tidemark::service {

bool endsWithin(std::chrono::milliseconds limit, Late late,
                std::function<void(const std::stop_token& stop)> task)
{
    std::stop_source stop;
    std::packaged_task<void()> job(
        [task = std::move(task), token = stop.get_token()] { task(token); });
    const auto ended = job.get_future();
    std::thread thread(std::move(job));
    const bool isInTime = ended.wait_for(limit) == std::future_status::ready;
    stop.request_stop();
    if (isInTime || late == Late::IsWaitedFor) {
        thread.join();
    } else {
        thread.detach();
    }
    return isInTime;
}

}  // namespace tidemark::service
