#pragma once

#include "core/service/snapshot_orders.h"
#include "core/service/status.h"

#include <string>

namespace tidemark::service {

/// One database as it stands, as one JSON object without a line break: what the control socket and
/// `tidemarkctl status --json` say.
[[nodiscard]] std::string statusJson(const DatabaseStatus& status, int processId);

/// That something was ordered, likewise.
[[nodiscard]] std::string ticketJson(std::uint64_t ticket);

/// What became of an order, likewise.
[[nodiscard]] std::string orderJson(const SnapshotOrder& order);

}  // namespace tidemark::service
