#pragma once

#include <map>
#include <mutex>
#include <string>

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

}  // namespace tidemark::service
