#pragma once

#include "core/base/result.h"
#include "core/engine/kept_moments.h"
#include "core/replica/catalog.h"
#include "core/replica/pins.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::engine {

/// What becomes of an object: it goes, or the first of these reasons for which it stays.
enum class Fate : std::uint8_t {
    Goes,
    NeverDelete,   ///< The policy keeps everything, or it is a replica that is only read.
    Pinned,        ///< A running restore reads it.
    Newest,        ///< The last one of its level: from there on a writer goes on.
    NotMergedYet,  ///< It reaches further than the level above.
    BesideHole,    ///< It ends in a hole of the history or at the edge of one.
    KeptMoment,    ///< A moment that is kept is restored from it.
    Alone,         ///< No object that stays holds its transactions.
    Support,       ///< What stays for another reason could not be restored without it.
};

/// What retention would do to a replica: the answer of a preview, and what runRetention() does.
struct RetentionPlan {
    /// In the order of deletion: after any number of them every kept moment can be restored, and
    /// no object is left that nothing leads to.
    std::vector<replica::ObjectInfo> going = {};
    std::uint64_t goingBytes = 0;

    std::vector<Fate> fates = {};       ///< One for each of the catalog's objects.
    std::vector<KeptMoment> kept = {};  ///< By number.
    std::vector<ltx::TxId> lost = {};   ///< Moments that cannot be restored after it; by number.
    std::vector<ltx::TxId> goneMarks = {};  ///< Marks that cannot be restored even now.

    bool operator==(const RetentionPlan&) const = default;
};

/// Pure: which objects of the replica may go at `now`. Only these: every kept moment has a complete
/// plan without it, another object that stays holds its transactions, and nothing that stays needs
/// it. Never a pinned one, the newest of a level, one that reaches further than the level above,
/// one beside a hole, or a file that is none of ours. For times the same is asked of the catalog as
/// by keptMoments(). A million objects take a second or two.
///
/// `unfinished` are names that a deletion which broke off was about to delete, in whatever order
/// the storage took them. Those of them that nothing leads to any more are no hole of the history:
/// they go first, and all else is planned as if they had gone.
///
/// What is to go is taken away from the catalog once more by other means and the rest looked
/// through (retention_proof); if anything is missing, the answer is Bug and nothing may be deleted.
[[nodiscard]] Result<RetentionPlan> planRetention(const replica::Catalog& catalog,
                                                  const RetentionPolicy& policy, Timestamp now,
                                                  std::span<const ltx::TxId> marks,
                                                  const replica::ObjectNames& pinned,
                                                  const replica::ObjectNames& unfinished = {});

}  // namespace tidemark::engine
