#pragma once

#include "app/cli/commands.h"
#include "core/storage/storage_address.h"

namespace tidemark::cli {

/// `verify --all`: every object and every moment of the replica. Prints the damaged objects, then
/// one summary. Damaged when there is damage, or when a part of the history is lost: its end, or
/// what objects in the middle hold. What is left from before the first moment is no loss.
[[nodiscard]] Status verifyAll(Session& session, const storage::StorageAddress& address);

}  // namespace tidemark::cli
