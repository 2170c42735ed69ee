#include "core/service/slots.h"

#include <algorithm>
#include <iterator>

namespace tidemark::service {

std::optional<HeldSlot> Slots::take(const std::string& place, StepPool::Key who)
{
    std::vector<StepPool::Key> next;
    bool isTaken = false;
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_places.try_emplace(place).first;
        auto& [taken, line] = found->second;
        auto self = std::ranges::find(line, who, &Waiter::who);
        if (self == line.end()) {
            self = line.insert(line.end(), {.who = who});
        }
        self->called.reset();
        const auto before = std::count_if(line.begin(), self,
                                          [this](const Waiter& each) { return isAwaited(each); });
        isTaken = m_each - taken > static_cast<std::size_t>(before);
        if (isTaken) {
            ++taken;
            line.erase(self);
        }
        next = nextOf(found);
    }
    call(next);
    return isTaken ? std::optional<HeldSlot>(std::in_place, *this, place) : std::nullopt;
}

std::optional<HeldSlot> Slots::tryTake(const std::string& place)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.try_emplace(place).first;
    auto& [taken, line] = found->second;
    if (m_each - taken <= line.size()) {
        return std::nullopt;
    }
    ++taken;
    return std::optional<HeldSlot>(std::in_place, *this, place);
}

void Slots::leaveAllBut(const std::set<std::string>& places, StepPool::Key who)
{
    std::vector<StepPool::Key> next;
    {
        const std::scoped_lock lock(m_mutex);
        for (auto place = m_places.begin(); place != m_places.end();) {
            const auto here = place++;
            const bool hasLeft = !places.contains(here->first) &&
                                 std::erase_if(here->second.line, [who](const Waiter& each) {
                                     return each.who == who;
                                 }) > 0;
            if (hasLeft) {
                std::ranges::move(nextOf(here), std::back_inserter(next));
            }
        }
    }
    call(next);
}

void Slots::giveBack(const std::string& place)
{
    std::vector<StepPool::Key> next;
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_places.find(place);
        --found->second.taken;
        next = nextOf(found);
    }
    call(next);
}

/// Whether a slot is kept for it: not where it was called and does not come.
bool Slots::isAwaited(const Waiter& waiter) const
{
    return !waiter.called || m_clock.monotonic() - *waiter.called < kPatience;
}

/// Those whose turn it is by now, and who do not know. A place that nobody wants is forgotten.
std::vector<StepPool::Key> Slots::nextOf(Places::iterator place)
{
    auto& [taken, line] = place->second;
    std::vector<StepPool::Key> next;
    unsigned left = m_each - taken;
    for (auto each = line.begin(); each != line.end() && left > 0; ++each) {
        if (!each->called) {
            each->called = m_clock.monotonic();
            next.push_back(each->who);
        }
        left -= isAwaited(*each) ? 1 : 0;
    }
    if (taken == 0 && line.empty()) {
        m_places.erase(place);
    }
    return next;
}

void Slots::call(const std::vector<StepPool::Key>& whose) const
{
    for (const StepPool::Key each : whose) {
        m_call(each);
    }
}

}  // namespace tidemark::service
