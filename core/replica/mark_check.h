#pragma once

#include "core/base/clock.h"
#include "core/replica/mark.h"
#include "core/storage/storage.h"

#include <chrono>
#include <stop_token>

namespace tidemark::replica {

/// Whoever deletes looks for new marks every second or so. What was begun before is over by then,
/// unless the storage takes much longer for it than for what was deleted before.
inline constexpr std::chrono::seconds kMarkIsSeen{5};

/// Whether the moment of `mark`, which was just written, is there still: a writer that knows
/// nothing of us may have been deleting it. NotFound when it is not, and then the mark is removed.
/// `isUndisturbed`: whoever deletes waits for us. Where that is not so, and a writer has claimed
/// the replica, it blocks for kMarkIsSeen and looks a second time. Else fails as the storage does,
/// and with Cancelled: the mark stays then, and may be of a moment that has gone.
[[nodiscard]] Status checkMarked(Clock& clock, storage::Storage& storage, const Mark& mark,
                                 bool isUndisturbed, const std::stop_token& stop);

}  // namespace tidemark::replica
