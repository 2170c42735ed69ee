#pragma once

#include "core/base/clock.h"
#include "core/base/message.h"

#include <optional>
#include <string_view>

namespace tidemark::engine {

/// How safe a database or one of its replicas is, from best to worst.
enum class Protection { Protected, CatchingUp, Waiting, Paused, AtRisk, Broken, NotSetUp };

/// The name in `--json`: "catching-up".
[[nodiscard]] std::string_view codeName(Protection state);

/// A state with what a person needs to know of it.
struct Standing {
    Protection state = Protection::NotSetUp;
    Message reason = {};                    ///< Why; empty where the state says it all.
    Message next = {};                      ///< What the person can do, or what happens by itself.
    Timestamp since = {};                   ///< When the state began.
    std::optional<Timestamp> nextTry = {};  ///< When it is tried again.

    bool operator==(const Standing&) const = default;
};

}  // namespace tidemark::engine
