#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tidemark::service {

/// A few threads for many things that have something to do now and then. Each thing is a step that
/// is called when it is due or was woken, never twice at once. A thing at rest costs a line in a
/// table. Any thread may call it.
class StepPool {
public:
    /// When a step is to be called again.
    struct Due {
        Clock::Instant notBefore = {};  ///< Woken or not.
        Clock::Instant atLatest = {};   ///< Even if nobody wakes it. Up to kSlack early.
        bool finished = false;          ///< Never: it is forgotten, with all that it holds.
    };
    using Step = std::function<Due()>;
    using Key = std::uint64_t;

    /// What one thing does, for whoever does not trust that it comes on.
    struct Activity {
        std::optional<Clock::Instant> runsSince = {};    ///< Empty: it does not run now.
        std::optional<Clock::Instant> queuedSince = {};  ///< It waits for a thread.
        Clock::Instant due = {};         ///< Where it does neither: when it is called at latest.
        Clock::Instant queueMoved = {};  ///< When a thread took the last one, of all things.
        /// When the last call began that has ended.
        std::optional<Clock::Instant> endedOneOf = {};

        bool operator==(const Activity&) const = default;
    };

    /// Things that nobody woke and that are due this close together are called in one go: a
    /// hundred of them at rest wake the computer once, not a hundred times.
    static constexpr std::chrono::milliseconds kSlack{250};

    /// Threads are made when they are needed, up to `maxThreads`.
    StepPool(Clock& clock, unsigned maxThreads);

    /// Like stop().
    ~StepPool();

    /// Calls `step` soon.
    [[nodiscard]] Key add(Step step);

    /// Calls it soon, though not before its notBefore. An unknown key is fine.
    void wake(Key key);

    /// Calls it at once, or again when it runs: somebody asked for something.
    void hurry(Key key);

    /// Empty when it is not known, or finished.
    [[nodiscard]] std::optional<Activity> activity(Key key) const;

    /// Calls `task` once.
    void post(std::function<void()> task);

    /// Waits for the steps that run, and calls no other. Not from within a step.
    void stop();

private:
    enum class Place { Resting, Ready, Running };

    struct Entry {
        Step step = {};
        Due due = {};
        Place place = Place::Resting;
        bool woken = false;
        bool hurried = false;
        Clock::Instant queued = {};  // When it became ready last.
        Clock::Instant began = {};   // The call that runs.
        std::optional<Clock::Instant> endedOneOf = {};

        /// Of one that rests.
        [[nodiscard]] Clock::Instant calledAt() const;
    };

    void makeReady(Key key, Entry& entry);
    void keepTime(const std::stop_token& stop);
    void work(const std::stop_token& stop);
    void runOne(std::unique_lock<std::mutex>& lock, Key key);
    [[nodiscard]] Clock::Instant collectDue(Clock::Instant now);

    Clock& m_clock;
    const unsigned m_maxThreads;
    Wakeup m_sooner;  // Rung when something is due before what the timekeeper waits for.

    mutable std::mutex m_mutex;  // Guards all below but the threads' own tokens.
    std::condition_variable_any m_readyChanged;
    std::map<Key, Entry> m_entries;
    std::deque<Key> m_ready;
    Key m_nextKey = 1;
    Clock::Instant m_queueMoved = {};
    unsigned m_idle = 0;
    bool m_stopped = false;
    std::vector<std::jthread> m_workers;
    std::jthread m_timekeeper;
};

}  // namespace tidemark::service
