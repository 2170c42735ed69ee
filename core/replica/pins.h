#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::replica {

using ObjectNames = std::set<std::string, std::less<>>;

/// What of one replica is in use: a running restore pins the objects of its plan, and retention
/// claims what it deletes. Of one object never both: whoever comes second is told. One for each
/// replica, for all that read it or delete from it in this process; it outlives what it gives out.
/// Any thread; never blocks.
class PinBoard {
public:
    /// Objects that stay while this lives. For one thread at a time.
    class Pin {
    public:
        Pin(Pin&& other) noexcept;
        Pin& operator=(Pin&& other) noexcept
        {
            std::swap(m_board, other.m_board);
            m_names.swap(other.m_names);
            return *this;
        }
        ~Pin();

    private:
        friend class PinBoard;
        Pin(PinBoard& board, std::vector<std::string> names);

        PinBoard* m_board;  // Null once moved from.
        std::vector<std::string> m_names;
    };

    /// Objects that nobody can pin while this lives. For one thread at a time.
    class Claim {
    public:
        Claim(Claim&& other) noexcept;
        Claim& operator=(Claim&& other) noexcept
        {
            std::swap(m_board, other.m_board);
            m_names.swap(other.m_names);
            return *this;
        }
        ~Claim();

        /// Those of the asked for that are ours to delete, in their order.
        [[nodiscard]] const std::vector<std::string>& names() const { return m_names; }

    private:
        friend class PinBoard;
        Claim(PinBoard& board, std::vector<std::string> names);

        PinBoard* m_board;  // Null once moved from.
        std::vector<std::string> m_names;
    };

    /// Pins all of `names`, or nothing: empty when one of them is being deleted just now. Then the
    /// replica has to be listed again and the plan made anew. Several may pin the same object. That
    /// the objects are there is not known here: one may have gone before.
    [[nodiscard]] std::optional<Pin> pin(std::vector<std::string> names);

    /// Claims those of `names` that are neither pinned nor claimed.
    [[nodiscard]] Claim claim(const std::vector<std::string>& names);

    /// What is pinned at this instant.
    [[nodiscard]] ObjectNames pinned() const;

private:
    void unpin(const std::vector<std::string>& names);
    void release(const std::vector<std::string>& names);

    mutable std::mutex m_mutex;                 // Guards what follows.
    std::map<std::string, std::size_t> m_pins;  // How many hold each.
    ObjectNames m_claimed;
};

}  // namespace tidemark::replica
