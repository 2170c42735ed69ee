#pragma once

#include "core/base/clock.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tidemark::service {

/// A few threads for many things that have something to do now and then. Each thing is a step that
/// is called when it is due or was woken, never twice at once. A thing at rest costs a line in a
/// table. Things may share a place, say a disk: whoever waits for that has no thread, and when it
/// hangs it takes so many threads and no more. Any thread may call it.
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
        Clock::Instant due = {};  ///< Where it does neither: when it is called at latest.
        /// When a thread took the last one: of all things, or of its place when that is full.
        Clock::Instant queueMoved = {};
        /// When the last call began that has ended.
        std::optional<Clock::Instant> endedOneOf = {};

        bool operator==(const Activity&) const = default;
    };

    /// Things that nobody woke and that are due this close together are called in one go: a
    /// hundred of them at rest wake the computer once, not a hundred times.
    static constexpr std::chrono::milliseconds kSlack{250};

    /// A call that takes so long may hang for good.
    static constexpr std::chrono::minutes kHangs{5};
    /// Threads there are at most, with those that hang.
    static constexpr std::size_t kMostThreads = 256;

    /// Threads are made when they are needed, up to `maxThreads`, of which the things of one place
    /// have `maxOfPlace` at most. One whose call kHangs is replaced by another one while something
    /// waits.
    StepPool(Clock& clock, unsigned maxThreads, unsigned maxOfPlace);
    /// One whose things share no place.
    StepPool(Clock& clock, unsigned maxThreads) : StepPool(clock, maxThreads, maxThreads) {}

    /// Like stop().
    ~StepPool();

    /// Calls `step` soon. Without a `place` it shares none.
    [[nodiscard]] Key add(Step step, std::string place = {});

    /// Calls it soon, though not before its notBefore. An unknown key is fine.
    void wake(Key key);

    /// Calls it at once, or again when it runs: somebody asked for something.
    void hurry(Key key);

    /// The same, before all others that wait for a thread: somebody waits for it to come. One whose
    /// place is full still waits for that.
    void callFirst(Key key);

    /// Empty when it is not known, or finished.
    [[nodiscard]] std::optional<Activity> activity(Key key) const;

    /// Calls `task` once.
    void post(std::function<void()> task);

    /// No other step is called from now on. Waits for nothing.
    void askToStop();

    /// Waits for the steps that run, and calls no other. Not from within a step.
    void stop();

    /// The same, until `limit` at most. False: a step still runs, with this and all that it uses,
    /// which have to stay.
    [[nodiscard]] bool stopBy(Clock::Instant limit);

private:
    enum class State { Resting, Full, Ready, Running };  // Full: its place is.

    /// One that some things share.
    struct Place {
        unsigned taken = 0;  // Of its things, those that are ready or run.
        std::deque<Key> waiting = {};
        Clock::Instant moved = {};
    };

    struct Entry {
        Step step = {};
        std::string place = {};
        Due due = {};
        State state = State::Resting;
        bool woken = false;
        bool hurried = false;
        bool isFirst = false;        // In the line for a thread.
        Clock::Instant queued = {};  // When it became ready last.
        Clock::Instant began = {};   // The call that runs.
        std::optional<Clock::Instant> endedOneOf = {};

        /// Of one that rests.
        [[nodiscard]] Clock::Instant calledAt() const;
    };

    void makeReady(Key key, Entry& entry);
    void putInLine(Key key, Entry& entry);
    void leavePlace(const std::string& name);
    void keepTime(const std::stop_token& stop);
    void work(const std::stop_token& stop);
    void runOne(std::unique_lock<std::mutex>& lock, Key key);
    [[nodiscard]] Clock::Instant collectDue(Clock::Instant now);
    [[nodiscard]] bool isAnyLiving() const;
    void addThread();
    [[nodiscard]] std::size_t mostThreads() const;

    Clock& m_clock;
    const unsigned m_maxThreads;
    const unsigned m_maxOfPlace;
    Wakeup m_sooner;  // Rung when something is due before what the timekeeper waits for.
    Wakeup m_ended;   // Rung by each thread that ends, for stopBy().

    mutable std::mutex m_mutex;  // Guards all below but the threads' own tokens.
    std::condition_variable_any m_readyChanged;
    std::map<Key, Entry> m_entries;
    std::deque<Key> m_ready;
    std::map<std::string, Place> m_places;  // Those of which some are ready or run.
    Key m_nextKey = 1;
    Clock::Instant m_queueMoved = {};
    unsigned m_idle = 0;
    unsigned m_living = 0;  // Threads that have not ended.
    bool m_stopped = false;
    bool m_looksForHung = false;  // The timekeeper does, while something waits for a thread.
    std::vector<std::jthread> m_workers;
    std::jthread m_timekeeper;
};

}  // namespace tidemark::service
