#pragma once

#include "core/base/result.h"
#include "core/engine/retention_look.h"
#include "core/replica/pins.h"
#include "core/service/replica_follower.h"

#include <span>
#include <string>

namespace tidemark::service {

/// What a deletion from a replica was about to delete when it broke off; remembered. Not every
/// storage takes the names in their order: what one that fails, or whose answer nobody waits for,
/// leaves of a batch would look like what is behind a hole. For one thread.
class UnfinishedDeletion {
public:
    /// `follower` outlives it.
    explicit UnfinishedDeletion(ReplicaFollower& follower) : m_follower(follower) {}

    /// What is remembered from before; before all else. Again, after it went well, it does nothing.
    /// Fails as the state does.
    [[nodiscard]] Status read();

    [[nodiscard]] const replica::ObjectNames& names() const { return m_names; }

    /// These go next, in the place of those that were noted since the last look.
    void note(std::span<const std::string> names);

    /// What is listed no longer has gone.
    void forgetGone(const engine::RetentionLook& look);

private:
    ReplicaFollower& m_follower;
    bool m_isRead = false;
    replica::ObjectNames m_left;  // Of what broke off before the last look.
    replica::ObjectNames m_names;
};

}  // namespace tidemark::service
