#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <stop_token>
#include <utility>

namespace tidemark::storage {

/// Requests under way at the same time, each on a thread of its own. Those that are left when it
/// goes are stopped and waited for. For one thread.
class AzureAtOnce {
public:
    AzureAtOnce(std::size_t most, const std::stop_token& stop)
        : m_most(most), m_onStop(stop, [this] { m_stop.request_stop(); })
    {
    }
    ~AzureAtOnce() { m_stop.request_stop(); }  // A future of std::async waits when it goes.
    AzureAtOnce(const AzureAtOnce&) = delete;
    AzureAtOnce& operator=(const AzureAtOnce&) = delete;

    /// Waits until there is room for one more. What the oldest one failed with.
    [[nodiscard]] Status makeRoom()
    {
        while (m_underWay.size() >= m_most) {
            TIDEMARK_TRY_STATUS(waitForOldest());
        }
        return {};
    }

    /// Begins `work`, which gives a Status and takes a stop token. After makeRoom().
    template <typename Work>
    void begin(Work work)
    {
        m_underWay.push_back(std::async(
            std::launch::async,
            [work = std::move(work), stop = m_stop.get_token()]() mutable { return work(stop); }));
    }

    /// Waits for all. The first failure, in the order in which they began.
    [[nodiscard]] Status finish()
    {
        while (!m_underWay.empty()) {
            TIDEMARK_TRY_STATUS(waitForOldest());
        }
        return {};
    }

private:
    [[nodiscard]] Status waitForOldest()
    {
        Status done = m_underWay.front().get();
        m_underWay.pop_front();
        return done;
    }

    std::size_t m_most = 0;
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_onStop;
    std::deque<std::future<Status>> m_underWay;
};

}  // namespace tidemark::storage
