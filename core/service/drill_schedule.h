#pragma once

#include "core/base/clock.h"
#include "core/ltx/tx_id.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace tidemark::service {

/// Whether and how often the newest moment of a replica is proven.
struct DrillRules {
    std::chrono::hours every{0};  ///< 0: never without being asked.
    bool newBases = false;        ///< Each new base at once, and what was mended.
    /// So much earlier than due: each replica has its own, and a hundred of them that began
    /// together do not stay together.
    std::chrono::milliseconds ahead{0};
};

/// What is known of one replica.
struct DrillFacts {
    ltx::TxId base = {};
    bool baseIsOlder = false;   ///< It was there before it was followed.
    ltx::TxId provenTxId = {};  ///< Of the newest drill that went well; 0 when there was none.
    Timestamp provenAt = {};
    Timestamp mendedAt = {};  ///< Damage in it, last.
    Timestamp followedSince = {};
};

/// What is overdue at the start of a program waits for so long: others start then, too.
inline constexpr std::chrono::minutes kDrillPatience{10};

/// A proof that is further in the future came from a wrong clock.
inline constexpr std::chrono::hours kDrillLead{1};

/// When the newest moment of a replica is due to be proven: `now` or later. Empty for never. Pure.
[[nodiscard]] inline std::optional<Timestamp> nextDrillAt(const DrillRules& rules,
                                                          const DrillFacts& facts, Timestamp now)
{
    // A clock that was set back must neither make it wait for a start that is still to come, nor
    // prove again and again what is to be mended.
    const bool isPatient = facts.followedSince <= now;
    const Timestamp soonest = isPatient ? std::max(now, facts.followedSince + kDrillPatience) : now;
    const bool isNewBase = facts.provenTxId < facts.base;
    const bool isMended = facts.mendedAt <= now && facts.provenAt < facts.mendedAt;
    if (rules.newBases && (isNewBase || isMended)) {
        const bool wasThere = isNewBase ? facts.baseIsOlder : facts.mendedAt < facts.followedSince;
        return wasThere ? soonest : now;
    }
    if (rules.every == std::chrono::hours(0)) {
        return std::nullopt;
    }
    const bool isProven = facts.provenTxId != ltx::TxId{} && facts.provenAt <= now + kDrillLead;
    return isProven ? std::max(soonest, facts.provenAt + rules.every - rules.ahead) : soonest;
}

}  // namespace tidemark::service
