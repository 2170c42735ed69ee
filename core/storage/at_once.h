#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stop_token>

namespace tidemark::storage {

/// Requests under way at the same time, each on a thread of its own. When one fails, the others are
/// stopped: nobody waits for what is of no use any more. So are those that are left when it goes.
/// For one thread.
class AtOnce {
public:
    using Work = std::function<Status(const std::stop_token& stop)>;

    explicit AtOnce(const std::stop_token& stop) : m_onStop(stop, [this] { m_stop.request_stop(); })
    {
    }
    ~AtOnce() { m_stop.request_stop(); }  // A future of std::async waits when it goes.
    AtOnce(const AtOnce&) = delete;
    AtOnce& operator=(const AtOnce&) = delete;

    /// Waits until fewer than `most` are under way. What the first that failed failed with.
    [[nodiscard]] Status makeRoom(std::size_t most);

    /// Begins `work`, on bytes of its own or on such that outlive this. After makeRoom().
    void begin(Work work);

    /// Waits for all. What the first that failed failed with.
    [[nodiscard]] Status finish();

private:
    void run(const Work& work);

    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_onStop;
    std::mutex m_mutex;  // Guards m_failure.
    std::optional<Error> m_failure;
    std::deque<std::future<void>> m_underWay;  // Last: they use the others.
};

}  // namespace tidemark::storage
