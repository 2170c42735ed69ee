#pragma once

#include "core/base/clock.h"
#include "core/service/step_pool.h"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::service {

class HeldSlot;

/// So much of one kind of work at once for each place, say a disk: what hangs there holds up nobody
/// elsewhere. Steps of one pool wait for it in line, first come, first served: a step that got no
/// slot is called when one is free for it, and asks again. It goes on asking in each of its calls,
/// or leaves the line. Any thread; never blocks. It outlives its slots.
class Slots {
public:
    /// A free slot waits this long for whoever was called, and whose step may hang or have no
    /// thread. Then the next one is called as well; who comes late is still before all others.
    static constexpr std::chrono::seconds kPatience{2};

    /// Who is in line asks this often without being called. Else nobody might notice that somebody
    /// else does not come.
    static constexpr std::chrono::seconds kLook{30};

    /// `call` makes a step come at once, or again where it runs, on the thread that made room. No
    /// lock is held. `clock` outlives this.
    Slots(const Clock& clock, unsigned each, std::function<void(StepPool::Key)> call)
        : m_clock(clock), m_each(each), m_call(std::move(call))
    {
    }

    /// Empty where none is free but for those in line. `who` is in line then.
    [[nodiscard]] std::optional<HeldSlot> take(const std::string& place, StepPool::Key who);

    /// The same for somebody who does not wait.
    [[nodiscard]] std::optional<HeldSlot> tryTake(const std::string& place);

    /// Leaves all lines but those of these places. One that is in none is fine.
    void leaveAllBut(const std::set<std::string>& places, StepPool::Key who);

private:
    friend class HeldSlot;

    struct Waiter {
        StepPool::Key who = 0;
        std::optional<Clock::Instant> called = {};  // And has not come since.
    };
    struct Place {
        unsigned taken = 0;
        std::vector<Waiter> line = {};
    };
    using Places = std::map<std::string, Place>;

    void giveBack(const std::string& place);
    [[nodiscard]] bool isAwaited(const Waiter& waiter) const;
    [[nodiscard]] std::vector<StepPool::Key> nextOf(Places::iterator place);
    void call(const std::vector<StepPool::Key>& whose) const;

    const Clock& m_clock;
    const unsigned m_each;
    const std::function<void(StepPool::Key)> m_call;
    std::mutex m_mutex;  // Guards m_places.
    Places m_places;     // Where something is taken or wanted.
};

/// One slot of a place, given back at the end.
class HeldSlot {
public:
    HeldSlot(Slots& giver, std::string place) : m_slots(&giver), m_place(std::move(place)) {}
    ~HeldSlot()
    {
        if (m_slots != nullptr) {
            m_slots->giveBack(m_place);
        }
    }
    HeldSlot(HeldSlot&& other) noexcept
        : m_slots(std::exchange(other.m_slots, nullptr)), m_place(std::move(other.m_place))
    {
    }
    HeldSlot& operator=(HeldSlot&& other) noexcept
    {
        // What was held here goes with the other one.
        std::swap(m_slots, other.m_slots);
        std::swap(m_place, other.m_place);
        return *this;
    }
    HeldSlot(const HeldSlot&) = delete;
    HeldSlot& operator=(const HeldSlot&) = delete;

private:
    Slots* m_slots;
    std::string m_place;
};

/// What one call of a step asks of slots: in a line that it did not ask for it is no more when the
/// call ends. For one thread.
class StepTurn {
public:
    StepTurn(Slots& giver, StepPool::Key step) : m_slots(giver), m_step(step) {}
    ~StepTurn() { m_slots.leaveAllBut(m_asked, m_step); }
    StepTurn(const StepTurn&) = delete;
    StepTurn& operator=(const StepTurn&) = delete;

    /// Empty where it is not its turn yet: it is called then, and is to come by itself after
    /// Slots::kLook.
    [[nodiscard]] std::optional<HeldSlot> take(const std::string& place)
    {
        m_asked.insert(place);
        return m_slots.take(place, m_step);
    }

private:
    Slots& m_slots;
    const StepPool::Key m_step;
    std::set<std::string> m_asked;
};

}  // namespace tidemark::service
