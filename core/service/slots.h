#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace tidemark::service {

/// So much of one kind of work at once for each place, say a disk: what hangs there holds up nobody
/// elsewhere. Any thread; never blocks.
class Slots {
public:
    explicit Slots(unsigned each) : m_each(each) {}

    /// False when all of the place are taken.
    [[nodiscard]] bool tryTake(const std::string& place)
    {
        const std::scoped_lock lock(m_mutex);
        unsigned& taken = m_taken[place];
        const bool isFree = taken < m_each;
        taken += isFree ? 1 : 0;
        return isFree;
    }

    void giveBack(const std::string& place)
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_taken.find(place);
        if (found != m_taken.end() && --found->second == 0) {
            m_taken.erase(found);
        }
    }

private:
    const unsigned m_each;
    std::mutex m_mutex;  // Guards m_taken.
    std::map<std::string, unsigned> m_taken;
};

/// One slot of a place, if one was free, given back at the end.
class HeldSlot {
public:
    HeldSlot(Slots& taken, std::string place)
        : m_slots(taken), m_place(std::move(place)), m_isHeld(taken.tryTake(m_place))
    {
    }
    ~HeldSlot()
    {
        if (m_isHeld) {
            m_slots.giveBack(m_place);
        }
    }
    HeldSlot(const HeldSlot&) = delete;
    HeldSlot& operator=(const HeldSlot&) = delete;

    [[nodiscard]] bool isHeld() const { return m_isHeld; }

private:
    Slots& m_slots;
    const std::string m_place;
    const bool m_isHeld;
};

}  // namespace tidemark::service
