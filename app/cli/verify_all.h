#pragma once

#include "app/cli/commands.h"
#include "core/storage/storage_address.h"

namespace tidemark::cli {

/// `verify --all`: every object and every moment of the replica. Prints the damaged objects, then
/// one summary. Damaged when there is damage, or when the end of the history is lost.
[[nodiscard]] Status verifyAll(Session& session, const storage::StorageAddress& address);

}  // namespace tidemark::cli
