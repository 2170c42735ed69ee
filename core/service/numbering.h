#pragma once

#include <mutex>
#include <set>
#include <string>

namespace tidemark::service {

/// Where the numbers of a database's transactions come from: from a history that a replica holds,
/// as long as none was given here; from then on from here. What a replica holds that is found later
/// counts others, and is not gone on with as it is. Any thread may use it.
class Numbering {
public:
    /// The replica holds a history of the database, which is looked at until settle().
    void look(const std::string& replicaId)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_isBegun) {
            m_looking.insert(replicaId);
        }
    }

    /// Whether what was looked at may be gone on with: not when numbers were given meanwhile, or
    /// before.
    [[nodiscard]] bool mayGoOn(const std::string& replicaId) const
    {
        const std::scoped_lock lock(m_mutex);
        return m_looking.contains(replicaId) || m_known.contains(replicaId);
    }

    /// The look has ended: what the replica holds is known from now on, or is not.
    void settle(const std::string& replicaId, bool isKnown)
    {
        const std::scoped_lock lock(m_mutex);
        if (m_looking.erase(replicaId) > 0 && isKnown) {
            m_known.insert(replicaId);
        }
    }

    /// Numbers are about to be given. False while a replica is looked at that may have some, unless
    /// that `isLate`.
    [[nodiscard]] bool tryBegin(bool isLate = false)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_isBegun && (isLate || m_looking.empty())) {
            m_isBegun = true;
            m_looking.clear();
        }
        return m_isBegun;
    }

private:
    mutable std::mutex m_mutex;  // Guards what follows.
    std::set<std::string> m_looking;
    std::set<std::string> m_known;  // Their numbers were, before ours began.
    bool m_isBegun = false;
};

}  // namespace tidemark::service
