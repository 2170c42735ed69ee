#include "core/replica/pins.h"

#include <algorithm>
#include <utility>

namespace tidemark::replica {

PinBoard::Pin::Pin(PinBoard& board, std::vector<std::string> names)
    : m_board(&board), m_names(std::move(names))
{
}

PinBoard::Pin::Pin(Pin&& other) noexcept
    : m_board(std::exchange(other.m_board, nullptr)), m_names(std::move(other.m_names))
{
}

PinBoard::Pin::~Pin()
{
    if (m_board) {
        m_board->unpin(m_names);
    }
}

PinBoard::Claim::Claim(PinBoard& board, std::vector<std::string> names)
    : m_board(&board), m_names(std::move(names))
{
}

PinBoard::Claim::Claim(Claim&& other) noexcept
    : m_board(std::exchange(other.m_board, nullptr)), m_names(std::move(other.m_names))
{
}

PinBoard::Claim::~Claim()
{
    if (m_board) {
        m_board->release(m_names);
    }
}

std::optional<PinBoard::Pin> PinBoard::pin(std::vector<std::string> names)
{
    const std::scoped_lock lock(m_mutex);
    const bool isLate = std::ranges::any_of(
        names, [this](const std::string& name) { return m_claimed.contains(name); });
    if (isLate) {
        return std::nullopt;
    }
    for (const std::string& name : names) {
        ++m_pins[name];
    }
    return Pin(*this, std::move(names));
}

PinBoard::Claim PinBoard::claim(const std::vector<std::string>& names)
{
    const std::scoped_lock lock(m_mutex);
    std::vector<std::string> ours;
    for (const std::string& name : names) {
        if (!m_pins.contains(name) && m_claimed.insert(name).second) {
            ours.push_back(name);
        }
    }
    return Claim(*this, std::move(ours));
}

ObjectNames PinBoard::pinned() const
{
    const std::scoped_lock lock(m_mutex);
    ObjectNames names;
    for (const auto& [name, count] : m_pins) {
        names.insert(names.end(), name);
    }
    return names;
}

void PinBoard::unpin(const std::vector<std::string>& names)
{
    const std::scoped_lock lock(m_mutex);
    for (const std::string& name : names) {
        const auto found = m_pins.find(name);
        if (found != m_pins.end() && --found->second == 0) {
            m_pins.erase(found);
        }
    }
}

void PinBoard::release(const std::vector<std::string>& names)
{
    const std::scoped_lock lock(m_mutex);
    for (const std::string& name : names) {
        m_claimed.erase(name);
    }
}

}  // namespace tidemark::replica
