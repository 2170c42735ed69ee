#pragma once

#include "app/cli/output.h"
#include "core/service/preflight.h"
#include "core/service/status.h"

#include <optional>
#include <string>

/// How the engine's events are printed.
namespace tidemark::cli {

[[nodiscard]] Json eventJson(const service::Event& event);

/// Like an event, called "warning"; `database` may be empty.
[[nodiscard]] Json cautionJson(const service::Caution& caution, const std::string& database,
                               Timestamp at);

/// One line for people. `several` databases are told apart by the file's name.
[[nodiscard]] std::string eventText(const service::Event& event, bool several);

/// Whether the event is trouble, to be said on stderr.
[[nodiscard]] bool isTrouble(const service::Event& event);

}  // namespace tidemark::cli
