#include "core/service/job_pool.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace tidemark::service {
namespace {

/// Shared by the handle and the pool's task, whichever ends last.
struct JobState {
    std::stop_source stop;
    std::function<void(std::stop_token)> work;

    std::mutex mutex;  // Guards what follows.
    std::condition_variable finishedChanged;
    bool started = false;
    bool finished = false;
    std::thread::id runner;
};

/// Runs the work unless somebody did.
void run(const std::shared_ptr<JobState>& state)
{
    {
        const std::scoped_lock lock(state->mutex);
        if (state->started) {
            return;
        }
        state->started = true;
        state->runner = std::this_thread::get_id();
    }
    state->work(state->stop.get_token());
    state->work = nullptr;
    {
        const std::scoped_lock lock(state->mutex);
        state->finished = true;
    }
    state->finishedChanged.notify_all();
}

class PoolJob final : public Job {
public:
    PoolJob(std::shared_ptr<JobState> state, const std::stop_token& serviceStop)
        : m_state(std::move(state)),
          m_onServiceStop(serviceStop, [state = m_state] { state->stop.request_stop(); })
    {
    }

    ~PoolJob() override
    {
        m_state->stop.request_stop();
        // A job that no thread took yet ends here: the pool may be stopped, and never take it.
        run(m_state);
        std::unique_lock lock(m_state->mutex);
        if (m_state->runner == std::this_thread::get_id()) {
            return;  // The owner lets go of it from within its own callback.
        }
        m_state->finishedChanged.wait(lock, [this] { return m_state->finished; });
    }

    void cancel() override { m_state->stop.request_stop(); }

private:
    std::shared_ptr<JobState> m_state;
    std::stop_callback<std::function<void()>> m_onServiceStop;
};

}  // namespace

std::unique_ptr<Job> startJob(StepPool& pool, const std::stop_token& stop,
                              std::function<void(std::stop_token)> work)
{
    auto state = std::make_shared<JobState>();
    state->work = std::move(work);
    auto job = std::make_unique<PoolJob>(state, stop);
    pool.post([state] { run(state); });
    return job;
}

}  // namespace tidemark::service
