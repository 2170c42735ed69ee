#pragma once

#include "core/service/status.h"

#include <string>

namespace tidemark::service {

/// One database as it stands, as one JSON object without a line break: what the control socket and
/// `tidemarkctl status --json` say.
[[nodiscard]] std::string statusJson(const DatabaseStatus& status, int processId);

}  // namespace tidemark::service
