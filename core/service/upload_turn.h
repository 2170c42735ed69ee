#pragma once

#include "core/base/clock.h"

#include <chrono>
#include <utility>

namespace tidemark::service {

/// Who writes next into a replica that was full: its uploads, or the merges that a deletion made
/// room for. What a merge supersedes goes in time and makes more room; a backlog only takes, and
/// where it took the last of it nothing could be merged any more. So the uploads are held, and get
/// one step at a time while there is no merge to make. Pure; not for two threads at once.
class UploadTurn {
public:
    /// Whoever holds them may hang: they are free again after this.
    static constexpr std::chrono::seconds kLongestHold{60};

    /// From now on, also behind a step that is under way.
    void hold(Clock::Instant now)
    {
        m_turn = Turn::Held;
        m_heldUntil = now + kLongestHold;
    }

    /// Once more as long, if they are held, or were for too long: whoever says so does not hang.
    void renew(Clock::Instant now)
    {
        if (m_turn == Turn::Held) {
            hold(now);
        }
    }

    /// One step, if they are held or were for too long; false where they are not.
    bool askForStep()
    {
        const bool isHeldBack = m_turn == Turn::Held;
        m_turn = isHeldBack ? Turn::Asked : m_turn;
        return isHeldBack;
    }

    /// False where they were free.
    bool letGo() { return std::exchange(m_turn, Turn::Free) != Turn::Free; }

    /// A step begins; whether it is the one that was asked for.
    [[nodiscard]] bool beginStep()
    {
        const bool isAsked = m_turn == Turn::Asked;
        m_turn = isAsked ? Turn::UnderWay : m_turn;
        return isAsked;
    }

    /// It has ended. What has nothing more to upload, or could not, is free again.
    void endStep(bool hasMore, Clock::Instant now)
    {
        if (m_turn == Turn::UnderWay) {
            letGo();
            if (hasMore) {
                hold(now);
            }
        }
    }

    /// Whether nothing is to be uploaded now.
    [[nodiscard]] bool isHeld(Clock::Instant now) const
    {
        return m_turn == Turn::Held && now < m_heldUntil;
    }

    /// Whether merges go first: uploads are held, or have their one step.
    [[nodiscard]] bool isShared(Clock::Instant now) const
    {
        return isHeld(now) || m_turn == Turn::Asked || m_turn == Turn::UnderWay;
    }

    /// Of what is held.
    [[nodiscard]] Clock::Instant heldUntil() const { return m_heldUntil; }

private:
    enum class Turn { Free, Held, Asked, UnderWay };

    Turn m_turn = Turn::Free;
    Clock::Instant m_heldUntil = {};
};

}  // namespace tidemark::service
